//! `GET /v2/account/activities`.

use super::{Endpoint, value};
use crate::path::Path;
use crate::transport::Answer;
use crate::wire;
use chrono::{DateTime, NaiveDate, Utc};
use domain::brokerage::Lane;
use domain::ids::BrokerOrderId;
use domain::money::{Price, Usd};
use domain::order::Side;
use domain::outcome::ReadFailure;
use domain::records::{Activity, ActivityFilter, ActivityPage, Chapter, When};
use domain::symbol::Symbol;
use reqwest::Method;
use rust_decimal::Decimal;
use serde::Deserialize;
use uuid::Uuid;

/// Foreign words are kept up to here.
const LONGEST: usize = 200;
/// The most that Alpaca gives in one page.
const PAGE: usize = 100;

/// One page, newest first.
pub(crate) struct Activities<'a>(pub(crate) &'a ActivityFilter);

#[derive(Deserialize)]
struct Row {
    id: String,
    activity_type: String,
    #[serde(default, deserialize_with = "wire::time")]
    transaction_time: Option<DateTime<Utc>>,
    date: Option<String>,
    symbol: Option<String>,
    side: Option<String>,
    #[serde(default, deserialize_with = "wire::maybe")]
    qty: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    price: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    net_amount: Option<Decimal>,
    order_id: Option<Uuid>,
    description: Option<String>,
    status: Option<String>,
}

impl Row {
    fn when(&self) -> When {
        if let Some(at) = self.transaction_time {
            return When::Moment(at);
        }
        // A day, or (in older documents) a day dressed as a moment.
        let day = self.date.as_deref().and_then(|date| date.get(..10));
        day.and_then(|day| day.parse::<NaiveDate>().ok()).map_or(When::Unknown, When::Day)
    }

    fn activity(self) -> Activity {
        let at = self.when();
        let side = match self.side.as_deref() {
            Some("buy") => Some(Side::Buy),
            Some("sell" | "sell_short") => Some(Side::Sell),
            _ => None,
        };
        let fill = if self.activity_type == "FILL" { side.zip(self.qty.zip(self.price)) } else { None };
        let paid = fill.and_then(|(side, (qty, price))| {
            let amount = qty.abs().checked_mul(price)?;
            Some(if side == Side::Buy { -amount } else { amount })
        });
        let canceled = self.status.as_deref() == Some("canceled");
        let words = self.description.unwrap_or_default();
        let words = if canceled { format!("canceled: {words}") } else { words };
        Activity {
            id: self.id,
            kind: self.activity_type,
            at,
            symbol: self.symbol.filter(|symbol| !symbol.is_empty()).map(Symbol::from_broker),
            side,
            qty: self.qty,
            price: self.price.and_then(Price::new),
            net: self.net_amount.or(paid).map(Usd),
            order: self.order_id.map(BrokerOrderId),
            description: words.chars().take(LONGEST).collect(),
        }
    }
}

/// Alpaca's words for a chapter; none for all of them.
const fn types(chapter: Chapter) -> Option<&'static str> {
    Some(match chapter {
        Chapter::All => return None,
        Chapter::Fills => "FILL",
        Chapter::Dividends => "DIV,DIVCGL,DIVCGS,DIVFEE,DIVFT,DIVNRA,DIVROC,DIVTW,DIVTXEX,DIVWH",
        Chapter::Fees => "FEE,CFEE,PTC",
        Chapter::Interest => "INT,INTNRA,INTTW",
        Chapter::Transfers => "CSD,CSW,TRANS,JNL,JNLC,JNLS,ACATC,ACATS",
        Chapter::Events => "OPASN,OPEXC,OPEXP,OPTRD,SPLIT,SPIN,MA,NC,REORG",
    })
}

impl Endpoint for Activities<'_> {
    type Reply = Result<ActivityPage, ReadFailure>;
    const NAME: &'static str = "activities";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::Activities
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let most = self.0.most.clamp(1, PAGE);
        let mut query = vec![("direction", "desc".to_owned()), ("page_size", most.to_string())];
        query.extend(types(self.0.chapter).map(|types| ("activity_types", types.to_owned())));
        query.extend(self.0.order.map(|id| ("order_id", id.0.as_hyphenated().to_string())));
        query.extend(self.0.since.map(|day| ("after", format!("{day}T00:00:00Z"))));
        query.extend(self.0.after.clone().map(|token| ("page_token", token)));
        query
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let rows: Option<Vec<Row>> = value(answer)?;
        let rows = rows.unwrap_or_default();
        let is_full = rows.len() >= self.0.most.clamp(1, PAGE);
        let next = rows.last().filter(|_| is_full).map(|row| row.id.clone());
        Ok(ActivityPage { list: rows.into_iter().map(Row::activity).collect(), next })
    }
}
