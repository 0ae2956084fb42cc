//! What `/ticket` says while it is filled in.

use super::*;
use crate::typed;
use desk::Refused;
use desk::slip::{Filled, Gap, Kind, Numbers, Reckoned, Slip, SlipPage, Trigger};
use domain::account::Quote;
use domain::guard::{Break, Stopped};
use domain::sizing::Amount;

fn price(text: &str) -> Price {
    Price::parse(text).unwrap()
}

fn slip(symbol: &str) -> Slip {
    Slip::new(paper().id, Symbol::parse(symbol).unwrap())
}

fn sized(text: &str) -> Filled {
    Filled { amount: Some(typed::amount(Side::Buy, text).unwrap()), ..Filled::default() }
}

fn told(account: LinkedAccount, slip: Slip, reckoned: Reckoned) -> String {
    let page = SlipPage {
        account,
        slip: slip.clone(),
        company: "Apple Inc.".into(),
        quote: Some(Quote {
            bid: Some(price("184.40")),
            ask: Some(price("184.52")),
            at: now() - TimeDelta::seconds(3),
        }),
        buying_power: Some(usd("14625")),
        held: Some(decimal("2")),
        market: Some(clock(true)),
        reckoned,
        at: now(),
    };
    let shown = shown(View::Ticket(slip), Page::Ticket(Box::new(page)));
    super::super::shown::shown(&shown, None).transcript()
}

/// Without the menus.
fn said(text: &str) -> String {
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with("  ") && !line.starts_with('[')).collect();
    lines.join("\n") + "\n"
}

fn missing(slip: &Slip) -> String {
    told(paper(), slip.clone(), Reckoned::Missing(slip.gaps()))
}

fn comes_to(slip: &Slip, order: Order, cost: &str, warnings: Vec<Warning>) -> Reckoned {
    let numbers = Numbers {
        estimate: Some(usd(cost)),
        fees: Some(usd("0")),
        buying_power: Some(usd("14625")),
        buying_power_after: (slip.side == Side::Buy).then(|| usd("14625")).map(|now| usd_less(now, cost)),
        held: decimal("2"),
        held_after: Some(decimal("7")),
    };
    Reckoned::Order { order: Box::new(order), numbers, warnings }
}

fn usd_less(now: domain::money::Usd, cost: &str) -> domain::money::Usd {
    domain::money::Usd(now.0 - decimal(cost))
}

#[test]
fn a_new_ticket_says_what_is_missing_and_offers_the_rest() {
    insta::assert_snapshot!(missing(&slip("AAPL")), @r#"
    [blue] PAPER · swing
    # Buy AAPL
    Apple Inc.

    **Still missing: how much.** Press **Size and prices**.
    · Size = …
    · Type = Market · day
    · Bid / ask = $184.40 / $184.52 (spread $0.12), 3 s old
    · Estimated cost = …
    · Buying power = $14,625.00
    · Position = 2 shares
    · Read = <t:1795204800:R>
    -- Nothing is sent from here: the order's card asks first.
    [Buy or sell ▾]
      ● Buy
      ○ Sell
    [At what price ▾]
      ● Market — At once, at whatever the price is.
      ○ Limit — At your price or a better one.
      ○ Stop — At the market, once your price is reached.
      ○ Stop limit — Once your stop is reached, at your limit or better.
      ○ Trailing stop — At the market, once the price has turned back so far.
    [For how long ▾]
      ● Day — Until the session closes.
      ○ Until canceled — For 90 days at most.
      ○ At the open — In the opening auction, or not at all.
      ○ At the close — In the closing auction, or not at all.
      ○ At once — As much as can be had now; the rest is canceled.
      ○ At once and whole — All of it now, or nothing.
    (Size and prices | grey | fill)
    (Refresh | grey | show)
    "#);
}

#[test]
fn each_kind_of_asset_has_its_own_menus() {
    let only_menus = |symbol: &str| {
        let text = missing(&slip(symbol).by(Kind::Limit));
        let menus: Vec<_> = text.lines().filter(|line| line.starts_with("  ") || line.starts_with('[')).collect();
        menus.join("\n") + "\n"
    };
    insta::assert_snapshot!(["AAPL", "BTC/USD", "AAPL261218C00250000"].map(only_menus).concat(), @r#"
    [blue] PAPER · swing
    [Buy or sell ▾]
      ● Buy
      ○ Sell
    [At what price ▾]
      ○ Market — At once, at whatever the price is.
      ● Limit — At your price or a better one.
      ○ Stop — At the market, once your price is reached.
      ○ Stop limit — Once your stop is reached, at your limit or better.
      ○ Trailing stop — At the market, once the price has turned back so far.
    [For how long ▾]
      ● Day — Until the session closes.
      ○ Day, extended hours — Also before 09:30 and after 16:00 ET.
      ○ Until canceled — For 90 days at most.
      ○ Until canceled, extended hours — Also before 09:30 and after 16:00 ET.
      ○ At the open — In the opening auction, or not at all.
      ○ At the close — In the closing auction, or not at all.
      ○ At once — As much as can be had now; the rest is canceled.
      ○ At once and whole — All of it now, or nothing.
    [blue] PAPER · swing
    [Buy or sell ▾]
      ● Buy
      ○ Sell
    [At what price ▾]
      ○ Market — At once, at whatever the price is.
      ● Limit — At your price or a better one.
      ○ Stop limit — Once your stop is reached, at your limit or better.
    [For how long ▾]
      ● Until canceled — For 90 days at most.
      ○ At once — As much as can be had now; the rest is canceled.
    [blue] PAPER · swing
    [Buy or sell ▾]
      ● Buy to open
      ○ Sell to close
      ○ Sell to open
      ○ Buy to close
    [At what price ▾]
      ○ Market — At once, at whatever the price is.
      ● Limit — At your price or a better one.
    "#);
}

#[test]
fn every_gap_is_named() {
    let kinds = [Kind::Limit, Kind::Stop, Kind::StopLimit, Kind::Trail];
    let lines = kinds.map(|kind| {
        let text = missing(&slip("AAPL").by(kind));
        let is_told = |line: &&str| line.contains("Still missing") || line.contains("Type =");
        text.lines().filter(is_told).collect::<Vec<_>>().join(" ") + "\n"
    });
    insta::assert_snapshot!(lines.concat(), @r#"
    **Still missing: how much and the limit.** Press **Size and prices**. · Type = Limit … · day
    **Still missing: how much and the stop.** Press **Size and prices**. · Type = Stop … · day
    **Still missing: how much, the stop and the limit.** Press **Size and prices**. · Type = Stop …, limit … · day
    **Still missing: how much and how far it trails.** Press **Size and prices**. · Type = Trailing stop … · day
    "#);
    assert_eq!(slip("AAPL").filled(&sized("5")).gaps(), [] as [Gap; 0]);
}

#[test]
fn a_whole_ticket_reads_as_its_card_will() {
    let limit = Filled { limit: Some(price("184.5")), ..sized("5") };
    let whole = slip("AAPL").filled(&limit).lasting(TimeInForce::Gtc, false);
    let order = Order { time_in_force: TimeInForce::Gtc, ..order(Side::Buy) };
    let quiet = comes_to(&whole, order.clone(), "922.5", Vec::new());
    let wish = slip("AAPL").filled(&Filled { limit: limit.limit, ..sized("25%") });
    let warned = comes_to(&wish, order, "15000", vec![Warning::BuyingPower, Warning::Unprotected]);
    insta::assert_snapshot!([said(&told(paper(), whole, quiet)), said(&told(live(), wish, warned))].concat(), @r#"
    # Buy 5 AAPL at $184.50 or better
    Apple Inc.
    · Size = 5 shares
    · Type = Limit $184.50 · until canceled
    · Bid / ask = $184.40 / $184.52 (spread $0.12), 3 s old
    · Estimated cost = $922.50 before fees
    · Buying power = $14,625.00 → $13,702.50
    · Position = 2 → 7 shares
    · Read = <t:1795204800:R>
    : Session = Market open until 16:00 ET Fri 20 Nov
    -- Nothing is sent from here: the order's card asks first.
    (Preview the order | green | order)
    (Size and prices | grey | fill)
    (Refresh | grey | show)
    # Buy 5 AAPL at $184.50 or better
    Apple Inc.

    **This takes more than your buying power; Alpaca will probably refuse it.**

    **Nothing bounds the loss of this position: no stop loss, and no open stop order.**
    · Size = 25% of the buying power: 5 shares
    · Type = Limit $184.50 · day
    · Bid / ask = $184.40 / $184.52 (spread $0.12), 3 s old
    · Estimated cost = $15,000.00 before fees
    · Buying power = $14,625.00 → -$375.00
    · Position = 2 → 7 shares
    · Read = <t:1795204800:R>
    : Session = Market open until 16:00 ET Fri 20 Nov
    -- Nothing is sent from here: the order's card asks first.
    (Preview the order | green | order)
    (Size and prices | grey | fill)
    (Refresh | grey | show)
    "#);
}

#[test]
fn what_is_in_the_way_is_said_where_the_numbers_would_be() {
    let stop = Filled { trigger: Some(Trigger::At(price("180"))), ..sized("risk 1%") };
    let whole = slip("AAPL").filled(&stop);
    let part = Amount::Risk(Percent::parse("1").unwrap());
    assert_eq!(whole.amount, Some(part));
    let paused = Refused::Guard(Box::new(Stopped { because: Break::Paused, loosens: None }));
    let all = [paused, Refused::Sizing(domain::sizing::SizingRefusal::RiskNeedsStop), Refused::LiveClosed];
    let texts = all.map(|refused| said(&told(paper(), whole.clone(), Reckoned::Stopped(refused))));
    insta::assert_snapshot!(texts.concat(), @r#"
    # Buy AAPL
    Apple Inc.

    **This account is paused.** You paused it, so nothing is entered with it. It holds until you use `/resume`. Exits and cancels always pass.
    · Size = 1% of the account at risk
    · Type = Stop $180.00 · day
    · Bid / ask = $184.40 / $184.52 (spread $0.12), 3 s old
    · Estimated cost = …
    · Buying power = $14,625.00
    · Position = 2 shares
    · Read = <t:1795204800:R>
    -- Nothing is sent from here: the order's card asks first.
    (Size and prices | grey | fill)
    (Refresh | grey | show)
    # Buy AAPL
    Apple Inc.

    **No size comes of it.** What may be lost depends on where the loss is bounded. Give `stop_loss` with `risk`.
    · Size = 1% of the account at risk
    · Type = Stop $180.00 · day
    · Bid / ask = $184.40 / $184.52 (spread $0.12), 3 s old
    · Estimated cost = …
    · Buying power = $14,625.00
    · Position = 2 shares
    · Read = <t:1795204800:R>
    -- Nothing is sent from here: the order's card asks first.
    (Size and prices | grey | fill)
    (Refresh | grey | show)
    # Buy AAPL
    Apple Inc.

    **Paper only at the moment.** Whoever runs Paddock has switched trading with real money off. You can still look and cancel. Use a paper account, or trade at Alpaca itself.
    · Size = 1% of the account at risk
    · Type = Stop $180.00 · day
    · Bid / ask = $184.40 / $184.52 (spread $0.12), 3 s old
    · Estimated cost = …
    · Buying power = $14,625.00
    · Position = 2 shares
    · Read = <t:1795204800:R>
    -- Nothing is sent from here: the order's card asks first.
    (Size and prices | grey | fill)
    (Refresh | grey | show)
    "#);
}
