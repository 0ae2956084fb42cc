//! `GET /v2/account/portfolio/history`.

use super::{Endpoint, unreadable, value};
use crate::path::Path;
use crate::transport::Answer;
use crate::wire;
use chrono::DateTime;
use domain::brokerage::Lane;
use domain::equity::{Curve, Point};
use domain::market::Span;
use domain::money::Usd;
use domain::outcome::ReadFailure;
use reqwest::Method;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::HashMap;

/// What an account was worth.
pub(crate) struct History(pub(crate) Span);

/// What comes from outside or goes there: deposits, withdrawals, journals and transfers between brokers. Dividends, fees and
/// interest belong to the result. Not `TRANS`: it means `CSD` and `CSW` together, and would count them twice.
const OUTSIDE: &str = "CSD,CSW,JNLC,JNLS,ACATC,ACATS";

/// A number that may be `null`, within a list.
#[derive(Deserialize)]
struct Cell(#[serde(deserialize_with = "wire::maybe")] Option<Decimal>);

/// Parallel lists, each element of which may be `null`.
#[derive(Deserialize)]
struct Row {
    timestamp: Option<Vec<i64>>,
    equity: Option<Vec<Cell>>,
    cashflow: Option<HashMap<String, Option<Vec<Cell>>>>,
}

impl Row {
    fn curve(self, span: Span) -> Option<Curve> {
        let (moments, equity) = (self.timestamp.unwrap_or_default(), self.equity.unwrap_or_default());
        if moments.len() != equity.len() {
            return None;
        }
        let flows: Vec<Vec<Cell>> = self.cashflow.unwrap_or_default().into_values().flatten().collect();
        let mut points = Vec::with_capacity(moments.len());
        // What was paid while the worth is not known counts at the next point that knows it.
        let mut flow = Decimal::ZERO;
        for (at, (moment, cell)) in moments.into_iter().zip(equity).enumerate() {
            flow = flows.iter().filter_map(|list| list.get(at)?.0).try_fold(flow, Decimal::checked_add)?;
            let Some(equity) = cell.0 else { continue };
            points.push(Point { at: DateTime::from_timestamp(moment, 0)?, equity: Usd(equity), flow: Usd(flow) });
            flow = Decimal::ZERO;
        }
        points.is_sorted_by_key(|point| point.at).then_some(Curve { span, points })
    }
}

impl Endpoint for History {
    type Reply = Result<Curve, ReadFailure>;
    const NAME: &'static str = "history";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::History
    }

    /// Less than a day is only kept for thirty days.
    fn query(&self) -> Vec<(&'static str, String)> {
        let timeframe = match self.0 {
            Span::Day => "5Min",
            Span::Week => "15Min",
            Span::Month | Span::Quarter | Span::Year | Span::FiveYears => "1D",
        };
        vec![
            ("period", self.0.as_str().to_owned()),
            ("timeframe", timeframe.to_owned()),
            ("cashflow_types", OUTSIDE.to_owned()),
        ]
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let row: Row = value(answer)?;
        row.curve(self.0).ok_or_else(|| unreadable(answer))
    }
}
