#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;

fn shown(receipt: &Receipt) -> String {
    receipt::receipt(receipt, Following::Yes).transcript()
}

#[test]
fn a_live_card_is_red_and_says_everything_before_the_press() {
    insta::assert_snapshot!(card::card(&card(live())).transcript(), @r#"
    [RED] LIVE · savings
    # Buy 5 AAPL at $184.50 or better?
    Apple Inc.
    · Side = Buy
    · Size = 5 AAPL
    · Type = Limit $184.50 · day
    · Bid / ask = $184.40 / $184.52 (spread $0.12), 3 s old
    · Estimated cost = $922.50 before fees
    · Buying power = $14,625.00 → $13,702.50
    · Position = 2 → 7 shares
    : Session = Market open until 16:00 ET Fri 20 Nov
    : Good until = <t:1795204860:R>
    -- Nothing is sent until you press Confirm.
    (Confirm with real money | red | confirm)
    (Cancel | grey | discard)
    "#);
}

#[test]
fn a_card_at_night_says_when_the_market_takes_the_order_up() {
    let mut night = card(paper());
    night.market = Some(clock(false));
    night.asked_again = true;
    night.quote = None;
    night.estimate = None;
    night.buying_power = None;
    night.order = Order { pricing: Pricing::Market, ..order(Side::Buy) };
    insta::assert_snapshot!(card::card(&night).transcript(), @r#"
    [blue] PAPER · swing
    # Buy 5 AAPL at the market?
    **The price moved while you decided, so nothing was sent.** This card has the new price.

    Apple Inc.
    · Side = Buy
    · Size = 5 AAPL
    · Type = Market · day
    · Bid / ask = no quote
    · Estimated cost = unknown
    · Position = 2 → 7 shares
    : Session = Market closed: queues until 09:30 ET Mon 23 Nov
    : Good until = <t:1795204860:R>
    -- Nothing is sent until you press Confirm.
    (Confirm on paper | green | confirm)
    (Cancel | grey | discard)
    "#);
}

#[test]
fn a_card_warns_of_a_short_sale_and_of_too_little_buying_power() {
    let mut short = card(live());
    short.order = order(Side::Sell);
    short.held_after = Some(decimal("-3"));
    short.buying_power_after = Some(usd("-1"));
    short.warnings = vec![Warning::BuyingPower, Warning::Short];
    insta::assert_snapshot!(card::card(&short).transcript(), @r#"
    [RED] LIVE · savings
    # Sell 5 AAPL at $184.50 or better?
    Apple Inc.

    **This takes more than your buying power; Alpaca will probably refuse it.**

    **This sells more than you hold and opens a short position.**
    · Side = Sell
    · Size = 5 AAPL
    · Type = Limit $184.50 · day
    · Bid / ask = $184.40 / $184.52 (spread $0.12), 3 s old
    · Estimated proceeds = $922.50 before fees
    · Buying power = $14,625.00 → -$1.00
    · Position = 2 → -3 shares
    : Session = Market open until 16:00 ET Fri 20 Nov
    : Good until = <t:1795204860:R>
    -- Nothing is sent until you press Confirm.
    (Confirm with real money | red | confirm)
    (Cancel | grey | discard)
    "#);
}

#[test]
fn a_card_in_dollars_and_for_extended_hours_reads_well() {
    let mut dollars = card(paper());
    dollars.order.size = Size::Dollars(usd("50"));
    dollars.order.time_in_force = TimeInForce::Gtc;
    dollars.order.extended_hours = true;
    dollars.held_after = None;
    dollars.market = Some(clock(false));
    insta::assert_snapshot!(card::card(&dollars).transcript(), @r#"
    [blue] PAPER · swing
    # Buy $50.00 of AAPL at $184.50 or better?
    Apple Inc.
    · Side = Buy
    · Size = $50.00 of AAPL
    · Type = Limit $184.50 · until canceled · extended hours
    · Bid / ask = $184.40 / $184.52 (spread $0.12), 3 s old
    · Estimated cost = $922.50 before fees
    · Buying power = $14,625.00 → $13,702.50
    · Position = 2 shares
    : Session = Regular session closed until 09:30 ET Mon 23 Nov; works in extended hours before
    : Good until = <t:1795204860:R>
    -- Nothing is sent until you press Confirm.
    (Confirm on paper | green | confirm)
    (Cancel | grey | discard)
    "#);
}

#[test]
fn what_stands_in_place_of_a_card_reads_well() {
    let pressed = serde_json::to_value(card::card(&card(live())).embed()).unwrap();
    let pressed = serde_json::from_value(pressed).unwrap();
    insta::assert_snapshot!(card::sending(Some(&pressed), None).transcript() + &card::sending(None, None).transcript() + &card::discarded().transcript(), @r#"
    [RED] LIVE · savings
    # Sending…
    The order is on its way to Alpaca.
    -- If this does not change within a minute, look at /orders before you try again.
    [grey] -
    # Sending…
    The order is on its way to Alpaca.
    -- If this does not change within a minute, look at /orders before you try again.
    [grey] -
    # Canceled
    **Nothing was sent.** The card cannot be used any more.
    "#);
}

#[test]
fn a_receipt_that_is_not_proved_never_reads_as_a_no() {
    let mut doubted = receipt(State::Unconfirmed);
    doubted.life.doubt = Some(Doubt::TimedOut);
    doubted.looked_at = Some(now());
    insta::assert_snapshot!(shown(&receipt(State::Intended)) + &shown(&doubted), @r"
    [blue] PAPER · swing
    # Sending…
    The order is on its way to Alpaca. **Do not send it again**; what becomes of it shows here.
    : Order = Buy 5 AAPL at $184.50 or better
    · Type = Limit $184.50 · day
    · Decided = <t:1795204800:f>
    -- Paddock's name for it: paddock-0000000000000000000000000000000b · updates by itself for a quarter of an hour
    (Details | grey | details)
    (Check again | grey | check)
    [blue] PAPER · swing
    # Sent, not yet confirmed
    Alpaca did not answer in time. The order may be at Alpaca. **Do not send it again**: Paddock keeps asking and will show what it finds.
    : Order = Buy 5 AAPL at $184.50 or better
    · Type = Limit $184.50 · day
    · Decided = <t:1795204800:f>
    · Last asked = <t:1795204800:R>
    -- Paddock's name for it: paddock-0000000000000000000000000000000b · updates by itself for a quarter of an hour
    (Details | grey | details)
    (Check again | grey | check)
    (Message me when it is known | grey | tell_me)
    ");
}

#[test]
fn a_receipt_at_alpaca_has_a_word_for_every_status() {
    let mut texts = String::new();
    for status in [
        BrokerStatus::PendingNew,
        BrokerStatus::Accepted,
        BrokerStatus::New,
        BrokerStatus::PartiallyFilled,
        BrokerStatus::PendingCancel,
        BrokerStatus::PendingReplace,
        BrokerStatus::DoneForDay,
        BrokerStatus::Held,
        BrokerStatus::Other("calculated".into()),
        BrokerStatus::Filled,
    ] {
        let reply = shown(&at_broker(status.clone()));
        let head: Vec<_> = reply.lines().skip(1).take(2).collect();
        texts.extend([status.as_str(), ": ", &head.join(" / "), "\n"]);
    }
    insta::assert_snapshot!(texts, @r#"
    pending_new: # Working / Alpaca has the order and works on it.
    accepted: # Working / Alpaca has the order and works on it.
    new: # Working / Alpaca has the order and works on it.
    partially_filled: # Partially filled / The rest of the order is still working.
    pending_cancel: # Cancel requested / Alpaca has the cancel. Until it is through, the order may still fill.
    pending_replace: # Being replaced / Alpaca is replacing the order with another one.
    done_for_day: # Done for today / The order does nothing more today; it may work again tomorrow.
    held: # Held / Alpaca holds the order until another one is through.
    calculated: # At Alpaca / Alpaca has the order and calls its state `calculated`.
    filled: # At Alpaca / Alpaca has the order and calls its state `filled`.
    "#);
}

#[test]
fn a_queued_order_says_until_when() {
    let mut queued = at_broker(BrokerStatus::Accepted);
    queued.market = Some(clock(false));
    insta::assert_snapshot!(shown(&queued), @r"
    [blue] PAPER · swing
    # Queued
    Alpaca has the order. It queues until 09:30 ET Mon 23 Nov.
    : Order = Buy 5 AAPL at $184.50 or better
    · Type = Limit $184.50 · day
    · Decided = <t:1795204800:f>
    -- Alpaca order 00000000-0000-0000-0000-0000000000a1 · updates by itself for a quarter of an hour
    (Cancel order | grey | cancel)
    (Replace | grey | replace)
    (To bid | grey | bid)
    (To mid | grey | middle)
    (To ask | grey | ask)
    (Repeat | grey | repeat)
    (Details | grey | details)
    (Check again | grey | check)
    ");
}

#[test]
fn a_partly_filled_receipt_keeps_its_buttons() {
    let part = filled(at_broker(BrokerStatus::PartiallyFilled), "2");
    insta::assert_snapshot!(receipt::receipt(&part, Following::No).transcript(), @r"
    [blue] PAPER · swing
    # Partially filled
    The rest of the order is still working.
    : Order = Buy 5 AAPL at $184.50 or better
    · Type = Limit $184.50 · day
    · Filled = 2 of 5 at $184.47
    · Value = $368.94
    · Decided = <t:1795204800:f>
    -- Alpaca order 00000000-0000-0000-0000-0000000000a1 · no longer updates by itself: press Check again
    (Cancel order | grey | cancel)
    (Replace | grey | replace)
    (To bid | grey | bid)
    (To mid | grey | middle)
    (To ask | grey | ask)
    (Repeat | grey | repeat)
    (Details | grey | details)
    (Check again | grey | check)
    ");
}

#[test]
fn a_filled_receipt_is_final() {
    let done = filled(receipt(State::Over(Ending::Filled)), "5");
    insta::assert_snapshot!(shown(&done), @r"
    [blue] PAPER · swing
    # Filled
    The whole order is done.
    : Order = Buy 5 AAPL at $184.50 or better
    · Type = Limit $184.50 · day
    · Filled = 5 of 5 at $184.47
    · Value = $922.35
    · Decided = <t:1795204800:f>
    -- Paddock's name for it: paddock-0000000000000000000000000000000b
    (Repeat | grey | repeat)
    (Details | grey | details)
    ");
}

#[test]
fn what_contracts_and_spreads_were_filled_for_is_told_in_dollars_of_a_hundred_shares_each() {
    let of = |symbol: &str| {
        let mut done = filled(receipt(State::Over(Ending::Filled)), "5");
        done.order.symbol = Symbol::from_broker(symbol);
        done
    };
    let leg = |symbol: &str, side| Leg { symbol: Symbol::from_broker(symbol), side, effect: Effect::Open, ratio: 1 };
    let legs = vec![leg("AAPL261218C00250000", Side::Buy), leg("AAPL261218C00260000", Side::Sell)];
    let mut spread = of("AAPL");
    spread.order.class = Class::MultiLeg(Legs::new(legs).unwrap());
    let told = |receipt: &Receipt| {
        let text = shown(receipt);
        let lines = text.lines().filter(|line| ["· Filled", "· Value"].iter().any(|it| line.starts_with(it)));
        lines.collect::<Vec<_>>().join(" ")
    };
    let all = [of("AAPL261218C00250000"), spread, of("AAPL1261218C00025000")];
    insta::assert_snapshot!(all.iter().map(told).collect::<Vec<_>>().join("\n"), @r"
    · Filled = 5 of 5 at $184.47 · Value = $92,235.00
    · Filled = 5 of 5 at $184.47 · Value = $92,235.00
    · Filled = 5 of 5 at $184.47
    ");
}

#[test]
fn every_ending_has_its_words() {
    let mut texts = String::new();
    for ending in [
        Ending::NotSent,
        Ending::Refused,
        Ending::NeverArrived,
        Ending::Canceled,
        Ending::Expired,
        Ending::Rejected,
        Ending::Replaced,
    ] {
        let mut over = receipt(State::Over(ending));
        if ending == Ending::Refused {
            over.life.refusal = Some(refusal(RefusalReason::BuyingPower { available: None, cost: None }, ""));
        }
        if ending == Ending::Canceled {
            over = filled(over, "2");
        }
        let reply = shown(&over);
        let head: Vec<_> = reply.lines().skip(1).take(2).collect();
        texts.extend([&head.join(" / "), "\n"]);
        let buttons = reply.matches("| check)").count();
        assert_eq!(buttons, usize::from(ending == Ending::NeverArrived), "{ending:?}");
    }
    insta::assert_snapshot!(texts, @r#"
    # Not sent / **Nothing was sent** to Alpaca, and nothing will be.
    # Refused by Alpaca / Not enough buying power. Order less, or free some by canceling open buys. **There is no order.**
    # Never arrived / Alpaca was asked often and for long, and has no such order. It counts as **not placed**; should it turn up after all, Paddock shows it.
    # Canceled / The order is canceled. Part of it was filled before that; it stays.
    # Expired / The order's time ran out. None of it was filled.
    # Rejected / The exchange refused the order after Alpaca had taken it in. None of it was filled.
    # Replaced / Another order took this one's place. None of it was filled. `/orders` shows the new one.
    "#);
}

#[test]
fn a_card_of_everything_says_everything() {
    let at = |text: &str| Price::parse(text).unwrap();
    let mut large = card(live());
    large.order.side = Side::Sell;
    large.order.pricing = Pricing::StopLimit { stop: at("184"), limit: at("183.50") };
    large.order.class =
        Class::Bracket { take_profit: at("150"), stop_loss: StopLoss { stop: at("200"), limit: Some(at("201")) } };
    large.order.time_in_force = TimeInForce::Gtc;
    large.fees = Some(usd("0.03"));
    large.warnings = vec![
        Warning::WashTrade(Box::new(broker_order(BrokerStatus::New))),
        Warning::Closed,
        Warning::HeldByOrders(decimal("4")),
        Warning::Unprotected,
        Warning::Adjusted,
        Warning::Concentrated(decimal("0.4")),
        Warning::FarFromMarket(decimal("-0.12")),
    ];
    large.phrase = Some("SELL 5 AAPL LIVE".into());
    let mut coin = card(paper());
    coin.order.symbol = Symbol::parse("BTC/USD").unwrap();
    coin.order.pricing = Pricing::Limit(Price::parse_fine("64000.125").unwrap());
    coin.order.time_in_force = TimeInForce::Gtc;
    coin.company = "Bitcoin / US Dollar".into();
    let mut trail = card(paper());
    trail.order.pricing = Pricing::Trail(Trail::Percent(Percent::parse("2.5").unwrap()));
    let mut call = card(paper());
    call.order.symbol = Symbol::parse("AAPL261218C00250000").unwrap();
    call.order.effect = Some(Effect::Open);
    let mut spread = card(paper());
    let leg = |symbol: &str, side| Leg { symbol: Symbol::from_broker(symbol), side, effect: Effect::Open, ratio: 1 };
    let legs = vec![leg("AAPL261218C00250000", Side::Buy), leg("AAPL261218C00260000", Side::Sell)];
    spread.order.class = Class::MultiLeg(Legs::new(legs).unwrap());
    let cards = [large, coin, trail, call, spread];
    insta::assert_snapshot!(cards.map(|one| card::card(&one).transcript()).join("\n"));
}

#[test]
fn a_spreads_card_shows_its_net_quote_and_calls_the_underlyings_by_its_name() {
    let leg = |symbol: &str, side| Leg { symbol: Symbol::from_broker(symbol), side, effect: Effect::Open, ratio: 1 };
    let legs = vec![leg("AAPL261218C00250000", Side::Buy), leg("AAPL261218C00260000", Side::Sell)];
    let package = |side, bid: Option<&str>, ask: Option<&str>| Package {
        side,
        bid: bid.map(decimal),
        ask: ask.map(decimal),
        at: Some(now() - TimeDelta::seconds(4)),
        thin: Vec::new(),
    };
    let spread = |side, package| {
        let mut spread = card(paper());
        spread.order.side = side;
        spread.order.class = Class::MultiLeg(Legs::new(legs.clone()).unwrap());
        spread.held_after = None;
        spread.package = package;
        spread
    };
    let whole = spread(Side::Buy, Some(package(Side::Buy, Some("2.9"), Some("3.2"))));
    let credit = spread(Side::Sell, Some(package(Side::Sell, Some("-0.05"), Some("0.1"))));
    let mut thin = spread(Side::Buy, Some(package(Side::Buy, Some("4.95"), None)));
    thin.package.as_mut().unwrap().thin = vec![Symbol::from_broker("AAPL261218C00260000")];
    let mut market = spread(Side::Buy, None);
    market.order.pricing = Pricing::Market;
    let none = Package { at: None, ..package(Side::Buy, None, None) };
    let cards = [whole, credit, thin, market, spread(Side::Buy, Some(none))];
    let shown = |card: &ConfirmCard| {
        let wanted = ["# ", "**", "· Side", "· Bid / ask", "· Underlying", "· Underlying held"];
        let text = card::card(card).transcript();
        text.lines().filter(|line| wanted.iter().any(|it| line.starts_with(it))).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(cards.iter().map(shown).collect::<Vec<_>>().join("\n\n"), @r"
    # Trade 5 AAPL spreads at $184.50 or better, a debit?
    · Side = Debit
    · Bid / ask = $2.90 / $3.20 debit, $0.30 apart, 4 s old
    · Underlying = AAPL $184.40 / $184.52 (spread $0.12), 3 s old
    · Underlying held = 2 shares

    # Trade 5 AAPL spreads at $184.50 or better, a credit?
    · Side = Credit
    · Bid / ask = $0.05 debit / $0.10 credit, 4 s old
    · Underlying = AAPL $184.40 / $184.52 (spread $0.12), 3 s old
    · Underlying held = 2 shares

    # Trade 5 AAPL spreads at $184.50 or better, a debit?
    **Not quoted on both sides now: AAPL 18 Dec 2026 $260.00 call.** What is missing of the net bid and ask is left out.
    · Side = Debit
    · Bid / ask = $4.95 debit / –, 4 s old
    · Underlying = AAPL $184.40 / $184.52 (spread $0.12), 3 s old
    · Underlying held = 2 shares

    # Trade 5 AAPL spreads at the market?
    · Side = Debit or credit
    · Bid / ask = could not be read
    · Underlying = AAPL $184.40 / $184.52 (spread $0.12), 3 s old
    · Underlying held = 2 shares

    # Trade 5 AAPL spreads at $184.50 or better, a debit?
    · Side = Debit
    · Bid / ask = no quote
    · Underlying = AAPL $184.40 / $184.52 (spread $0.12), 3 s old
    · Underlying held = 2 shares
    ");
}
