//! Several pages of orders as one list.
//!
//! The first page says `after`; the following ones say `before_order_id` and nothing else, because Alpaca does not take
//! a cursor together with a time. Rows older than `after` then end the list here.

use crate::endpoint::orders::{Orders, Page};
use chrono::{DateTime, Utc};
use domain::brokerage::Which;
use domain::ids::BrokerOrderId;
use domain::order::BrokerOrder;
use std::collections::HashSet;

/// Ten thousand orders are more than anybody looks at, and a list that never ends is a fault of the other side.
const MOST_PAGES: usize = 20;

/// A list that grows page by page.
pub(crate) struct Listing {
    after: Option<DateTime<Utc>>,
    most: usize,
    orders: Vec<BrokerOrder>,
    seen: HashSet<BrokerOrderId>,
    pages: usize,
    older_than: Option<BrokerOrderId>,
    is_whole: bool,
}

impl Listing {
    pub(crate) fn new(after: Option<DateTime<Utc>>, most: usize) -> Self {
        Self { after, most, orders: Vec::new(), seen: HashSet::new(), pages: 0, older_than: None, is_whole: most == 0 }
    }

    /// The next page to ask for; `None` when the list is whole.
    pub(crate) fn wanted(&self, which: Which) -> Option<Orders> {
        if self.is_whole || self.pages == MOST_PAGES {
            return None;
        }
        let limit = (self.most - self.orders.len()).clamp(1, Orders::LONGEST);
        Some(Orders { which, symbol: None, after: self.after, older_than: self.older_than, limit })
    }

    /// Adds a page that was asked for with `limit`.
    pub(crate) fn add(&mut self, limit: usize, page: Page) {
        self.pages += 1;
        let before = self.orders.len();
        let mut is_past = false;
        for order in page.orders {
            let too_old = self.after.zip(order.submitted_at).is_some_and(|(after, at)| at <= after);
            is_past |= too_old;
            if !too_old && self.seen.insert(order.id) {
                self.orders.push(order);
            }
        }
        // A page that brought nothing new would be asked for for ever.
        let stands_still = self.orders.len() == before;
        self.older_than = page.last;
        self.is_whole = page.rows < limit || is_past || stands_still || self.orders.len() >= self.most;
    }

    /// The list, newest first, legs behind their parents.
    pub(crate) fn orders(mut self) -> Vec<BrokerOrder> {
        self.orders.truncate(self.most);
        self.orders
    }
}
