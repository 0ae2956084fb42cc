//! The desk's path in its smallest form: ticket, intent, lease, the one POST, the looks, and the verdict by the real `step`.

use super::faults;
use super::pure::{Row, Stage, Task, World, at, now};
use super::sabotage::{self, Sabotage};
use chrono::{DateTime, TimeDelta, Utc};
use domain::brokerage::Brokerage;
use domain::ids::{ClientOrderId, IntentId};
use domain::life::{Ending, Life, Seen, State, Wait, next_look, step};
use domain::outcome::{Doubt, Lookup, Outcome, ReadFailure};
use sim::exchange::{Endpoint, Fault, FaultRule};

/// As in the desk: how long the right to send lasts, how long an order waits in line, when an unsent intent is taken over.
const LEASE: TimeDelta = TimeDelta::seconds(45);
const LINE: TimeDelta = TimeDelta::seconds(25);
const UNSENT: TimeDelta = TimeDelta::seconds(30);

impl World {
    /// One task takes one step.
    pub(super) fn move_on(&mut self) {
        if self.tasks.is_empty() {
            return;
        }
        let place = at(&mut self.rng, self.tasks.len());
        let Task { process, stage } = self.tasks.swap_remove(place);
        let next = match stage {
            Stage::Clicked { ticket } => self.click(ticket),
            Stage::Committed { row, since } => self.take_lease(row, since),
            Stage::Leased { row } => Some(self.post(row)),
            Stage::Heard { row, seen } => self.note(row, seen),
            Stage::Looking { row } => self.look(row),
            Stage::Looked { row, seen } => {
                self.record(row, &seen);
                None
            }
        };
        if let Some(stage) = next {
            self.tasks.push(Task { process, stage });
        }
    }

    fn click(&mut self, ticket: usize) -> Option<Stage> {
        self.figures.clicks += 1;
        if self.used[ticket] && self.sabotage != Some(Sabotage::TicketTwice) {
            return None;
        }
        if self.rng.chance(3) {
            return None; // the commit failed: nothing happened
        }
        self.used[ticket] = true;
        let present = self.now();
        let id = IntentId(self.rng.uuid());
        self.rows.push(Row {
            name: ClientOrderId::of(id),
            ticket,
            order: self.wanted[ticket].clone(),
            life: Life::intended(),
            answered_looks: 0,
            created_at: present,
            sent_at: None,
            next_look: Some(present + UNSENT),
            visible_at: None,
            known_at: None,
            lost_at: None,
            was_in_doubt: false,
        });
        let row = self.rows.len() - 1;
        match self.rng.below(100) {
            0..4 => None, // the commit's answer was lost, and reading it again failed
            4..10 => Some(Stage::Heard { row, seen: Seen::NotSent }), // Discord refused the acknowledgement
            _ => Some(Stage::Committed { row, since: present }),
        }
    }

    fn take_lease(&mut self, row: usize, since: DateTime<Utc>) -> Option<Stage> {
        let present = self.now();
        let waits = self.rows[row].life.state == State::Intended
            && self.rows[row].sent_at.is_none()
            && self.rows[row].next_look.is_some_and(|at| at > present);
        if !waits {
            self.tell(row); // too late: somebody closed it
            return None;
        }
        if self.lease.is_some_and(|(_, until)| until > present) {
            return Some(if present - since > LINE {
                Stage::Heard { row, seen: Seen::NotSent }
            } else {
                Stage::Committed { row, since }
            });
        }
        self.lease = Some((row, present + LEASE));
        self.rows[row].sent_at = Some(present);
        self.rows[row].next_look = Some(present + LEASE);
        let opens = !self.rng.chance(2);
        Some(if opens { Stage::Leased { row } } else { Stage::Heard { row, seen: Seen::NotSent } })
    }

    /// The one POST.
    fn post(&mut self, row: usize) -> Stage {
        self.figures.posts += 1;
        if self.sabotage == Some(Sabotage::CommitAfterPost) && self.rng.chance(30) {
            let (order, unborn) = (self.rows[row].order.clone(), ClientOrderId::of(IntentId(self.rng.uuid())));
            let _ = now(self.pit.submit(&self.access, &order, &unborn));
        }
        let fault = faults::of_post(&mut self.rng, self.outage, self.calm_since.is_some());
        if let Some(Fault::LateArrival(delay)) = fault {
            self.flying.push((self.now() + TimeDelta::from_std(delay).unwrap(), row));
            return Stage::Heard { row, seen: Seen::Posted(Outcome::Unknown(Doubt::TimedOut)) };
        }
        let mut outcome = self.submit(row, fault);
        match (self.sabotage, &outcome) {
            (Some(Sabotage::RetriesPost), Outcome::Unknown(_)) => {
                let retried = ClientOrderId::of(IntentId(self.rng.uuid()));
                let order = self.rows[row].order.clone();
                outcome = now(self.pit.submit(&self.access, &order, &retried));
                self.rows[row].name = retried;
            }
            (Some(Sabotage::DoubtToldAsRefusal), Outcome::Unknown(_)) => {
                outcome = Outcome::Refused(sabotage::refusal());
            }
            _ => {}
        }
        Stage::Heard { row, seen: Seen::Posted(outcome) }
    }

    fn submit(&mut self, row: usize, fault: Option<Fault>) -> Outcome {
        if let Some(fault) = fault {
            self.floor.push_fault(FaultRule::once(Endpoint::SubmitOrder, fault));
        }
        let Row { order, name, .. } = &self.rows[row];
        let outcome = now(self.pit.submit(&self.access, order, name));
        self.note_arrival(row);
        outcome
    }

    /// A request that was long on its way arrives; nobody hears the answer.
    pub(super) fn land(&mut self, row: usize) {
        self.figures.late += 1;
        self.submit(row, None);
    }

    fn note_arrival(&mut self, row: usize) {
        let (account, name) = (self.account, self.rows[row].name.as_str());
        let is_there =
            self.floor.with(|exchange, _| exchange.orders(account).iter().any(|o| o.client_order_id == name));
        if is_there {
            self.rows[row].visible_at = Some(self.now() + self.rest_lag);
        }
    }

    /// Writes down what was heard, tells the user, gives the lease back. When the database is away, the user hears it now.
    fn note(&mut self, row: usize, seen: Seen) -> Option<Stage> {
        if self.calm_since.is_none() && self.rng.chance(8) {
            let told = self.stepped(row, &seen).state;
            self.told.push((row, told));
            return Some(Stage::Heard { row, seen });
        }
        self.record(row, &seen);
        if self.lease.is_some_and(|(owner, _)| owner == row) {
            self.lease = None;
        }
        self.tell(row);
        None
    }

    fn tell(&mut self, row: usize) {
        self.told.push((row, self.rows[row].life.state.clone()));
    }

    fn look(&mut self, row: usize) -> Option<Stage> {
        self.figures.looks += 1;
        let Row { life, sent_at, next_look, .. } = &self.rows[row];
        if next_look.is_none_or(|at| at > self.now()) {
            return None; // somebody was faster
        }
        match (&life.state, sent_at) {
            (State::Over(ending), _) if *ending != Ending::NeverArrived => return None,
            (State::Intended, None) => {
                self.record(row, &Seen::NotSent);
                return None;
            }
            (State::Intended, Some(_)) => self.record(row, &Seen::Interrupted),
            _ => {}
        }
        let fault = faults::of_look(&mut self.rng, self.outage, self.calm_since.is_some());
        let by_id = self.rows[row].life.broker_order;
        if let Some(fault) = fault {
            let on = if by_id.is_some() { Endpoint::Order } else { Endpoint::OrderByClientId };
            self.floor.push_fault(FaultRule::once(on, fault));
        }
        let mut seen = match by_id {
            Some(id) => match now(self.pit.order(&self.access, id)) {
                Ok(order) => Seen::Shown(Box::new(order)),
                Err(failure) => Seen::LookedUp(Lookup::Failed(failure)),
            },
            None => Seen::LookedUp(now(self.pit.look_up(&self.access, &self.rows[row].name))),
        };
        if let (Some(Sabotage::FailureIsNotFound), Seen::LookedUp(Lookup::Failed(ReadFailure::Unavailable))) =
            (self.sabotage, &seen)
        {
            seen = Seen::LookedUp(Lookup::NotFound);
            self.rows[row].life.state = State::Over(Ending::NeverArrived);
        }
        Some(Stage::Looked { row, seen })
    }

    fn stepped(&self, row: usize, seen: &Seen) -> Life {
        let Row { life, answered_looks, created_at, sent_at, .. } = &self.rows[row];
        let mut wait = Wait {
            since_call: self.now() - sent_at.unwrap_or(*created_at),
            answered_looks: answered_looks + u32::from(*seen == Seen::LookedUp(Lookup::NotFound)),
        };
        if self.sabotage == Some(Sabotage::OneNotFoundIsEnough) {
            wait = Wait { since_call: TimeDelta::days(2), answered_looks: 99 };
        }
        step(life, seen, wait)
    }

    pub(super) fn record(&mut self, row: usize, seen: &Seen) {
        let life = self.stepped(row, seen);
        let present = self.now();
        let row = &mut self.rows[row];
        row.answered_looks += u32::from(*seen == Seen::LookedUp(Lookup::NotFound));
        let age = present - row.sent_at.unwrap_or(row.created_at);
        row.next_look = next_look(&life, age).map(|wait| present + wait);
        row.was_in_doubt |= life.state == State::Unconfirmed;
        if life.broker_order.is_some() && row.known_at.is_none() {
            row.known_at = Some(present);
        }
        if life.state == State::Over(Ending::NeverArrived) && row.lost_at.is_none() {
            row.lost_at = Some(present);
        }
        row.life = life;
    }
}
