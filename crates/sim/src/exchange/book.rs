//! The orders of one account, in the order they came.

use super::kinds::Status;
use super::orders::Order;
use rust_decimal::Decimal;
use std::collections::HashMap;
use uuid::Uuid;

/// Orders by arrival, findable by both ids. Nothing is ever removed: a client order id stays taken for ever.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    orders: Vec<Order>,
    by_id: HashMap<Uuid, usize>,
    by_client_id: HashMap<String, usize>,
    groups: HashMap<Uuid, Vec<usize>>,
    open: Vec<usize>,
}

impl Book {
    pub fn take(&mut self, order: Order) {
        let place = self.orders.len();
        self.by_id.insert(order.id, place);
        self.by_client_id.insert(order.client_order_id.clone(), place);
        if let Some(bond) = order.bond {
            self.groups.entry(bond.group).or_default().push(place);
        }
        self.open.push(place);
        self.orders.push(order);
    }

    pub fn all(&self) -> &[Order] {
        &self.orders
    }

    pub fn open(&self) -> impl Iterator<Item = &Order> {
        self.open.iter().filter_map(|place| self.orders.get(*place))
    }

    pub fn get(&self, id: Uuid) -> Option<&Order> {
        self.orders.get(*self.by_id.get(&id)?)
    }

    pub fn get_mut(&mut self, id: Uuid) -> Option<&mut Order> {
        self.orders.get_mut(*self.by_id.get(&id)?)
    }

    pub fn by_client_id(&self, client_order_id: &str) -> Option<&Order> {
        self.orders.get(*self.by_client_id.get(client_order_id)?)
    }

    /// Those of an order's group that hold a place in it now: not the order itself, and not what has been replaced.
    pub fn siblings<'a>(&'a self, order: &Order) -> impl Iterator<Item = &'a Order> + use<'a> {
        let places = order.bond.and_then(|bond| self.groups.get(&bond.group)).map_or(&[][..], Vec::as_slice);
        let id = order.id;
        let member = places.iter().filter_map(|place| self.orders.get(*place));
        member.filter(move |member| member.id != id && member.status != Status::Replaced)
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

    /// What open orders keep back by some measure. Of an order and the one that is about to replace it the larger
    /// counts; one that waits for another of its group keeps nothing.
    pub fn committed(&self, measure: impl Fn(&Order) -> Decimal) -> Decimal {
        let heir = |order: &Order| {
            let heir = order.replaced_by.and_then(|id| self.get(id)).filter(|heir| !heir.status.is_terminal());
            heir.map_or(Decimal::ZERO, &measure)
        };
        let inherits =
            |order: &Order| order.replaces.and_then(|id| self.get(id)).is_some_and(|old| !old.status.is_terminal());
        let own = self.open().filter(|order| !order.status.is_terminal() && order.status != Status::Held);
        own.filter(|order| !inherits(order)).map(|order| measure(order).max(heir(order))).sum()
    }

    /// Takes orders which have ended off the open list.
    pub fn sweep(&mut self) {
        let orders = &self.orders;
        self.open.retain(|place| orders.get(*place).is_some_and(|order| !order.status.is_terminal()));
    }
}
