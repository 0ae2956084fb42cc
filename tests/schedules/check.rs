//! What must hold after every turn, and at the end. Nothing here knows how the desk comes to its verdicts.

use super::pure::{Row, World};
use chrono::TimeDelta;
use domain::life::{Ending, State};
use domain::outcome::Doubt;
use rust_decimal::Decimal;
use sim::exchange::Status;
use std::fmt;

/// What a schedule did, for the report.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub clicks: u64,
    pub posts: u64,
    pub looks: u64,
    pub crashes: u64,
    pub late: u64,
    pub intents: u64,
    pub unconfirmed: u64,
    pub verdicts: u64,
    /// Virtual milliseconds from "the broker answers and shows it" to "known".
    pub to_know: Vec<i64>,
    /// The same for orders that had counted as never arrived.
    pub to_adopt: Vec<i64>,
    /// Virtual milliseconds from the call to "never arrived".
    pub to_give_up: Vec<i64>,
}

impl Figures {
    pub fn add(&mut self, other: Self) {
        self.clicks += other.clicks;
        self.posts += other.posts;
        self.looks += other.looks;
        self.crashes += other.crashes;
        self.late += other.late;
        self.intents += other.intents;
        self.unconfirmed += other.unconfirmed;
        self.verdicts += other.verdicts;
        self.to_know.extend(other.to_know);
        self.to_adopt.extend(other.to_adopt);
        self.to_give_up.extend(other.to_give_up);
    }
}

/// A promise that did not hold.
#[derive(Debug)]
pub enum Broken {
    /// P1: a ticket has more than one order.
    TwoOrders(usize),
    /// P2: a verdict that the exchange contradicts.
    FalseVerdict(String),
    /// P3: an order without an intent.
    Orphan(String),
    /// P4: no verdict, or too late.
    Unresolved(String),
    /// The book's fills are not the exchange's.
    Fills(String),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TwoOrders(ticket) => write!(f, "P1: two orders of ticket {ticket}"),
            Self::FalseVerdict(what) => write!(f, "P2: {what}"),
            Self::Orphan(name) => write!(f, "P3: {name} has no intent"),
            Self::Unresolved(what) => write!(f, "P4: {what}"),
            Self::Fills(what) => write!(f, "P2: fills: {what}"),
        }
    }
}

/// An order at the exchange, as far as verdicts speak of it.
struct Fact {
    status: Status,
    filled: Decimal,
    id: uuid::Uuid,
}

impl World {
    fn fact(&self, row: &Row) -> Option<Fact> {
        let (account, name) = (self.account, row.name.as_str());
        self.floor.with(|exchange, _| {
            let order = exchange.orders(account).iter().find(|order| order.client_order_id == name)?;
            Some(Fact { status: order.status, filled: order.filled_qty, id: order.id })
        })
    }

    pub fn check(&mut self) -> Result<(), Broken> {
        let account = self.account;
        let names: Vec<String> = self
            .floor
            .with(|exchange, _| exchange.orders(account).iter().map(|order| order.client_order_id.clone()).collect());
        let mut orders = [0; 4];
        for name in names {
            let Some(row) = self.rows.iter().find(|row| row.name.as_str() == name) else {
                return Err(Broken::Orphan(name));
            };
            orders[row.ticket] += 1;
            if orders[row.ticket] > 1 {
                return Err(Broken::TwoOrders(row.ticket));
            }
        }
        for (place, row) in self.rows.iter().enumerate() {
            let fact = self.fact(row);
            self.check_verdict(place, row, &row.life.state, fact.as_ref())?;
            if let Some(fact) = &fact
                && row.life.filled_qty > fact.filled
            {
                return Err(Broken::Fills(format!("{} known of {}", row.life.filled_qty, fact.filled)));
            }
            if row.life.broker_order.is_some_and(|id| fact.as_ref().is_none_or(|fact| fact.id != id.0)) {
                return Err(Broken::FalseVerdict("another order's id".into()));
            }
        }
        for (place, state) in std::mem::take(&mut self.told) {
            self.figures.verdicts += 1;
            let Some(row) = self.rows.get(place) else { continue };
            self.check_verdict(place, row, &state, self.fact(row).as_ref())?;
        }
        Ok(())
    }

    fn check_verdict(&self, place: usize, row: &Row, state: &State, fact: Option<&Fact>) -> Result<(), Broken> {
        let may_come = fact.is_some() || self.is_flying(place);
        let holds = match state {
            State::Intended | State::Unconfirmed => true,
            State::AtBroker => fact.is_some(),
            State::Over(Ending::NotSent | Ending::Refused) => !may_come,
            State::Over(Ending::NeverArrived) => {
                let limited = matches!(row.life.doubt, Some(Doubt::RateLimited { .. }));
                let least = if limited { TimeDelta::seconds(60) } else { TimeDelta::hours(24) };
                row.sent_at.is_some_and(|sent| self.now() - sent >= least) && !(limited && may_come)
            }
            State::Over(Ending::Filled) => fact.is_some_and(|fact| fact.status == Status::Filled),
            State::Over(Ending::Canceled) => fact.is_some_and(|fact| fact.status == Status::Canceled),
            State::Over(Ending::Expired) => fact.is_some_and(|fact| fact.status == Status::Expired),
            State::Over(Ending::Rejected | Ending::Replaced) => false,
        };
        if holds {
            return Ok(());
        }
        let fact = fact.map(|fact| fact.status);
        Err(Broken::FalseVerdict(format!("{} but the exchange has {fact:?}, may come: {may_come}", state.as_str())))
    }

    pub fn check_end(&mut self) -> Result<(), Broken> {
        let mut figures = std::mem::take(&mut self.figures);
        for row in &self.rows {
            figures.intents += 1;
            figures.unconfirmed += u64::from(row.was_in_doubt);
            let fact = self.fact(row);
            let is_known = row.life.broker_order.is_some();
            if !row.life.state.is_settled() || fact.is_some() != is_known {
                let there = fact.map(|fact| fact.status);
                return Err(Broken::Unresolved(format!("{} of {there:?}", row.life.state.as_str())));
            }
            if let Some(fact) = fact
                && fact.filled != row.life.filled_qty
            {
                return Err(Broken::Fills(format!("{} known of {} in the end", row.life.filled_qty, fact.filled)));
            }
            if let Some((span, bound)) = self.time_to_know(row) {
                if span > bound {
                    return Err(Broken::Unresolved(format!("known only after {span}")));
                }
                let late = row.lost_at.is_some();
                if late { &mut figures.to_adopt } else { &mut figures.to_know }.push(span.num_milliseconds());
            }
            if let (Some(lost), Some(sent)) = (row.lost_at, row.sent_at) {
                figures.to_give_up.push((lost - sent).num_milliseconds());
            }
        }
        self.figures = figures;
        Ok(())
    }
}
