//! What `/option` says, step by step.

use super::market_texts::chain_page;
use super::*;
use desk::option::{OptionDraft, OptionPage};
use domain::strategy::Strategy;

fn price(text: &str) -> Price {
    Price::new(decimal(text)).unwrap()
}

fn text(account: LinkedAccount, draft: OptionDraft) -> String {
    let page = OptionPage::of(account, draft.clone(), chain_page());
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
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
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
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
    [The day on which they expire ▾]
      ○ Fri 27 Nov 2026
      ● Fri 18 Dec 2026
      ○ Fri 15 Jan 2027
    [A strike ▾]
      ○ $150.00 — call 1.10/1.15 · Δ 0.51 | put 1.10/1.15 · Δ 0.51
      ○ $155.00 — call 1.10/1.15 · Δ 0.51 | put 1.10/1.15 · Δ 0.51
      ○ $160.00 — call 1.10/1.15 · Δ 0.51 | put 1.10/1.15 · Δ 0.51
      ○ $165.00 — call 1.10/1.15 · Δ 0.51 | put 1.10/1.15 · Δ 0.51
      ○ $170.00 — call 1.10/1.15 · Δ 0.51 | put 1.10/1.15 · Δ 0.51
      ○ $175.00 — call 1.10/1.15 · Δ 0.51 | put 1.10/1.15 · Δ 0.51
      ○ $180.00 — call 1.10/1.15 · Δ 0.51 | put 1.10/1.15 · Δ 0.51
      ○ $190.00 — call 1.10/1.15 · Δ 0.51
      ○ $195.00 — call 1.10/1.15 · Δ 0.51 | put 1.10/1.15 · Δ 0.51
      ○ $200.00 — call 1.10/1.15 · Δ 0.51 | put 1.10/1.15 · Δ 0.51
      ○ $205.00 — call 1.10/1.15 · Δ 0.51 | put 1.10/1.15 · Δ 0.51
      ○ $210.00 — call 1.10/1.15 · Δ 0.51 | put 1.10/1.15 · Δ 0.51
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
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
    (Refresh | grey | show)
    # AAPL options, 18 Dec 2026
    **4.** Picked $175.00, $170.00. Pick 2 strikes more for the iron condor.
    · Price = $184.51
    · Read = <t:1795204800:R>
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
    (Refresh | grey | show)
    # AAPL options, 18 Dec 2026
    **2.** Pick 4 strikes for the iron condor.
    · Price = $184.51
    · Read = <t:1795204800:R>
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
    (Refresh | grey | show)
    # AAPL options, 18 Dec 2026
    Not all of these contracts exist. Pick another strike.
    · Price = $184.51
    · Read = <t:1795204800:R>
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
    (Refresh | grey | show)
    # AAPL options, 19 Dec 2026
    That day is over. Pick another one.
    · Price = $184.51
    · Read = <t:1795204800:R>
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
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

    Buy 1 AAPL 18 Dec 2026 $185.00 call · 1.10/1.15 · delta 0.51
    · Price = $184.51
    · Limit = $1.13 debit
    · Paid = $113.00
    · Max loss = $113.00
    · Max gain = no end
    · Break-even = $186.13
    · Read = <t:1795204800:R>
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
    (Preview the order | green | order)
    (One more | grey | show)
    (At bid and ask | grey | show)
    (Refresh | grey | show)
    # Covered call on AAPL, 18 Dec 2026
    Sell a call against a hundred shares that you hold.

    Sell 3 AAPL 18 Dec 2026 $185.00 call · 1.10/1.15 · delta 0.51
    · Price = $184.51
    · Limit = $1.13 credit
    · Received = $339.00
    · Max loss = $55,014.00
    · Max gain = $486.00
    · Break-even = $183.38
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

    Sell 1 AAPL 18 Dec 2026 $185.00 put · 1.10/1.15 · delta 0.51
    · Price = $184.51
    · Limit = $1.13 credit
    · Received = $113.00
    · Max loss = $18,387.00
    · Max gain = $113.00
    · Break-even = $183.87
    · Takes = $18,500.00 of cash, set aside
    · Read = <t:1795204800:R>
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
    (Preview the order | green | order)
    (One more | grey | show)
    (At bid and ask | grey | show)
    (Refresh | grey | show)
    # Bull call spread on AAPL, 18 Dec 2026
    Two strikes: buy the lower call, sell the higher. A debit that gains when the price rises.

    Buy 1 AAPL 18 Dec 2026 $185.00 call · 1.10/1.15 · delta 0.51
    Sell 1 AAPL 18 Dec 2026 $195.00 call · 1.10/1.15 · delta 0.51
    · Price = $184.51
    · Limit = $0.01 debit
    · Paid = $1.00
    · Max loss = $1.00
    · Max gain = $999.00
    · Break-even = $185.01
    · Read = <t:1795204800:R>
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
    (Preview the order | green | order)
    (One more | grey | show)
    (At bid and ask | grey | show)
    (Refresh | grey | show)
    # Iron condor on AAPL, 18 Dec 2026
    Four strikes: sell the inner put and call, buy the outer. A credit, kept in between.

    Buy 1 AAPL 18 Dec 2026 $170.00 put · 1.10/1.15 · delta 0.51
    Sell 1 AAPL 18 Dec 2026 $175.00 put · 1.10/1.15 · delta 0.51
    Sell 1 AAPL 18 Dec 2026 $195.00 call · 1.10/1.15 · delta 0.51
    Buy 1 AAPL 18 Dec 2026 $200.00 call · 1.10/1.15 · delta 0.51
    · Price = $184.51
    · Limit = $0.01 debit
    · Paid = $1.00
    · Max loss = $501.00
    · Max gain = none
    · Break-even = none
    · Read = <t:1795204800:R>
    -- At expiry and before fees. Nothing is sent from here: the order's card asks first.
    (Preview the order | green | order)
    (One more | grey | show)
    (At bid and ask | grey | show)
    (Refresh | grey | show)
    "#);
}
