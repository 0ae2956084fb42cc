//! `/order`: one order's whole life.

use super::escape::{code, prose};
use super::{Reply, orders, receipt, words};
use desk::views::{Entry, Story};
use domain::order::BrokerOrder;
use domain::waiting::Reason;

/// Entries that fit under each other.
const SHOWN: usize = 12;

/// The story, with the buttons of its receipt when it is one of ours.
pub(crate) fn story(story: &Story) -> Reply {
    let base = match (&story.receipt, &story.order) {
        (Some(receipt), _) => receipt::sheet(receipt),
        (None, Some(order)) => Reply::about(&story.account, orders::what(order)).say(orders::in_a_line(order)),
        (None, None) => Reply::about(&story.account, "Order"),
    };
    let reasons: Vec<_> = story.reasons.iter().map(|reason| format!("• {}", waits(reason))).collect();
    let mut reply = base;
    if !reasons.is_empty() {
        reply = reply.with_wide("Why it is not filled", reasons.join("\n"));
    }
    reply = reply
        .with_wide("At Alpaca", story.order.as_ref().map_or_else(|| "Alpaca shows no such order.".to_owned(), life));
    let exits: Vec<_> = story.order.iter().flat_map(|order| &order.legs).map(orders::in_a_line).collect();
    if !exits.is_empty() {
        reply = reply.with_wide("Hangs on it", exits.join("\n"));
    }
    reply = reply.with_wide("In your audit book", book(&story.entries));
    match (&story.receipt, &story.order) {
        (Some(receipt), _) => reply.footer(receipt::name(receipt)),
        (None, Some(order)) => reply.footer(format!("Alpaca order {}", order.id.0.hyphenated())),
        (None, None) => reply,
    }
}

/// `working · 2 of 5 filled at $184.47 · taken in 3 minutes ago · changed …`.
fn life(order: &BrokerOrder) -> String {
    let mut parts = vec![format!("**{}**", orders::status(&order.status))];
    if !order.filled_qty.is_zero() {
        let of = order.qty.map(|qty| format!(" of {}", words::quantity(qty))).unwrap_or_default();
        let at = order.filled_avg_price.map(|price| format!(" at {price}")).unwrap_or_default();
        parts.push(format!("{}{of} filled{at}", words::quantity(order.filled_qty)));
    }
    parts.extend(order.submitted_at.map(|at| format!("taken in {}", words::counting(at))));
    parts.extend(
        order.updated_at.filter(|_| order.ended_at.is_none()).map(|at| format!("changed {}", words::counting(at))),
    );
    parts.extend(order.ended_at.map(|at| format!("ended {}", words::counting(at))));
    parts.extend(order.replaces.map(|id| format!("took the place of `{}`", id.0.hyphenated())));
    parts.extend(order.replaced_by.map(|id| format!("`{}` took its place", id.0.hyphenated())));
    parts.join(" · ")
}

/// The newest entries, oldest first.
fn book(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "Nothing: it was placed elsewhere.".to_owned();
    }
    let skipped = entries.len().saturating_sub(SHOWN);
    let lines = entries.iter().skip(skipped).map(|entry| {
        let status = entry.status.as_deref().map(|status| format!(" · `{}`", code(status, 24))).unwrap_or_default();
        let why = entry.why.as_deref().map(|why| format!(" · {}", prose(why, 60))).unwrap_or_default();
        format!(
            "{} · #{} {}{status}{why}",
            words::clock(entry.at),
            entry.seq,
            prose(&entry.action.replace('_', " "), 40)
        )
    });
    let earlier = (skipped > 0).then(|| format!("*{skipped} earlier*"));
    earlier.into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

/// One reason, as a trader would say it.
fn waits(reason: &Reason) -> String {
    match reason {
        Reason::NotRouted => "Alpaca has it, and has not passed it on to a market yet.".to_owned(),
        Reason::Held => "It waits until the order that it hangs on is filled.".to_owned(),
        Reason::Leaving => "A cancel or a replacement of it is under way.".to_owned(),
        Reason::DoneForDay => "It does nothing more today.".to_owned(),
        Reason::SessionClosed { opens } => {
            format!("The market is closed, and it works in regular hours only: until {}.", words::eastern(*opens))
        }
        Reason::OpeningAuction { at } => {
            format!("It takes part in the opening auction only: {}.", words::eastern(*at))
        }
        Reason::ClosingAuction { at } => {
            format!("It takes part in the closing auction only: {}.", words::eastern(*at))
        }
        Reason::Silent { since } => {
            format!("Nobody has quoted it since {}: it may be halted.", words::eastern(*since))
        }
        Reason::NoQuote => "There is no quote to compare it with.".to_owned(),
        Reason::StopAway { stop, market, away } => {
            format!("It waits for {stop}, which is {} the {market} that it trades at.", words::beside(*away))
        }
        Reason::LimitAway { limit, market, away } => {
            format!("Its limit is {limit}, which is {} the {market} of the other side.", words::beside(*away))
        }
        Reason::Trailing { stop: Some(stop) } => format!("It trails: its stop stands at {stop} now."),
        Reason::Trailing { stop: None } => "It trails, and the price has not turned back that far.".to_owned(),
        Reason::Marketable => "Nothing stands against it: it should be filled at any moment.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use crate::reply::fixtures::{at_broker, broker_order, decimal, live, now};
    use chrono::TimeDelta;
    use domain::money::Price;
    use domain::order::BrokerStatus;

    fn at(text: &str) -> Price {
        Price::parse(text).unwrap()
    }

    #[test]
    fn every_reason_reads_well() {
        let reasons = [
            Reason::NotRouted,
            Reason::Held,
            Reason::Leaving,
            Reason::DoneForDay,
            Reason::SessionClosed { opens: now() },
            Reason::OpeningAuction { at: now() },
            Reason::ClosingAuction { at: now() },
            Reason::Silent { since: now() },
            Reason::NoQuote,
            Reason::StopAway { stop: at("180"), market: at("184.5"), away: decimal("-0.0244") },
            Reason::LimitAway { limit: at("180"), market: at("184.5"), away: decimal("-0.0244") },
            Reason::Trailing { stop: Some(at("180")) },
            Reason::Trailing { stop: None },
            Reason::Marketable,
        ];
        insta::assert_snapshot!(reasons.iter().map(waits).collect::<Vec<_>>().join("\n"), @r"
        Alpaca has it, and has not passed it on to a market yet.
        It waits until the order that it hangs on is filled.
        A cancel or a replacement of it is under way.
        It does nothing more today.
        The market is closed, and it works in regular hours only: until 15:00 ET Fri 20 Nov.
        It takes part in the opening auction only: 15:00 ET Fri 20 Nov.
        It takes part in the closing auction only: 15:00 ET Fri 20 Nov.
        Nobody has quoted it since 15:00 ET Fri 20 Nov: it may be halted.
        There is no quote to compare it with.
        It waits for $180.00, which is 2.44% below the $184.50 that it trades at.
        Its limit is $180.00, which is 2.44% below the $184.50 of the other side.
        It trails: its stop stands at $180.00 now.
        It trails, and the price has not turned back that far.
        Nothing stands against it: it should be filled at any moment.
        ");
    }

    #[test]
    fn a_story_reads_from_decision_to_fill() {
        let entry = |seq: i64, action: &str, status: Option<&str>, why: Option<&str>| Entry {
            at: now() + TimeDelta::seconds(seq),
            seq,
            action: action.into(),
            status: status.map(str::to_owned),
            why: why.map(str::to_owned),
        };
        let entries = vec![
            entry(4, "order_intended", None, None),
            entry(5, "order_sent", None, None),
            entry(6, "order_landed", Some("new"), None),
            entry(9, "cancel_requested", None, Some("[x](https://evil.example)")),
        ];
        let ours = Story {
            account: live(),
            order: Some(broker_order(BrokerStatus::New)),
            receipt: Some(at_broker(BrokerStatus::New)),
            reasons: vec![Reason::LimitAway { limit: at("180"), market: at("184.5"), away: decimal("-0.0244") }],
            entries: entries.clone(),
            at: now(),
        };
        let elsewhere = Story { receipt: None, reasons: Vec::new(), entries: Vec::new(), ..ours.clone() };
        let lost = Story { order: None, reasons: Vec::new(), ..ours.clone() };
        let shown = [ours, elsewhere, lost].iter().map(|it| story(it).transcript()).collect::<String>();
        insta::assert_snapshot!(shown);
    }
}
