//! The table at the top of `life.rs` is what `step` does: every cell is read from the source and tried.

use super::*;

const STATUSES: [&str; 15] = [
    "pending_new",
    "accepted",
    "new",
    "partially_filled",
    "done_for_day",
    "pending_cancel",
    "pending_replace",
    "held",
    "suspended",
    "never_seen_before",
    "filled",
    "canceled",
    "expired",
    "rejected",
    "replaced",
];

fn doubts() -> Vec<Doubt> {
    vec![
        Doubt::TimedOut,
        Doubt::ConnectionLost,
        Doubt::ServerError { status: 504 },
        Doubt::Unreadable { status: 200 },
        Doubt::DuplicateId,
        Doubt::RateLimited { until: None },
    ]
}

/// The lives that a row speaks of.
fn lives(row: &str) -> Vec<Life> {
    let doubted = |doubt| Life { state: State::Unconfirmed, doubt: Some(doubt), ..Life::intended() };
    match row {
        "`Intended`" => vec![Life::intended()],
        "`Unconfirmed`, interrupted" => vec![doubted(Doubt::Interrupted)],
        "`Unconfirmed`, answered" => doubts().into_iter().map(doubted).collect(),
        "`AtBroker`" => {
            let shown = |status| Seen::Shown(Box::new(order(status, 2, 50)));
            [BrokerStatus::PendingNew, BrokerStatus::New, BrokerStatus::PendingCancel]
                .map(|status| step(&Life::intended(), &shown(status), SOON))
                .to_vec()
        }
        endings => endings
            .split(", ")
            .map(|name| {
                let stored = name.trim_matches('`').chars().fold(String::new(), |mut stored, c| {
                    if c.is_uppercase() && !stored.is_empty() {
                        stored.push('_');
                    }
                    stored.push(c.to_ascii_lowercase());
                    stored
                });
                let state = State::from_stored(&stored).unwrap_or_else(|| panic!("no such ending: {name}"));
                let told = matches!(state, State::Over(ending) if !ending.is_absence());
                let broker_order = told.then(|| order(BrokerStatus::New, 0, 0).id);
                Life { state, broker_order, ..Life::intended() }
            })
            .collect(),
    }
}

/// The sights that a column speaks of.
fn seens(column: &str) -> Vec<Seen> {
    let failures = [
        ReadFailure::Unavailable,
        ReadFailure::NotFound,
        ReadFailure::Credentials,
        ReadFailure::RateLimited { until: None },
        ReadFailure::Unreadable { status: 200 },
    ];
    match column {
        "shown" => STATUSES
            .iter()
            .flat_map(|word| {
                let order = Box::new(order(BrokerStatus::from_wire(word), 3, 60));
                let posted = Seen::Posted(Outcome::Landed(order.clone()));
                [posted, Seen::LookedUp(Lookup::Found(order.clone())), Seen::Shown(order)]
            })
            .collect(),
        "refused" => vec![Seen::Posted(Outcome::Refused(refusal()))],
        "doubt" => doubts().into_iter().map(|doubt| Seen::Posted(Outcome::Unknown(doubt))).collect(),
        "not found" => vec![Seen::LookedUp(Lookup::NotFound)],
        "failed look-up" => failures.map(|failure| Seen::LookedUp(Lookup::Failed(failure))).to_vec(),
        "never sent" => vec![Seen::NotSent],
        "interrupted" => vec![Seen::Interrupted],
        other => panic!("no such column: {other}"),
    }
}

/// What a cell says that becomes of it.
fn expected(cell: &str, life: &Life, seen: &Seen, wait: Wait) -> Life {
    let over = |ending| Life { state: State::Over(ending), ..life.clone() };
    let doubted = |doubt: &Doubt| Life { state: State::Unconfirmed, doubt: Some(doubt.clone()), ..life.clone() };
    match (cell, seen) {
        ("stays", _) => life.clone(),
        (
            "adopts",
            Seen::Posted(Outcome::Landed(order)) | Seen::LookedUp(Lookup::Found(order)) | Seen::Shown(order),
        ) => Life {
            state: match order.status.as_str() {
                ended @ ("filled" | "canceled" | "expired" | "rejected" | "replaced") => {
                    State::from_stored(ended).unwrap()
                }
                _ => State::AtBroker,
            },
            broker_order: Some(order.id),
            status: Some(order.status.clone()),
            filled_qty: order.filled_qty,
            broker_updated_at: order.updated_at,
            ..life.clone()
        },
        ("`Refused`", Seen::Posted(Outcome::Refused(no))) => {
            Life { refusal: Some(no.clone()), ..over(Ending::Refused) }
        }
        ("`Unconfirmed`", Seen::Posted(Outcome::Unknown(doubt))) => doubted(doubt),
        ("`Unconfirmed`", Seen::Interrupted) => doubted(&Doubt::Interrupted),
        ("`NotSent`", Seen::NotSent) => over(Ending::NotSent),
        ("`NeverArrived` by patience", Seen::LookedUp(Lookup::NotFound)) => {
            // Said again here, so that a change of the rule is a change of this test.
            let limited = matches!(life.doubt, Some(Doubt::RateLimited { .. }));
            let (span, looks) = if limited { (TimeDelta::seconds(60), 3) } else { (TimeDelta::hours(24), 10) };
            let exhausted = wait.since_call >= span && wait.answered_looks >= looks;
            if exhausted { over(Ending::NeverArrived) } else { life.clone() }
        }
        _ => panic!("a cell that makes no sense: {cell} for {seen:?}"),
    }
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_start_matches("//!").trim().trim_matches('|').split(" | ").map(str::trim).collect()
}

#[test]
fn the_table_in_the_documentation_is_what_the_code_does() {
    let source = include_str!("../../life.rs");
    let mut lines = source.lines().filter(|line| line.starts_with("//! |"));
    let columns = cells(lines.next().unwrap());
    assert!(lines.next().is_some_and(|line| line.contains("---")));
    let waits = [(2, 1), (61, 2), (61, 3), (86_399, 50), (86_400, 9), (86_400, 10)]
        .map(|(seconds, answered_looks)| Wait { since_call: TimeDelta::seconds(seconds), answered_looks });
    let (mut rows, mut tried) = (0, 0);
    for line in lines {
        let row = cells(line);
        assert_eq!(row.len(), columns.len(), "{line}");
        rows += 1;
        for (column, cell) in columns.iter().zip(&row).skip(1) {
            for (life, seen) in lives(row[0]).iter().flat_map(|life| seens(column).into_iter().map(move |s| (life, s)))
            {
                for wait in waits {
                    assert_eq!(
                        step(life, &seen, wait),
                        expected(cell, life, &seen, wait),
                        "row {}, column {column}, {seen:?}, {wait:?}",
                        row[0]
                    );
                    tried += 1;
                }
            }
        }
    }
    assert_eq!(rows, 6);
    println!("PROMISE P2 table=life cells={} tried={tried} violations=0", rows * (columns.len() - 1));
}
