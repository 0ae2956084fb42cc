//! What accounts hold, did and were worth.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use desk::views::{Allocation, History, Holding, Portfolio};
use domain::equity::{Curve, Point};
use domain::ids::{AccountId, BrokerOrderId};
use domain::market::Span;
use domain::order::BrokerOrder;
use domain::records::{Activity, Chapter, When};

fn id() -> AccountId {
    paper().id
}

fn text(view: View, page: Page) -> String {
    super::super::shown::shown(&shown(view, page), None).transcript()
}

fn balances(owner: Owner, list: Vec<(LinkedAccount, Result<BrokerAccount, Trouble>)>) -> String {
    let whose = Whose::One(id());
    text(View::Balance { whose }, Page::Balance(Balances { owner, list, at: now() }))
}

fn positions(owner: Owner, list: Vec<Holding>, from: usize) -> String {
    let page = Positions { owner, list, missing: Vec::new(), from, at: now() };
    text(View::Positions { whose: Whose::One(id()), from }, Page::Positions(page))
}

fn orders(list: Vec<BrokerOrder>, which: Which, next: Option<BrokerOrderId>, trail: Vec<BrokerOrderId>) -> String {
    let unconfirmed = if trail.is_empty() { vec![receipt(State::Unconfirmed)] } else { Vec::new() };
    let page = Orders { account: paper(), list, next, unconfirmed, at: now() };
    text(View::Orders { account: id(), which, symbol: None, trail }, Page::Orders(page))
}

fn activity(kind: &str, net: &str) -> Activity {
    Activity {
        id: "20261120150000000::1".into(),
        kind: kind.into(),
        at: When::Day(chrono::NaiveDate::from_ymd_opt(2026, 11, 19).unwrap()),
        symbol: Some(Symbol::from_broker("AAPL")),
        side: None,
        qty: None,
        price: None,
        net: Some(usd(net)),
        order: None,
        description: String::new(),
    }
}

fn curve(equity: &[(&str, &str)]) -> Curve {
    let point = |(step, (equity, flow)): (i64, &(&str, &str))| Point {
        at: now() - TimeDelta::days(9 - step),
        equity: usd(equity),
        flow: usd(flow),
    };
    Curve { span: Span::Month, points: (0..).zip(equity).map(point).collect() }
}

#[test]
fn balances_read_well() {
    let bare = BrokerAccount {
        equity: None,
        cash: None,
        buying_power: None,
        long_market_value: None,
        short_market_value: None,
        multiplier: None,
        trading_blocked: true,
        suspended_by_user: true,
        ..broker_account()
    };
    let one = |account: LinkedAccount, broker| balances(Owner::One(account.clone()), vec![(account, Ok(broker))]);
    let second = (account(Environment::Paper, "long_term"), Ok(broker_account()));
    let dark = (account(Environment::Paper, "old"), Err(Trouble::Broker(ReadFailure::Unavailable)));
    let all = |list: Vec<_>| balances(Owner::All(Environment::Paper, list.len()), list);
    let texts = [
        one(paper(), broker_account()),
        one(live(), bare),
        all(vec![(paper(), Ok(broker_account())), second.clone()]),
        all(vec![(paper(), Ok(broker_account())), second, dark]),
    ];
    insta::assert_snapshot!(texts.concat(), @r#"
    [blue] PAPER · swing
    # Equity $10,250.25
    · Today = +$250.25 (+2.50%)
    · Cash = $7,312.50
    · Buying power = $14,625.00
    · Long = $2,937.75
    · Margin = 2×
    · Read = <t:1795204800:R>
    -- Alpaca account …5309
    [RED] LIVE · savings
    # Balance
    **Alpaca blocks trading in this account. Its own page says why.**

    **Trading is suspended in your settings at Alpaca.**
    · Read = <t:1795204800:R>
    -- Alpaca account …5309
    [blue] PAPER · all 2 accounts
    # Equity $20,500.50
    ```
    ACCOUNT        EQUITY     TODAY   BUYING P.
    swing      $10,250.25  +$250.25  $14,625.00
    long_term  $10,250.25  +$250.25  $14,625.00
    ```
    · Today = +$500.50 (+2.50%)
    · Cash = $14,625.00
    · Read = <t:1795204800:R>
    [blue] PAPER · all 3 accounts
    # Balances
    ```
    ACCOUNT        EQUITY     TODAY   BUYING P.
    swing      $10,250.25  +$250.25  $14,625.00
    long_term  $10,250.25  +$250.25  $14,625.00
    old                 ?         ?           ?
    ```
    · Read = <t:1795204800:R>
    : Not in these numbers = **old**: Alpaca does not answer
    "#);
}

#[test]
fn positions_stand_in_columns_and_bare_ones_are_named() {
    let mut guarded = holding(paper(), position("AAPL", "5", "922.35", "12.3", "0.0135"));
    guarded.protected = Some(decimal("5"));
    let mut option = holding(paper(), position("AAPL261218C00250000", "1", "320", "-3.4", "-0.02796"));
    option.protected = None;
    let mut blind = holding(paper(), position("F", "-1200", "-13200", "0", "0"));
    blind.orders = None;
    blind.protected = None;
    let bare = holding(paper(), position("BRK.B", "0.25", "118.2", "-3.4", "-0.02796"));
    let owner = || Owner::One(paper());
    let many: Vec<_> = (0..20).map(|n| holding(paper(), position(&format!("S{n}"), "1", "10", "1", "0.1"))).collect();
    let other = holding(account(Environment::Paper, "long_term"), position("F", "1", "11", "1", "0.1"));
    let texts = [
        positions(owner(), vec![guarded.clone(), option, blind, bare], 0),
        positions(owner(), Vec::new(), 0),
        positions(owner(), many, 15),
        positions(Owner::All(Environment::Paper, 2), vec![guarded, other], 0),
    ];
    insta::assert_snapshot!(texts.concat(), @r#"
    [blue] PAPER · swing
    # 4 positions
    ```
    SYMBOL                 QTY        VALUE     P&L
    AAPL                     5      $922.35  +1.35%
    AAPL261218C00250000      1      $320.00  -2.80%
    F                    -1200  -$13,200.00   0.00%
    BRK.B                 0.25      $118.20  -2.80%
    ```
    : ⚠ Without a stop = BRK.B
    : Stops not known = Alpaca did not show the open orders just now.
    · Value = -$11,839.45
    · P&L, open = +$5.50 (+0.14%)
    · P&L, today = -$6.00
    · Read = <t:1795204800:R>
    (AAPL | grey | show)
    (AAPL261218C00250000 | grey | show)
    (F | grey | show)
    (⚠ BRK.B | grey | show)
    (CSV | grey | show)
    [blue] PAPER · swing
    # No positions
    Nothing is held here. `/buy` opens a position.
    · Read = <t:1795204800:R>
    [blue] PAPER · swing
    # 20 positions
    ```
    SYMBOL  QTY   VALUE      P&L
    S15       1  $10.00  +10.00%
    S16       1  $10.00  +10.00%
    S17       1  $10.00  +10.00%
    S18       1  $10.00  +10.00%
    S19       1  $10.00  +10.00%
    ```

    16 to 20 of 20.
    : ⚠ Without a stop = S0, S1, S2, S3, S4, S5, S6, S7, S8, S9, S10, S11, S12, S13, S14, S15, S16, S17, S18, S19
    · Value = $200.00
    · P&L, open = +$20.00 (+0.10%)
    · P&L, today = -$30.00
    · Read = <t:1795204800:R>
    (⚠ S15 | grey | show)
    (⚠ S16 | grey | show)
    (⚠ S17 | grey | show)
    (⚠ S18 | grey | show)
    (⚠ S19 | grey | show)
    (◀ Larger | grey | show)
    (CSV | grey | show)
    [blue] PAPER · all 2 accounts
    # 2 positions
    ```
    SYMBOL  ACCOUNT    QTY    VALUE      P&L
    AAPL    swing        5  $922.35   +1.35%
    F       long_term    1   $11.00  +10.00%
    ```
    : ⚠ Without a stop = F
    · Value = $933.35
    · P&L, open = +$13.30 (+0.67%)
    · P&L, today = -$3.00
    · Read = <t:1795204800:R>
    (AAPL | grey | show)
    (⚠ F | grey | show)
    (CSV | grey | show)
    "#);
}

#[test]
fn a_total_that_would_leave_something_out_is_left_out_itself() {
    let mut unknown = holding(paper(), position("AAPL", "5", "922.35", "12.3", "0.0135"));
    unknown.position.value = None;
    let other = holding(paper(), position("F", "1", "11", "1", "0.1"));
    let text = positions(Owner::One(paper()), vec![unknown, other], 0);
    assert!(!text.contains("· Value ="), "{text}");
    assert!(text.contains("· P&L, open ="), "{text}");
}

#[test]
fn one_position_says_what_protects_it() {
    let one = |protected: Option<&str>, orders: Option<Vec<BrokerOrder>>| {
        let held = holding(paper(), position("AAPL", "5", "922.35", "12.3", "0.0135"));
        let page = Holding { orders, protected: protected.map(decimal), ..held };
        let view = View::Position { account: id(), symbol: Symbol::from_broker("AAPL") };
        text(view, Page::Position(Box::new(page)))
    };
    let mut stop = broker_order(BrokerStatus::New);
    stop.kind = "stop".into();
    stop.side = Some(Side::Sell);
    stop.limit_price = None;
    let texts = [one(Some("0"), Some(Vec::new())), one(Some("2"), Some(vec![stop; 8])), one(None, None)];
    insta::assert_snapshot!(texts.concat(), @r#"
    [blue] PAPER · swing
    # Long 5 AAPL
    **⚠ No stop protects it.** A fall is yours in full.
    · Entry = $100.00
    · Price = $101.00
    · Value = $922.35
    · P&L, open = +$12.30 (+1.35%)
    · P&L, today = -$1.50
    · Cost = $1,000.00
    : Open orders = None.
    · Read = <t:1795204800:R>
    (Chart | grey | show)
    (Its orders | grey | show)
    (All positions | grey | show)
    [blue] PAPER · swing
    # Long 5 AAPL
    **⚠ A stop protects only 2 of 5.**
    · Entry = $100.00
    · Price = $101.00
    · Value = $922.35
    · P&L, open = +$12.30 (+1.35%)
    · P&L, today = -$1.50
    · Cost = $1,000.00
    : Open orders = **Sell 5 AAPL** · stop · day · working · <t:1795204800:R>
        **Sell 5 AAPL** · stop · day · working · <t:1795204800:R>
        **Sell 5 AAPL** · stop · day · working · <t:1795204800:R>
        **Sell 5 AAPL** · stop · day · working · <t:1795204800:R>
        **Sell 5 AAPL** · stop · day · working · <t:1795204800:R>
        **Sell 5 AAPL** · stop · day · working · <t:1795204800:R>
        *… and 2 more: `/orders symbol:`.*
    · Read = <t:1795204800:R>
    (Chart | grey | show)
    (Its orders | grey | show)
    (All positions | grey | show)
    [blue] PAPER · swing
    # Long 5 AAPL
    · Entry = $100.00
    · Price = $101.00
    · Value = $922.35
    · P&L, open = +$12.30 (+1.35%)
    · P&L, today = -$1.50
    · Cost = $1,000.00
    : Open orders = Alpaca did not show them just now.
    · Read = <t:1795204800:R>
    (Chart | grey | show)
    (Its orders | grey | show)
    (All positions | grey | show)
    "#);
}

#[test]
fn orders_read_well_and_unconfirmed_ones_stand_apart() {
    let mut elsewhere = broker_order(BrokerStatus::Filled);
    elsewhere.client_order_id = ClientOrderId::stored("from-the-dashboard");
    elsewhere.qty = None;
    elsewhere.notional = Some(decimal("50"));
    elsewhere.side = Some(Side::Sell);
    elsewhere.kind = "stop_limit".into();
    elsewhere.filled_qty = decimal("0.271");
    elsewhere.filled_avg_price = Some(domain::money::Price::parse("184.47").unwrap());
    elsewhere.ended_at = Some(now());
    let list = vec![broker_order(BrokerStatus::New), elsewhere, broker_order(BrokerStatus::Other("stopped".into()))];
    let next = BrokerOrderId(Uuid::from_u128(7));
    let texts = [
        orders(list.clone(), Which::All, None, Vec::new()),
        orders(list.clone(), Which::Closed, Some(next), vec![next]),
        orders(Vec::new(), Which::Open, None, vec![next]),
    ];
    insta::assert_snapshot!(texts.concat(), @r#"
    [blue] PAPER · swing
    # 3 orders
    **Buy 5 AAPL** · limit $184.50 · day · working · <t:1795204800:R>
    **Sell $50.00 of AAPL** · stop limit $184.50 · day · filled · 0.271 filled at $184.47 · <t:1795204800:R> · placed elsewhere
    **Buy 5 AAPL** · limit $184.50 · day · `stopped` · <t:1795204800:R>
    : Not yet confirmed: do not send these again = **Buy 5 AAPL at $184.50 or better** · Sent, not yet confirmed · <t:1795204800:R>
    · Read = <t:1795204800:R>
    -- Cancel one with /cancel.
    (CSV | grey | show)
    [blue] PAPER · swing
    # Closed orders
    **Buy 5 AAPL** · limit $184.50 · day · working · <t:1795204800:R>
    **Sell $50.00 of AAPL** · stop limit $184.50 · day · filled · 0.271 filled at $184.47 · <t:1795204800:R> · placed elsewhere
    **Buy 5 AAPL** · limit $184.50 · day · `stopped` · <t:1795204800:R>
    · Read = <t:1795204800:R>
    -- Page 2 · Cancel one with /cancel.
    (◀ Newer | grey | show)
    (Older ▶ | grey | show)
    (CSV | grey | show)
    [blue] PAPER · swing
    # No open orders
    Nothing is waiting at Alpaca. `/orders show:all` has the past.
    · Read = <t:1795204800:R>
    -- Page 2
    (◀ Newer | grey | show)
    "#);
}

#[test]
fn a_spread_and_a_contract_in_a_list_are_called_what_they_are() {
    let mut spread = broker_order(BrokerStatus::New);
    spread.class = "mleg".into();
    let credit = BrokerOrder { side: Some(Side::Sell), qty: Some(decimal("1")), ..spread.clone() };
    let market = BrokerOrder { side: None, kind: "market".into(), limit_price: None, ..spread.clone() };
    let contract = BrokerOrder {
        symbol: Symbol::from_broker("AAPL261218C00250000"),
        class: String::new(),
        ..broker_order(BrokerStatus::New)
    };
    let lines = [spread, credit, market, contract].map(|order| super::super::orders::in_a_line(&order));
    insta::assert_snapshot!(lines.join("\n"), @r"
    **Trade 5 AAPL spreads** · limit $184.50 debit · day · working · <t:1795204800:R>
    **Trade 1 AAPL spread** · limit $184.50 credit · day · working · <t:1795204800:R>
    **Trade 5 AAPL spreads** · market · day · working · <t:1795204800:R>
    **Buy 5 AAPL 18 Dec 2026 $250.00 call** · limit $184.50 · day · working · <t:1795204800:R>
    ");
}

#[test]
fn history_reads_well() {
    let fill = Activity {
        at: When::Moment(now()),
        side: Some(Side::Buy),
        qty: Some(decimal("5")),
        price: Some(domain::money::Price::parse("184.5").unwrap()),
        ..activity("FILL", "-922.5")
    };
    let dividend =
        Activity { description: "Cash DIV @ 0.24".into(), qty: Some(decimal("10")), ..activity("DIV", "2.4") };
    let paid = Activity { symbol: None, ..activity("CSD", "1000") };
    let odd = Activity { at: When::Unknown, net: None, ..activity("XYZW", "0") };
    let page = |list, next: Option<String>| History { account: paper(), list, next, at: now() };
    let view = |chapter, trail| View::History { account: id(), chapter, order: None, since: None, trail };
    let list = vec![fill, dividend, paid, odd];
    let texts = [
        text(view(Chapter::All, vec!["x".into()]), Page::History(page(list, Some("y".into())))),
        text(view(Chapter::Dividends, Vec::new()), Page::History(page(Vec::new(), None))),
    ];
    insta::assert_snapshot!(texts.concat(), @r#"
    [blue] PAPER · swing
    # History
    **Bought 5 AAPL** at $184.50 · -$922.50 · <t:1795204800:f>
    **Dividend AAPL** · 10 shares · +$2.40 · Cash DIV \@ 0.24 · 19 Nov 2026
    **Paid in** · +$1,000.00 · 19 Nov 2026
    **`XYZW` AAPL** · day not said
    · Sum of this page = +$79.90
    · Read = <t:1795204800:R>
    -- Page 2
    (◀ Newer | grey | show)
    (Older ▶ | grey | show)
    (CSV | grey | show)
    [blue] PAPER · swing
    # Dividends
    Alpaca shows nothing of that kind. Fees are booked a day later.
    · Read = <t:1795204800:R>
    "#);
}

#[test]
fn a_curve_has_words_beside_it() {
    let page = |owner, curve| Page::Portfolio(Portfolio { owner, curve, missing: Vec::new(), at: now() });
    let view = View::Portfolio { whose: Whose::One(id()), span: Span::Month };
    let grown = curve(&[("1000", "0"), ("1500", "500"), ("1650", "0"), ("1320", "0")]);
    let texts = [
        text(view.clone(), page(Owner::All(Environment::Live, 2), grown)),
        text(view, page(Owner::One(paper()), curve(&[]))),
    ];
    insta::assert_snapshot!(texts.concat(), @r#"
    [RED] LIVE · all 2 accounts
    # $1,320.00 · one month
    · Gain = -$180.00 (-12.00%)
    · Deepest fall = -20.00%
    · Paid in and out = +$500.00
    · Read = <t:1795204800:R>
    -- Deposits and withdrawals are not counted as gains or losses; the return is time-weighted.
    (1D | grey | show)
    (1W | grey | show)
    (3M | grey | show)
    (1A | grey | show)
    (CSV | grey | show)
    [blue] PAPER · swing
    # No curve yet
    Alpaca has fewer than two points for one month. A new account gets its first ones in a day.
    · Read = <t:1795204800:R>
    (1D | grey | show)
    (1W | grey | show)
    (3M | grey | show)
    (1A | grey | show)
    "#);
}

#[test]
fn an_allocation_names_what_weighs_most() {
    let page = |slices: &[(&str, &str)], unvalued: &[&str]| {
        let slices = slices.iter().map(|(name, worth)| (Symbol::from_broker(*name), usd(worth))).collect();
        Page::Allocation(Allocation {
            owner: Owner::One(paper()),
            slices,
            unvalued: unvalued.iter().map(|name| Symbol::from_broker(*name)).collect(),
            cash: Some(usd("4000")),
            equity: Some(usd("10000")),
            missing: vec![(account(Environment::Paper, "old"), Trouble::Broker(ReadFailure::Unavailable))],
            at: now(),
        })
    };
    let view = View::Allocation { whose: Whose::One(id()) };
    let texts = [
        text(view.clone(), page(&[("AAPL", "4000"), ("F", "2000")], &["OLD"])),
        text(view.clone(), page(&[], &["OLD"])),
        text(view, page(&[], &[])),
    ];
    insta::assert_snapshot!(texts.concat(), @r#"
    [blue] PAPER · swing
    # Allocation of $10,000.00
    More than a quarter of it is in **AAPL**.
    · Largest = AAPL · 40.0%
    : No price, so not in the picture = OLD
    · Cash = $4,000.00
    · Read = <t:1795204800:R>
    : Not in these numbers = **old**: Alpaca does not answer
    (Positions | grey | show)
    [blue] PAPER · swing
    # Nothing held has a price now
    : No price, so not in the picture = OLD
    · Cash = $4,000.00
    · Read = <t:1795204800:R>
    : Not in these numbers = **old**: Alpaca does not answer
    (Positions | grey | show)
    [blue] PAPER · swing
    # Nothing is held
    All of it is cash. `/buy` opens a position.
    · Cash = $4,000.00
    · Read = <t:1795204800:R>
    : Not in these numbers = **old**: Alpaca does not answer
    (Positions | grey | show)
    "#);
}

#[test]
fn a_file_says_what_it_holds_and_when_that_is_not_all() {
    let file = |view: View, page| text(View::File { of: Box::new(view) }, page);
    let list = vec![broker_order(BrokerStatus::New)];
    let page =
        |next| Page::Orders(Orders { account: paper(), list: list.clone(), next, unconfirmed: Vec::new(), at: now() });
    let view = View::Orders { account: id(), which: Which::All, symbol: None, trail: Vec::new() };
    let texts = [file(view.clone(), page(None)), file(view, page(Some(BrokerOrderId(Uuid::from_u128(1)))))];
    insta::assert_snapshot!(texts.concat(), @r#"
    [blue] PAPER · swing
    # 1 row
    <file orders.csv>
    [blue] PAPER · swing
    # 1 row
    **There is more than the file holds.** Ask for less: one symbol, one kind, a later day.
    <file orders.csv>
    "#);
}

/// All lists, with foreign text wherever there can be any.
pub(super) fn hostile_looks(account: &LinkedAccount, held: Position, order: BrokerOrder, sent: Receipt) -> Vec<Reply> {
    let symbol = held.symbol.clone();
    let words = symbol.to_string();
    let mut held = holding(account.clone(), held);
    held.orders = Some(vec![order.clone()]);
    let happened =
        Activity { kind: words.clone(), symbol: Some(symbol.clone()), description: words, ..activity("X", "1") };
    let owner = Owner::All(Environment::Live, 2);
    let missing = vec![(account.clone(), Trouble::Vault)];
    let pages = [
        (
            View::Positions { whose: Whose::One(id()), from: 0 },
            Page::Positions(Positions { owner: owner.clone(), list: vec![held.clone()], missing, from: 0, at: now() }),
        ),
        (View::Position { account: id(), symbol: symbol.clone() }, Page::Position(Box::new(held))),
        (
            View::Orders { account: id(), which: Which::All, symbol: Some(symbol.clone()), trail: Vec::new() },
            Page::Orders(Orders {
                account: account.clone(),
                list: vec![order],
                next: None,
                unconfirmed: vec![sent],
                at: now(),
            }),
        ),
        (
            View::History { account: id(), chapter: Chapter::All, order: None, since: None, trail: Vec::new() },
            Page::History(History { account: account.clone(), list: vec![happened], next: None, at: now() }),
        ),
        (
            View::Balance { whose: Whose::All(Environment::Live) },
            Page::Balance(Balances {
                owner: owner.clone(),
                list: vec![(account.clone(), Ok(broker_account()))],
                at: now(),
            }),
        ),
        (
            View::Allocation { whose: Whose::One(id()) },
            Page::Allocation(Allocation {
                owner,
                slices: vec![(symbol.clone(), usd("1"))],
                unvalued: vec![symbol],
                cash: None,
                equity: None,
                missing: Vec::new(),
                at: now(),
            }),
        ),
    ];
    pages.into_iter().map(|(view, page)| super::super::shown::shown(&shown(view, page), None)).collect()
}
