//! What keeps a refused order from being taken, and what can be done about it.

use super::list::paragraphs;
use super::{Button, Reply, orders};
use crate::routes::Action;
use desk::mend::InTheWay;

/// The orders, each in a line, and the buttons that cancel them.
pub(crate) fn in_the_way(seen: &InTheWay) -> Reply {
    let again = |label| Button::quiet(Action::Mend(seen.intent), label);
    if seen.list.is_empty() {
        return Reply::about(&seen.account, "Nothing is in the way any more")
            .say("What kept Alpaca from taking the order is gone. The order is shown again before it is sent.")
            .button(again("Ask again"));
    }
    let (title, these) = match seen.list.len() {
        1 => ("In the way: 1 open order".to_owned(), "it"),
        count => (format!("In the way: {count} open orders"), "all of them"),
    };
    let lines: Vec<_> = seen.list.iter().map(orders::in_a_line).collect();
    let mut reply = Reply::about(&seen.account, title).say(paragraphs(&lines, "`/orders` has them all."));
    if seen.list.iter().any(|order| order.stop_price.is_some() || order.trail.is_some()) {
        reply = reply.say("**A stop is among them**: once it is canceled, nothing bounds the loss of what it guards.");
    }
    reply = reply
        .say(format!(
            "A press cancels {these} at once and shows the order again. **That is not sent before you confirm it.**"
        ))
        .button(again("Cancel what is in the way, ask again"));
    if seen.joins {
        reply = reply.button(Button::quiet(Action::Join(seen.intent), "Cancel it, ask again as one order"));
    }
    reply
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use crate::reply::fixtures::{broker_order, live, paper};
    use domain::ids::IntentId;
    use domain::money::Price;
    use domain::order::BrokerStatus;
    use uuid::Uuid;

    #[test]
    fn what_is_in_the_way_is_shown_before_it_is_canceled() {
        let intent = IntentId(Uuid::from_u128(7));
        let limit = broker_order(BrokerStatus::New);
        let mut stop = limit.clone();
        stop.kind = "stop".into();
        (stop.limit_price, stop.stop_price) = (None, Price::parse("90").ok());
        let one = InTheWay { account: live(), intent, list: vec![limit.clone()], joins: true };
        let two = InTheWay { account: paper(), intent, list: vec![limit, stop], joins: false };
        let none = InTheWay { account: paper(), intent, list: Vec::new(), joins: false };
        insta::assert_snapshot!([one, two, none].map(|seen| in_the_way(&seen).transcript()).join("\n"), @r"
        [RED] LIVE · savings
        # In the way: 1 open order
        **Buy 5 AAPL** · limit $184.50 · day · working · <t:1795204800:R>

        A press cancels it at once and shows the order again. **That is not sent before you confirm it.**
        (Cancel what is in the way, ask again | grey | mend)
        (Cancel it, ask again as one order | grey | join)

        [blue] PAPER · swing
        # In the way: 2 open orders
        **Buy 5 AAPL** · limit $184.50 · day · working · <t:1795204800:R>
        **Buy 5 AAPL** · stop $90.00 · day · working · <t:1795204800:R>

        **A stop is among them**: once it is canceled, nothing bounds the loss of what it guards.

        A press cancels all of them at once and shows the order again. **That is not sent before you confirm it.**
        (Cancel what is in the way, ask again | grey | mend)

        [blue] PAPER · swing
        # Nothing is in the way any more
        What kept Alpaca from taking the order is gone. The order is shown again before it is sent.
        (Ask again | grey | mend)
        ");
    }
}
