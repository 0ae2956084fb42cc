//! The orders of one account, in the order they came, and what is open among them.

mod drawer;

use super::assets::AssetClass;
use super::kinds::{Intent, Kind, Side, Status};
use super::market::{Market, Stir};
use super::orders::{Order, Role};
use chrono::{DateTime, Utc};
use drawer::Drawer;
use rust_decimal::Decimal;
use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use uuid::Uuid;

/// Orders by arrival, findable by both ids. Nothing is ever removed: a client order id stays taken for ever.
///
/// What a request needs to know of the open ones is kept up to date with every change, so that no request has to look
/// through all of them: what they keep back, when the next of them does something by itself, and which of them a price
/// concerns.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    orders: Vec<Order>,
    by_id: HashMap<Uuid, usize>,
    by_client_id: HashMap<String, usize>,
    groups: HashMap<Uuid, Vec<usize>>,
    /// What is noted of every order; nothing of those that have ended.
    postings: Vec<Option<Posting>>,
    open: BTreeSet<usize>,
    contracts: BTreeSet<usize>,
    drawers: HashMap<String, Drawer>,
    dues: BTreeSet<(DateTime<Utc>, usize)>,
    reserved: Decimal,
    /// What has changed since it was last called up.
    changed: BTreeSet<usize>,
}

/// What is noted of an open order.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Posting {
    status: Status,
    triggered: bool,
    due: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    /// Dollars and shares that it keeps back.
    reserve: Decimal,
    hold: Decimal,
}

/// The price from which on an order is worth a look. What does not depend on one limit is always worth it.
fn threshold(order: &Order) -> Decimal {
    let strategy = order.bond.is_some_and(|bond| bond.role == Role::Strategy);
    match (order.kind, order.side) {
        (Kind::Limit(limit), _) if !strategy => limit,
        (_, Side::Buy) => Decimal::MAX,
        (_, Side::Sell) => Decimal::MIN,
    }
}

impl Book {
    pub fn take(&mut self, order: Order) {
        let place = self.orders.len();
        self.by_id.insert(order.id, place);
        self.by_client_id.insert(order.client_order_id.clone(), place);
        if let Some(bond) = order.bond {
            self.groups.entry(bond.group).or_default().push(place);
        }
        let before = order.replaces;
        self.orders.push(order);
        self.postings.push(None);
        self.post(place);
        self.post_all(before);
    }

    /// Changes an order; None when there is no such order.
    pub fn change<T>(&mut self, id: Uuid, change: impl FnOnce(&mut Order) -> T) -> Option<T> {
        let place = *self.by_id.get(&id)?;
        let order = self.orders.get_mut(place)?;
        let outcome = change(order);
        let kin = [order.replaces, order.replaced_by];
        self.post(place);
        self.post_all(kin.into_iter().flatten());
        Some(outcome)
    }

    pub fn all(&self) -> &[Order] {
        &self.orders
    }

    /// What is open, oldest first.
    pub fn open(&self) -> impl Iterator<Item = &Order> {
        self.open.iter().filter_map(|place| self.orders.get(*place))
    }

    /// What is open in contracts.
    pub fn contracts(&self) -> impl Iterator<Item = &Order> {
        self.contracts.iter().filter_map(|place| self.orders.get(*place))
    }

    pub fn get(&self, id: Uuid) -> Option<&Order> {
        self.orders.get(*self.by_id.get(&id)?)
    }

    pub fn by_client_id(&self, client_order_id: &str) -> Option<&Order> {
        self.orders.get(*self.by_client_id.get(client_order_id)?)
    }

    /// Those of an order's group that hold a place in it now: not the order itself, and not what has been replaced.
    pub fn siblings<'a>(&'a self, order: &Order) -> impl Iterator<Item = &'a Order> + use<'a> {
        let id = order.id;
        let member = self.group_of(order).iter().filter_map(|place| self.orders.get(*place));
        member.filter(move |member| member.id != id && member.status != Status::Replaced)
    }

    fn group_of(&self, order: &Order) -> &[usize] {
        order.bond.and_then(|bond| self.groups.get(&bond.group)).map_or(&[], Vec::as_slice)
    }

    /// What the wire shows as an order's legs.
    pub fn legs<'a>(&'a self, order: &Order) -> impl Iterator<Item = &'a Order> + use<'a> {
        let leads = order.bond.is_some_and(|bond| bond.leads());
        self.siblings(order).filter(move |_| leads)
    }

    /// The order inside which the wire shows this one as a leg.
    pub fn leader(&self, order: &Order) -> Option<&Order> {
        let leads = order.bond.is_none_or(|bond| bond.leads());
        self.siblings(order).find(move |member| !leads && member.bond.is_some_and(|bond| bond.leads()))
    }

    /// Dollars that open orders keep back.
    pub const fn reserved(&self) -> Decimal {
        self.reserved
    }

    /// Shares that open orders keep back.
    pub fn held(&self, symbol: &str) -> Decimal {
        self.drawers.get(symbol).map_or(Decimal::ZERO, |drawer| drawer.held)
    }

    /// Whether an open order in a symbol means to do that.
    pub fn intends(&self, symbol: &str, intent: Intent) -> bool {
        self.drawers.get(symbol).is_some_and(|drawer| drawer.intends(intent))
    }

    /// The oldest open order in a symbol, on one side, that somebody on the other side at that price (or any) may meet,
    /// and that is wanted.
    pub fn facing(
        &self,
        symbol: &str,
        side: Side,
        price: Option<Decimal>,
        wanted: impl Fn(&Order) -> bool,
    ) -> Option<&Order> {
        let reached = self.drawers.get(symbol)?.reached(side, price);
        let place = reached.filter(|place| self.orders.get(*place).is_some_and(&wanted)).min()?;
        self.orders.get(place)
    }

    /// The next moment after `moment` at which an order does something by itself.
    pub fn next_due(&self, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let later = (Bound::Excluded((moment, usize::MAX)), Bound::Unbounded);
        self.dues.range(later).next().map(|(due, _)| *due)
    }

    /// The orders for which anything may have changed since they were called up at `before`: they themselves, the time,
    /// or the market.
    pub fn call_up(&mut self, before: DateTime<Utc>, at: DateTime<Utc>, stir: Stir, market: &Market) -> Vec<usize> {
        let mut called = std::mem::take(&mut self.changed);
        if stir == Stir::Hours {
            called.clone_from(&self.open);
        }
        let due = self.dues.range((Bound::Excluded((before, usize::MAX)), Bound::Included((at, usize::MAX))));
        called.extend(due.map(|(_, place)| *place));
        if stir == Stir::Prices {
            called.extend(self.drawers.iter().flat_map(|(symbol, drawer)| drawer.concerned(market.quote(symbol))));
        }
        called.into_iter().collect()
    }

    /// What has changed meanwhile and came after that place. What came before it is called up the next time.
    pub fn changed_after(&mut self, place: usize) -> BTreeSet<usize> {
        self.changed.split_off(&(place + 1))
    }

    /// The order in that place.
    pub fn at(&self, place: usize) -> Option<&Order> {
        self.orders.get(place)
    }

    fn post_all(&mut self, ids: impl IntoIterator<Item = Uuid>) {
        for id in ids {
            if let Some(place) = self.by_id.get(&id) {
                self.post(*place);
            }
        }
    }

    /// Notes anew what is to be known of an order.
    fn post(&mut self, place: usize) {
        let Some(order) = self.orders.get(place) else { return };
        let (old, new) = (self.postings[place], self.posting(order));
        if old == new {
            return;
        }
        let drawer = self.drawers.entry(order.symbol.clone()).or_default();
        let kept = |noted: Option<Posting>| noted.map_or((Decimal::ZERO, Decimal::ZERO), |it| (it.reserve, it.hold));
        let ((reserve_before, hold_before), (reserve, hold)) = (kept(old), kept(new));
        drawer.held += hold - hold_before;
        self.reserved += reserve - reserve_before;
        if let Some(old) = old {
            self.dues.remove(&(old.due, place));
            self.dues.remove(&(old.expires_at, place));
        }
        if let Some(new) = new {
            self.dues.extend([(new.due, place), (new.expires_at, place)]);
        }
        match (old, new) {
            (None, Some(_)) => {
                drawer.put_up(place, order.side, threshold(order), order.position_intent);
                self.open.insert(place);
                if order.asset_class == AssetClass::Option {
                    self.contracts.insert(place);
                }
            }
            (Some(_), None) => {
                drawer.take_down(place, order.side, threshold(order), order.position_intent);
                self.open.remove(&place);
                self.contracts.remove(&place);
                self.changed.remove(&place);
            }
            _ => {}
        }
        if drawer.is_empty() {
            self.drawers.remove(&order.symbol);
        }
        if self.open.is_empty() {
            self.reserved = Decimal::ZERO; // What rounding may have left.
        }
        self.postings[place] = new;
        let concerned = self.group_of(order).iter().chain([&place]).copied();
        let open: Vec<usize> = concerned.filter(|place| self.open.contains(place)).collect();
        self.changed.extend(open);
    }

    /// What is to be noted of an order. Of an order and the one that is about to replace it the one that keeps back more
    /// counts; one that waits for another of its group keeps nothing.
    fn posting(&self, order: &Order) -> Option<Posting> {
        if order.status.is_terminal() {
            return None;
        }
        let living = |id: Option<Uuid>| id.and_then(|id| self.get(id)).filter(|order| !order.status.is_terminal());
        let counts = order.status != Status::Held && living(order.replaces).is_none();
        let heir = living(order.replaced_by);
        let most = |measure: fn(&Order) -> Decimal| match heir {
            _ if !counts => Decimal::ZERO,
            Some(heir) => measure(order).max(measure(heir)),
            // An order may have traded more than it was checked for; that gives nothing back, as with an heir.
            None => measure(order).max(Decimal::ZERO),
        };
        let hold = |order: &Order| if order.closes() { order.shares_left() } else { Decimal::ZERO };
        Some(Posting {
            status: order.status,
            triggered: order.triggered,
            due: order.due,
            expires_at: order.expires_at,
            reserve: most(Order::reserve),
            hold: most(hold),
        })
    }
}

#[cfg(test)]
mod tests;
