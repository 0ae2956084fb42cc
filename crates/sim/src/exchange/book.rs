//! The orders of one account, in the order they came.

use super::orders::Order;
use std::collections::HashMap;
use uuid::Uuid;

/// Orders by arrival, findable by both ids. Nothing is ever removed: a client order id stays taken for ever.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    orders: Vec<Order>,
    by_id: HashMap<Uuid, usize>,
    by_client_id: HashMap<String, usize>,
    open: Vec<usize>,
}

impl Book {
    pub fn take(&mut self, order: Order) {
        let place = self.orders.len();
        self.by_id.insert(order.id, place);
        self.by_client_id.insert(order.client_order_id.clone(), place);
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

    /// Takes orders which have ended off the open list.
    pub fn sweep(&mut self) {
        let orders = &self.orders;
        self.open.retain(|place| orders.get(*place).is_some_and(|order| !order.status.is_terminal()));
    }
}
