//! `GET /v2/orders:by_client_order_id`: the only way to settle a doubt.
//!
//! "Not found" is taken from Alpaca's own envelope with code 40410000 only: a 404 of a proxy, or of a path that moved,
//! says nothing about the order.

use super::{Endpoint, failure, orders, unreadable};
use crate::path::Path;
use crate::problem::Problem;
use crate::transport::Answer;
use domain::brokerage::Lane;
use domain::ids::ClientOrderId;
use domain::outcome::Lookup;
use reqwest::Method;

/// Looks an order up by our name for it.
pub(crate) struct LookUp<'a>(pub(crate) &'a ClientOrderId);

impl Endpoint for LookUp<'_> {
    type Reply = Lookup;
    const NAME: &'static str = "look_up";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Urgent;

    fn path(&self) -> Path {
        Path::OrderByClientId
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        vec![("client_order_id", self.0.as_str().to_owned())]
    }

    fn read(&self, answer: &Answer) -> Lookup {
        match answer.status {
            200 => match orders::one(answer) {
                Ok(order) if order.client_order_id == *self.0 => Lookup::Found(Box::new(order)),
                _ => Lookup::Failed(unreadable(answer)),
            },
            404 if is_no_such_order(answer) => Lookup::NotFound,
            404 => Lookup::Failed(unreadable(answer)),
            _ => Lookup::Failed(failure(answer)),
        }
    }
}

/// Alpaca says that it has no such order.
pub(crate) fn is_no_such_order(answer: &Answer) -> bool {
    Problem::read(&answer.body).is_some_and(|p| p.code == Some(40_410_000) && !p.says(&["endpoint"]))
}
