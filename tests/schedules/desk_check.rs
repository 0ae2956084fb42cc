//! What must hold at the end of a batch: book, exchange and what users were told say the same.

use super::desks::Member;
use super::gallows::Gallows;
use desk::{Refused, Trouble};
use domain::life::{Ending, State};
use rust_decimal::Decimal;
use sim::exchange::{Floor, Status};
use std::collections::HashMap;

/// What the batches did, for the report.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub schedules: usize,
    pub clicks: usize,
    pub unheard: usize,
    pub intents: usize,
    pub posts: usize,
    pub orders: usize,
    pub doubted: usize,
    pub verdicts: usize,
    pub kills: usize,
    pub ready_millis: Vec<u128>,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        self.schedules += other.schedules;
        self.clicks += other.clicks;
        self.unheard += other.unheard;
        self.intents += other.intents;
        self.posts += other.posts;
        self.orders += other.orders;
        self.doubted += other.doubted;
        self.verdicts += other.verdicts;
        self.kills += other.kills;
        self.ready_millis.extend(other.ready_millis);
    }
}

/// An intent's row, as the superuser sees it.
struct Row {
    name: String,
    state: State,
    filled: Decimal,
}

pub fn check(members: &[Member], floor: &Floor, gallows: &Gallows, rows: &[Vec<Option<String>>], tally: &mut Tally) {
    let mut by_user: HashMap<i64, Vec<Row>> = HashMap::new();
    for row in rows {
        let text = |at: usize| row[at].as_deref().unwrap_or_default();
        let state = State::from_stored(text(2)).unwrap();
        let (name, filled) = (text(1).to_owned(), text(3).parse().unwrap());
        by_user.entry(text(0).parse().unwrap()).or_default().push(Row { name, state, filled });
        tally.doubted += usize::from(text(5) == "t");
    }
    let posted = gallows.posted();
    for (place, post) in posted.iter().enumerate() {
        assert!(post.committed, "P3: {} left before its intent was stored", post.name);
        assert!(posted[..place].iter().all(|earlier| earlier.name != post.name), "P1: {} left twice", post.name);
    }
    tally.posts += posted.len();
    for member in members {
        let rows = by_user.remove(&member.tenant.user().0).unwrap_or_default();
        check_member(member, floor, &rows, tally);
    }
}

fn check_member(member: &Member, floor: &Floor, rows: &[Row], tally: &mut Tally) {
    let again = format!("again: add {} to REGRESSIONS_OF_DESKS in tests/schedules.rs", member.seed);
    let orders = floor.orders(member.keys.account_id);
    tally.schedules += 1;
    tally.intents += rows.len();
    tally.orders += orders.len();
    assert!(orders.len() <= 1, "P1: {} orders of one confirmation; {again}", orders.len());
    assert!(rows.len() <= 1, "P1: {} intents of one confirmation; {again}", rows.len());
    for order in &orders {
        let known = rows.iter().any(|row| row.name == order.client_order_id);
        assert!(known, "P3: {} is an orphan; {again}", order.client_order_id);
    }
    for row in rows {
        let order = orders.iter().find(|order| order.client_order_id == row.name);
        let status = order.map(|order| order.status);
        let agrees = match row.state {
            State::Over(Ending::NotSent | Ending::Refused | Ending::NeverArrived) => status.is_none(),
            State::Over(Ending::Filled) => status == Some(Status::Filled),
            State::Over(Ending::Canceled) => status == Some(Status::Canceled),
            State::Over(Ending::Expired) => status == Some(Status::Expired),
            State::Intended | State::Unconfirmed | State::AtBroker | State::Over(_) => false,
        };
        assert!(agrees, "P4: {} in the end, and the exchange has {status:?}; {again}", row.state.as_str());
        let filled = order.map(|order| order.filled_qty).unwrap_or_default();
        assert_eq!(row.filled, filled, "P2: fills; {again}");
    }
    let mut nothing_sent = true;
    for told in &member.told {
        tally.clicks += 1;
        match told {
            None => {
                tally.unheard += 1;
                nothing_sent = false;
            }
            Some(Err(Refused::Trouble(Trouble::DatabaseInDoubt) | Refused::KeysNoLongerAccepted(..))) => {
                nothing_sent = false;
            }
            Some(Err(_)) => tally.verdicts += 1,
            Some(Ok(receipt)) => {
                tally.verdicts += 1;
                nothing_sent = false;
                let exists = orders.iter().any(|order| order.client_order_id == receipt.client_order_id.as_str());
                let holds = match receipt.life.state {
                    State::Intended | State::Unconfirmed => true,
                    State::Over(Ending::NotSent | Ending::Refused | Ending::NeverArrived) => !exists,
                    State::AtBroker | State::Over(_) => exists,
                };
                assert!(holds, "P2: told {}, exists: {exists}; {again}", receipt.life.state.as_str());
            }
        }
    }
    assert!(!nothing_sent || orders.is_empty(), "P2: all were told that nothing was sent; {again}");
}
