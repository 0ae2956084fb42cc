//! Orders that belong together: a bracket's exits wait for its entry, and one exit ends the other.

use super::draft::GroupDraft;
use super::kinds::{Intent, Kind, Size, Status};
use super::orders::{Bond, Class, Order, Role};
use super::venue::Exchange;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

/// The exits that come with an order which has just been drawn up, in the order of the wire.
pub(super) fn exits(exchange: &mut Exchange, order: &Order, group: GroupDraft) -> Vec<Order> {
    let Some(bond) = order.bond else { return Vec::new() };
    let profit = group.take_profit.filter(|_| group.class != Class::Oco);
    let profit = profit.map(|limit| (Role::TakeProfit, Kind::Limit(limit)));
    let loss = group.stop_loss.map(|kind| (Role::StopLoss, kind));
    let side = if group.class == Class::Oco { order.side } else { order.side.other() };
    let mut exit = |(role, kind)| {
        let (id, name) = (exchange.rng.uuid(), exchange.rng.uuid());
        Order {
            id,
            client_order_id: name.to_string(),
            side,
            kind,
            position_intent: Intent::new(side, true),
            bond: Some(Bond { role, ..bond }),
            status: Status::Held,
            due: order.expires_at,
            ..order.clone()
        }
    };
    profit.into_iter().chain(loss).map(&mut exit).collect()
}

impl Exchange {
    fn siblings(&self, account: Uuid, id: Uuid) -> Vec<(Uuid, Role, Status)> {
        let Some(book) = self.accounts.get(&account).map(|account| &account.book) else { return Vec::new() };
        let Some(order) = book.get(id) else { return Vec::new() };
        book.siblings(order).filter_map(|member| Some((member.id, member.bond?.role, member.status))).collect()
    }

    fn sibling(&self, account: Uuid, id: Uuid, role: Role) -> Option<(Uuid, Status)> {
        let found = self.siblings(account, id).into_iter().find(|(_, other, _)| *other == role);
        found.map(|(id, _, status)| (id, status))
    }

    /// What an execution means for the rest of the group.
    pub(super) fn follow_fill(&mut self, account: Uuid, id: Uuid, at: DateTime<Utc>) {
        let Some(order) = self.order(account, id) else { return };
        let Some(bond) = order.bond else { return };
        let (filled, left) = (order.status == Status::Filled, order.shares_left());
        match bond.role {
            Role::Entry if filled => self.release_exits(account, id, bond.class, at),
            Role::TakeProfit if filled => self.end_siblings(account, id, Status::Canceled, at),
            Role::TakeProfit => self.shrink_stop_loss(account, id, left),
            Role::Entry | Role::StopLoss | Role::Strategy | Role::Leg { .. } => {}
        }
    }

    /// The profit to take goes to work. The loss to stop stays held until it is needed, unless it is the only exit.
    fn release_exits(&mut self, account: Uuid, entry: Uuid, class: Class, at: DateTime<Utc>) {
        for (id, role, status) in self.siblings(account, entry) {
            if status == Status::Held && (role == Role::TakeProfit || class == Class::Oto) {
                self.put_to_work(account, id, at);
            }
        }
    }

    fn shrink_stop_loss(&mut self, account: Uuid, profit: Uuid, left: Decimal) {
        let Some((id, Status::Held)) = self.sibling(account, profit, Role::StopLoss) else { return };
        self.change(account, id, |order| order.size = Size::Qty(left));
    }

    /// A held loss to stop watches the market once its companion works; when its stop is reached, it takes over.
    pub(super) fn watch_held(&mut self, account: Uuid, id: Uuid, at: DateTime<Utc>) {
        let Some((profit, status)) = self.sibling(account, id, Role::TakeProfit) else { return };
        let Some(order) = self.order(account, id) else { return };
        let is_loss = order.bond.is_some_and(|bond| bond.role == Role::StopLoss);
        let Some(last) = self.market.last(&order.symbol).filter(|_| is_loss && status.is_working()) else { return };
        if self.change(account, id, |order| order.watch(last)) == Some(true) {
            self.end(account, profit, Status::Canceled, at);
            self.put_to_work(account, id, at);
        }
    }

    fn put_to_work(&mut self, account: Uuid, id: Uuid, at: DateTime<Utc>) {
        self.change(account, id, |order| {
            order.status = Status::New;
            order.updated_at = at;
            order.due = at;
        });
        self.announce(account, id, "new", at, json!({}));
    }

    /// Ends an order, and with it whatever of its group still lives.
    pub(super) fn end_group(&mut self, account: Uuid, id: Uuid, status: Status, at: DateTime<Utc>) {
        self.end(account, id, status, at);
        self.end_siblings(account, id, status, at);
    }

    fn end_siblings(&mut self, account: Uuid, id: Uuid, status: Status, at: DateTime<Utc>) {
        for (sibling, _, state) in self.siblings(account, id) {
            if !state.is_terminal() {
                self.end(account, sibling, status, at);
            }
        }
    }
}
