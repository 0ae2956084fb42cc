//! What is known of an order, as columns. The mirrors below are checked by the compiler against the domain's own enums.

use crate::StoreError;
use chrono::{DateTime, Utc};
use domain::ids::BrokerOrderId;
use domain::life::{Life, State};
use domain::money::Price;
use domain::order::BrokerStatus;
use domain::outcome::{Doubt, Refusal, RefusalReason};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

#[derive(Clone, Debug, FromRow)]
pub(crate) struct LifeRow {
    state: String,
    broker_order_id: Option<Uuid>,
    broker_status: Option<String>,
    filled_qty: Decimal,
    filled_avg_price: Option<Decimal>,
    doubt: Option<Value>,
    refusal: Option<Value>,
    broker_updated_at: Option<DateTime<Utc>>,
}

impl LifeRow {
    pub(crate) fn life(self) -> Result<Life, StoreError> {
        let unreadable = StoreError::Broken("a stored intent's life cannot be read");
        Ok(Life {
            state: State::from_stored(&self.state).ok_or_else(|| unreadable.clone())?,
            broker_order: self.broker_order_id.map(BrokerOrderId),
            status: self.broker_status.as_deref().map(BrokerStatus::from_wire),
            filled_qty: self.filled_qty.normalize(),
            filled_avg_price: self.filled_avg_price.and_then(Price::new),
            doubt: read::<StoredDoubt>(self.doubt, &unreadable)?.map(|stored| stored.0),
            refusal: read::<StoredRefusal>(self.refusal, &unreadable)?.map(|stored| stored.0),
            broker_updated_at: self.broker_updated_at,
        })
    }
}

fn read<T: serde::de::DeserializeOwned>(
    value: Option<Value>,
    unreadable: &StoreError,
) -> Result<Option<T>, StoreError> {
    value.map(serde_json::from_value).transpose().map_err(|_| unreadable.clone())
}

/// A doubt as JSON.
pub(crate) fn doubt(doubt: &Doubt) -> Result<Value, StoreError> {
    serde_json::to_value(StoredDoubt(doubt.clone())).map_err(|_| StoreError::Broken("a doubt cannot be written"))
}

/// A refusal as JSON.
pub(crate) fn refusal(refusal: &Refusal) -> Result<Value, StoreError> {
    serde_json::to_value(StoredRefusal(refusal.clone())).map_err(|_| StoreError::Broken("a refusal cannot be written"))
}

/// A doubt from its JSON.
pub(crate) fn read_doubt(value: Value) -> Result<Doubt, StoreError> {
    let stored: Result<StoredDoubt, _> = serde_json::from_value(value);
    stored.map(|stored| stored.0).map_err(|_| StoreError::Broken("a stored doubt cannot be read"))
}

/// A refusal from its JSON.
pub(crate) fn read_refusal(value: Value) -> Result<Refusal, StoreError> {
    let stored: Result<StoredRefusal, _> = serde_json::from_value(value);
    stored.map(|stored| stored.0).map_err(|_| StoreError::Broken("a stored refusal cannot be read"))
}

#[derive(Serialize, Deserialize)]
struct StoredDoubt(#[serde(with = "DoubtMirror")] Doubt);

#[derive(Serialize, Deserialize)]
struct StoredRefusal(#[serde(with = "RefusalMirror")] Refusal);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Doubt", tag = "kind", rename_all = "snake_case")]
enum DoubtMirror {
    TimedOut,
    ConnectionLost,
    ServerError { status: u16 },
    Unreadable { status: u16 },
    DuplicateId,
    RateLimited { until: Option<DateTime<Utc>> },
    Interrupted,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Refusal")]
struct RefusalMirror {
    #[serde(with = "ReasonMirror")]
    reason: RefusalReason,
    message: String,
    status: u16,
    code: Option<i64>,
    request_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "RefusalReason", tag = "kind", rename_all = "snake_case")]
enum ReasonMirror {
    NeverSent,
    BudgetFull { until: DateTime<Utc> },
    BuyingPower { available: Option<Decimal>, cost: Option<Decimal> },
    Quantity { available: Option<Decimal>, existing: Option<Decimal>, held: Option<Decimal> },
    WashTrade { existing_order: Option<String> },
    UnknownSymbol,
    NotTradable,
    NotFractionable,
    PriceIncrement,
    CannotShort,
    SuspendedByUser,
    AccountRestricted,
    ExtendedHours,
    Credentials,
    BelowMinimum,
    FractionTerms,
    AuctionHours,
    Exits,
    OpensOrCloses,
    OptionsLevel,
    Uncovered { available: Option<Decimal>, required: Option<Decimal> },
    ContractExpires,
    OptionHours,
    NotReplaceable,
    NoSuchPosition,
    NoSuchOrder,
    Invalid,
    Unrecognised,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn every_doubt_reads_back_as_it_was() {
        let all = [
            Doubt::TimedOut,
            Doubt::ConnectionLost,
            Doubt::ServerError { status: 504 },
            Doubt::Unreadable { status: 200 },
            Doubt::DuplicateId,
            Doubt::RateLimited { until: None },
            Doubt::RateLimited { until: DateTime::from_timestamp(1_790_000_000, 0) },
            Doubt::Interrupted,
        ];
        for case in all {
            let stored: StoredDoubt = serde_json::from_value(doubt(&case).unwrap()).unwrap();
            assert_eq!(stored.0, case);
        }
    }

    #[test]
    fn a_refusal_keeps_its_money_exact() {
        let available = Some("0.1000000000000000055511151231".parse().unwrap());
        let case = Refusal {
            reason: RefusalReason::BuyingPower { available, cost: None },
            message: "insufficient buying power".into(),
            status: 403,
            code: Some(40_310_000),
            request_id: Some("abc".into()),
        };
        let stored: StoredRefusal = serde_json::from_value(refusal(&case).unwrap()).unwrap();
        assert_eq!(stored.0, case);
    }

    #[test]
    fn a_full_budget_keeps_its_hour() {
        let until = DateTime::from_timestamp(1_790_000_000, 500_000_000).unwrap();
        let reason = RefusalReason::BudgetFull { until };
        let case = Refusal { reason, message: String::new(), status: 0, code: None, request_id: None };
        let stored: StoredRefusal = serde_json::from_value(refusal(&case).unwrap()).unwrap();
        assert_eq!(stored.0, case);
    }
}
