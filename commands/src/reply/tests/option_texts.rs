//! What `/option` says, step by step.

use super::market_texts::chain_page;
use super::*;
use desk::option::{Aim, OptionDraft, OptionPage};
use desk::views::ChainPage;
use domain::account::Quote;
use domain::market::Strike;
use domain::strategy::Strategy;
use rust_decimal::Decimal;

fn price(text: &str) -> Price {
    Price::new(decimal(text)).unwrap()
}

/// Contracts are worth what they would bring today, and less for time the farther they are from the money; three cents to each
/// side stand bid and ask.
fn chain() -> ChainPage {
    let mut page = chain_page();
    let market = page.price.unwrap().get();
    for row in &mut page.rows {
        let above = market - row.strike.get();
        let time = (decimal("5.2") - above.abs() * decimal("0.2")).max(decimal("0.05"));
        let delta = (decimal("0.5") + above / decimal("60")).clamp(decimal("0.02"), decimal("0.98"));
        let quoted = |strike: &mut Strike, inside: Decimal, delta| {
            let middle = (inside.max(Decimal::ZERO) + time).round_dp(2);
            let at = |cents| Price::new(middle + Decimal::new(cents, 2));
            strike.quote = Some(Quote { bid: at(-3), ask: at(3), at: now() });
            strike.delta = Some(delta);
        };
        row.call.as_mut().into_iter().for_each(|call| quoted(call, above, delta));
        row.put.as_mut().into_iter().for_each(|put| quoted(put, -above, delta - Decimal::ONE));
    }
    page
}

fn text(account: LinkedAccount, draft: OptionDraft) -> String {
    on(chain(), account, draft)
}

fn on(chain: ChainPage, account: LinkedAccount, draft: OptionDraft) -> String {
    let page = OptionPage::of(account, draft.clone(), chain);
    let view = View::Option(draft);
    super::super::shown::shown(&shown(view, Page::Option(Box::new(page))), None).transcript()
}

fn begun() -> OptionDraft {
    OptionDraft::new(paper().id, Symbol::from_broker("AAPL")).on("2026-12-18".parse().unwrap())
}

/// Without the menus, which each step has alike.
fn said(draft: OptionDraft) -> String {
    let text = text(paper(), draft);
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with("  ") && !line.starts_with('[')).collect();
    lines.join("\n") + "\n"
}

#[test]
fn an_option_is_picked_from_menus() {
    let nothing = OptionDraft::new(paper().id, Symbol::from_broker("AAPL"));
    insta::assert_snapshot!([text(paper(), nothing), text(paper(), begun().at(price("185")))].concat(), @r#"
    [blue] PAPER · swing
    # AAPL options
    **1.** Pick the day on which the contracts end.
    · Price = $184.51
    · Read = <t:1795204800:R>
    -- Nothing is sent from here: the order's card asks first.
    [The day on which they expire ▾]
      ○ Fri 27 Nov 2026
      ○ Fri 18 Dec 2026
      ○ Fri 15 Jan 2027
    (Refresh | grey | show)
    [blue] PAPER · swing
    # AAPL options, 18 Dec 2026
    **3.** Pick what to do at $185.00.
    · Price = $184.51
    · Read = <t:1795204800:R>
    -- Nothing is sent from here: the order's card asks first.
    [The day on which they expire ▾]
      ○ Fri 27 Nov 2026
      ● Fri 18 Dec 2026
      ○ Fri 15 Jan 2027
    [A strike ▾]
      ○ $150.00 — call 34.53/34.59 · Δ 0.98 | put 0.02/0.08 · Δ -0.02
      ○ $155.00 — call 29.53/29.59 · Δ 0.98 | put 0.02/0.08 · Δ -0.02
      ○ $160.00 — call 24.78/24.84 · Δ 0.91 | put 0.27/0.33 · Δ -0.09
      ○ $165.00 — call 20.78/20.84 · Δ 0.83 | put 1.27/1.33 · Δ -0.17
      ○ $170.00 — call 16.78/16.84 · Δ 0.74 | put 2.27/2.33 · Δ -0.26
      ○ $175.00 — call 12.78/12.84 · Δ 0.66 | put 3.27/3.33 · Δ -0.34
      ○ $180.00 — call 8.78/8.84 · Δ 0.58 | put 4.27/4.33 · Δ -0.42
      ○ $190.00 — call 4.07/4.13 · Δ 0.41
      ○ $195.00 — call 3.07/3.13 · Δ 0.33 | put 13.56/13.62 · Δ -0.67
      ○ $200.00 — call 2.07/2.13 · Δ 0.24 | put 17.56/17.62 · Δ -0.76
      ○ $205.00 — call 1.07/1.13 · Δ 0.16 | put 21.56/21.62 · Δ -0.84
      ○ $210.00 — call 0.07/0.13 · Δ 0.08 | put 25.56/25.62 · Δ -0.92
    [What to do ▾]
      ○ Call — Buy a call: gains when the price rises.
      ○ Put — Buy a put: gains when the price falls.
      ○ Covered call — Sell a call against a hundred shares that you hold.
      ○ Cash-secured put — Sell a put, with the money for the shares set aside.
      ○ Bull call spread — Two strikes: buy the lower call, sell the higher. A debit that gains when the price rises.
      ○ Bear put spread — Two strikes: buy the higher put, sell the lower. A debit that gains when the price falls.
      ○ Bull put spread — Two strikes: sell the higher put, buy the lower. A credit, kept when the price rises.
      ○ Bear call spread — Two strikes: sell the lower call, buy the higher. A credit, kept when the price falls.
      ○ Iron condor — Four strikes: sell the inner put and call, buy the outer. A credit, kept in between.
    (Refresh | grey | show)
    "#);
}

#[test]
fn each_step_says_what_is_next() {
    let condor = begun().at(price("175")).by(Strategy::IronCondor);
    let unpaired = begun().at(price("190")).by(Strategy::LongPut);
    let over = begun().on("2026-12-19".parse().unwrap()).at(price("185"));
    let all = [begun(), condor.at(price("170")), condor.on("2026-12-18".parse().unwrap()), unpaired, over];
    insta::assert_snapshot!(all.map(said).concat(), @r#"
    # AAPL options, 18 Dec 2026
    **2.** Pick a strike. Prices are bid/ask per share; one contract is for 100.
    · Price = $184.51
    · Read = <t:1795204800:R>
    -- Nothing is sent from here: the order's card asks first.
    (Refresh | grey | show)
    # AAPL options, 18 Dec 2026
    **4.** Picked $170.00, $175.00. Pick 2 more strikes for the iron condor.
    Four strikes: sell the inner put and call, buy the outer. A credit, kept in between.
    · Price = $184.51
    · Read = <t:1795204800:R>
    -- Nothing is sent from here: the order's card asks first.
    (Refresh | grey | show)
    # AAPL options, 18 Dec 2026
    **2.** Pick 4 strikes for the iron condor.
    Four strikes: sell the inner put and call, buy the outer. A credit, kept in between.
    · Price = $184.51
    · Read = <t:1795204800:R>
    -- Nothing is sent from here: the order's card asks first.
    (Refresh | grey | show)
    # AAPL options, 18 Dec 2026
    Not all of these contracts exist. Pick another strike.
    · Price = $184.51
    · Read = <t:1795204800:R>
    -- Nothing is sent from here: the order's card asks first.
    (Refresh | grey | show)
    # AAPL options, 19 Dec 2026
    That day is over. Pick another one.
    · Price = $184.51
    · Read = <t:1795204800:R>
    -- Nothing is sent from here: the order's card asks first.
    (Refresh | grey | show)
    "#);
}

#[test]
fn a_position_shows_what_it_can_lose_and_gain() {
    let single = begun().at(price("185"));
    let spread = single.by(Strategy::BullCall).at(price("195"));
    let condor = begun().at(price("170")).by(Strategy::IronCondor).at(price("175"));
    let condor = condor.at(price("195")).at(price("200"));
    let mut covered = single.by(Strategy::CoveredCall);
    covered.units = 3;
    let all = [
        said(single.by(Strategy::LongCall)),
        said(covered),
        said(single.by(Strategy::CashSecuredPut)),
        said(spread),
        said(condor),
    ];
    insta::assert_snapshot!(all.concat(), @r#"
    # Call on AAPL, 18 Dec 2026
    Buy a call: gains when the price rises.

    Buy 1 AAPL 18 Dec 2026 $185.00 call · 5.07/5.13 · delta 0.49
    · Price = $184.51
    · Limit = $5.10 debit
    · Paid = $510.00
    · Max loss = $510.00
    · Max gain = no end
    · Break-even = $190.10
    · Read = <t:1795204800:R>
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
    (Preview the order | green | order)
    (One more | grey | show)
    (At bid and ask | grey | show)
    (Refresh | grey | show)
    # Covered call on AAPL, 18 Dec 2026
    Sell a call against a hundred shares that you hold.

    Sell 3 AAPL 18 Dec 2026 $185.00 call · 5.07/5.13 · delta 0.49
    · Price = $184.51
    · Limit = $5.10 credit
    · Received = $1,530.00
    · Max loss = $53,823.00
    · Max gain = $1,677.00
    · Break-even = $179.41
    · Takes = 300 shares of AAPL that you hold; reckoned at today's price
    · Read = <t:1795204800:R>
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
    (Preview the order | green | order)
    (One less | grey | show)
    (One more | grey | show)
    (At bid and ask | grey | show)
    (Refresh | grey | show)
    # Cash-secured put on AAPL, 18 Dec 2026
    Sell a put, with the money for the shares set aside.

    Sell 1 AAPL 18 Dec 2026 $185.00 put · 5.56/5.62 · delta -0.51
    · Price = $184.51
    · Limit = $5.59 credit
    · Received = $559.00
    · Max loss = $17,941.00
    · Max gain = $559.00
    · Break-even = $179.41
    · Takes = $18,500.00 of cash, set aside
    · Read = <t:1795204800:R>
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
    (Preview the order | green | order)
    (One more | grey | show)
    (At bid and ask | grey | show)
    (Refresh | grey | show)
    # Bull call spread on AAPL, 18 Dec 2026
    Two strikes: buy the lower call, sell the higher. A debit that gains when the price rises.

    Buy 1 AAPL 18 Dec 2026 $185.00 call · 5.07/5.13 · delta 0.49
    Sell 1 AAPL 18 Dec 2026 $195.00 call · 3.07/3.13 · delta 0.33
    · Price = $184.51
    · Limit = $2.00 debit
    · Paid = $200.00
    · Max loss = $200.00
    · Max gain = $800.00
    · Break-even = $187.00
    · Read = <t:1795204800:R>
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
    (Preview the order | green | order)
    (One more | grey | show)
    (At bid and ask | grey | show)
    (Refresh | grey | show)
    # Iron condor on AAPL, 18 Dec 2026
    Four strikes: sell the inner put and call, buy the outer. A credit, kept in between.

    Buy 1 AAPL 18 Dec 2026 $170.00 put · 2.27/2.33 · delta -0.26
    Sell 1 AAPL 18 Dec 2026 $175.00 put · 3.27/3.33 · delta -0.34
    Sell 1 AAPL 18 Dec 2026 $195.00 call · 3.07/3.13 · delta 0.33
    Buy 1 AAPL 18 Dec 2026 $200.00 call · 2.07/2.13 · delta 0.24
    · Price = $184.51
    · Limit = $2.00 credit
    · Received = $200.00
    · Max loss = $300.00
    · Max gain = $200.00
    · Break-even = $173.00 and $197.00
    · Read = <t:1795204800:R>
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
    (Preview the order | green | order)
    (One more | grey | show)
    (At bid and ask | grey | show)
    (Refresh | grey | show)
    "#);
}

#[test]
fn a_condor_is_a_credit_unless_the_quotes_make_it_cost_something() {
    let strikes = ["170", "175", "195", "200"].map(price);
    let condor = strikes.into_iter().fold(begun().by(Strategy::IronCondor), |draft, strike| draft.at(strike));
    let told = said(condor.clone());
    for part in ["Limit = $2.00 credit", "Received = $200.00", "Max loss = $300.00", "Max gain = $200.00"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    // Every contract at the same price.
    let mut crossed = condor.clone();
    crossed.aim = Aim::Market;
    let even = on(chain_page(), paper(), condor);
    for part in ["Limit = $0.01 credit", "Max loss = $499.00", "Max gain = $1.00"] {
        assert!(even.contains(part), "{part}: {even}");
    }
    let crossed = on(chain_page(), paper(), crossed);
    for part in ["it is not a credit, as it should be", "Limit = $0.10 debit", "Max loss = $510.00", "Max gain = none"]
    {
        assert!(crossed.contains(part), "{part}: {crossed}");
    }
}
