#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;

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
