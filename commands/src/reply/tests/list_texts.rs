#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;

#[test]
fn balances_read_well() {
    let whole = Balance { account: paper(), broker: broker_account(), at: now() };
    let bare = Balance {
        account: live(),
        broker: BrokerAccount {
            equity: None,
            cash: None,
            buying_power: None,
            long_market_value: None,
            short_market_value: None,
            multiplier: None,
            trading_blocked: true,
            suspended_by_user: true,
            ..broker_account()
        },
        at: now(),
    };
    insta::assert_snapshot!(balance::balance(&whole).transcript() + &balance::balance(&bare).transcript(), @r#"
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
    "#);
}

#[test]
fn positions_stand_in_columns() {
    let list = vec![
        position("AAPL", "5", "922.35", "12.3", "0.0135"),
        position("BRK.B", "0.25", "118.2", "-3.4", "-0.02796"),
        position("F", "-1200", "-13200", "0", "0"),
    ];
    let some = Positions { account: paper(), list, at: now() };
    let none = Positions { account: paper(), list: Vec::new(), at: now() };
    insta::assert_snapshot!(positions::positions(&some).transcript() + &positions::positions(&none).transcript(), @r#"
    [blue] PAPER · swing
    # 3 positions
    ```
    SYMBOL    QTY        VALUE     P&L
    AAPL        5      $922.35  +1.35%
    BRK.B    0.25      $118.20  -2.80%
    F       -1200  -$13,200.00   0.00%
    ```
    · Value = -$12,159.45
    · P&L, open = +$8.90 (+0.30%)
    · P&L, today = -$4.50
    · Read = <t:1795204800:R>
    [blue] PAPER · swing
    # No positions
    Nothing is held in this account. `/buy` opens a position.
    · Read = <t:1795204800:R>
    "#);
}

#[test]
fn a_total_that_would_leave_something_out_is_left_out_itself() {
    let mut unknown = position("AAPL", "5", "922.35", "12.3", "0.0135");
    unknown.value = None;
    let view = Positions { account: paper(), list: vec![unknown, position("F", "1", "11", "1", "0.1")], at: now() };
    let text = positions::positions(&view).transcript();
    assert!(!text.contains("· Value ="), "{text}");
    assert!(text.contains("· P&L, open ="), "{text}");
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
    let some = Orders { account: paper(), list, unconfirmed: vec![receipt(State::Unconfirmed)], at: now() };
    let none = Orders { account: paper(), list: Vec::new(), unconfirmed: Vec::new(), at: now() };
    let texts = orders::orders(&some, Which::All).transcript() + &orders::orders(&none, Which::Open).transcript();
    insta::assert_snapshot!(texts, @r#"
    [blue] PAPER · swing
    # 3 orders
    **Buy 5 AAPL** · limit $184.50 · day · working · <t:1795204800:R>
    **Sell $50.00 of AAPL** · stop limit $184.50 · day · filled · 0.271 filled at $184.47 · <t:1795204800:R> · placed elsewhere
    **Buy 5 AAPL** · limit $184.50 · day · `stopped` · <t:1795204800:R>
    : Not yet confirmed: do not send these again = **Buy 5 AAPL at $184.50 or better** · Sent, not yet confirmed · <t:1795204800:R>
    · Read = <t:1795204800:R>
    -- Cancel one with /cancel.
    [blue] PAPER · swing
    # No open orders
    Nothing is waiting at Alpaca. `/orders show:all` has the past.
    · Read = <t:1795204800:R>
    "#);
}

#[test]
fn a_thousand_orders_are_cut_and_counted() {
    let list = vec![broker_order(BrokerStatus::New); 1_000];
    let view = Orders { account: paper(), list, unconfirmed: vec![receipt(State::Unconfirmed); 40], at: now() };
    let reply = orders::orders(&view, Which::Open);
    let json = serde_json::to_value(reply.embed()).unwrap();
    let body = json["description"].as_str().unwrap();
    assert!(body.contains("… and ") && body.ends_with("more. Alpaca's own page shows all.*"), "{body}");
    assert!(json["fields"][0]["value"].as_str().unwrap().ends_with("… and 35 more.*"));
}

#[test]
fn every_outcome_of_a_cancel_has_its_words() {
    let one = |outcome, order| Canceled { account: paper(), order, outcome };
    let refused = CancelOutcome::Refused(refusal(RefusalReason::AccountRestricted, ""));
    let results = vec![
        one(CancelOutcome::Requested, Some(broker_order(BrokerStatus::PendingCancel))),
        one(CancelOutcome::Requested, Some(broker_order(BrokerStatus::Canceled))),
        one(CancelOutcome::NotOpen, Some(broker_order(BrokerStatus::Filled))),
        one(CancelOutcome::NotOpen, None),
        one(CancelOutcome::NoSuchOrder, None),
        one(refused, Some(broker_order(BrokerStatus::New))),
        one(CancelOutcome::Unknown(Doubt::TimedOut), Some(broker_order(BrokerStatus::New))),
    ];
    let texts: String = results.iter().map(|one| cancels::canceled(one).transcript()).collect();
    insta::assert_snapshot!(texts, @r#"
    [blue] PAPER · swing
    # Cancel requested
    Alpaca took the cancel. Until it is through, the order may still fill; `/orders` shows it.
    : Order, as last seen = **Buy 5 AAPL** · limit $184.50 · day · cancel requested · <t:1795204800:R>
    [blue] PAPER · swing
    # Canceled
    Alpaca took the cancel, and the order is over.
    : Order, as last seen = **Buy 5 AAPL** · limit $184.50 · day · canceled · <t:1795204800:R>
    [blue] PAPER · swing
    # Too late: filled
    There was nothing left to cancel: the order was over before, or is just ending.
    : Order, as last seen = **Buy 5 AAPL** · limit $184.50 · day · filled · <t:1795204800:R>
    [blue] PAPER · swing
    # Not open any more
    There was nothing left to cancel: the order was over before, or is just ending.
    [blue] PAPER · swing
    # No such order
    Alpaca knows no such order in this account.
    [blue] PAPER · swing
    # Alpaca refused the cancel
    Alpaca restricts this account. Its own page says why. **The order is still there.**
    : Order, as last seen = **Buy 5 AAPL** · limit $184.50 · day · working · <t:1795204800:R>
    [blue] PAPER · swing
    # Cancel not yet confirmed
    Alpaca did not answer in time. The order may or may not be canceled. Look at `/orders`; canceling once more does no harm.
    : Order, as last seen = **Buy 5 AAPL** · limit $184.50 · day · working · <t:1795204800:R>
    "#);
    let all = CanceledAll { account: live(), results };
    let sure = CanceledAll { account: paper(), results: vec![one(CancelOutcome::Requested, None)] };
    let none = CanceledAll { account: paper(), results: Vec::new() };
    let texts: String = [all, sure, none].iter().map(|all| cancels::canceled_all(all).transcript()).collect();
    insta::assert_snapshot!(texts, @r#"
    [RED] LIVE · savings
    # Cancel taken for 2 of 7 orders
    **Buy 5 AAPL** · cancel taken
    **Buy 5 AAPL** · cancel taken
    **Buy 5 AAPL** · was over before
    **An order** · was over before
    **An order** · not known to Alpaca
    **Buy 5 AAPL** · **not canceled.** Alpaca restricts this account. Its own page says why.
    **Buy 5 AAPL** · **not sure.** Alpaca did not answer in time. Cancel once more.
    -- Until Alpaca is through, an order may still fill; /orders shows it.
    [blue] PAPER · swing
    # Cancel taken for 1 order
    **An order** · cancel taken
    -- Until Alpaca is through, an order may still fill; /orders shows it.
    [blue] PAPER · swing
    # Nothing to cancel
    The account had no open orders.
    "#);
}
