//! `GET /v2/account` and `GET /v2/account/configurations`.

use super::{Endpoint, value};
use crate::path::Path;
use crate::transport::Answer;
use crate::wire;
use domain::account::{BrokerAccount, Configurations};
use domain::brokerage::Lane;
use domain::ids::BrokerAccountId;
use domain::money::Usd;
use domain::outcome::ReadFailure;
use reqwest::Method;
use rust_decimal::Decimal;
use serde::Deserialize;
use uuid::Uuid;

/// The account that the keys open.
pub(crate) struct Account;

/// Only `id` and `status` are sure to be there; the day-trading fields went away on 2026-07-06.
#[derive(Deserialize)]
struct Row {
    id: Uuid,
    status: String,
    account_number: Option<String>,
    #[serde(default, deserialize_with = "wire::maybe")]
    cash: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    equity: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    last_equity: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    buying_power: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    long_market_value: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    short_market_value: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    multiplier: Option<Decimal>,
    trading_blocked: Option<bool>,
    account_blocked: Option<bool>,
    trade_suspended_by_user: Option<bool>,
    shorting_enabled: Option<bool>,
}

impl Endpoint for Account {
    type Reply = Result<BrokerAccount, ReadFailure>;
    const NAME: &'static str = "account";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::Account
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let row: Row = value(answer)?;
        Ok(BrokerAccount {
            id: BrokerAccountId(row.id),
            number: row.account_number.unwrap_or_default(),
            status: row.status,
            cash: row.cash.map(Usd),
            equity: row.equity.map(Usd),
            last_equity: row.last_equity.map(Usd),
            buying_power: row.buying_power.map(Usd),
            long_market_value: row.long_market_value.map(Usd),
            short_market_value: row.short_market_value.map(Usd),
            multiplier: row.multiplier,
            trading_blocked: row.trading_blocked.unwrap_or(false),
            account_blocked: row.account_blocked.unwrap_or(false),
            suspended_by_user: row.trade_suspended_by_user.unwrap_or(false),
            shorting_enabled: row.shorting_enabled.unwrap_or(false),
        })
    }
}

/// The account's settings.
pub(crate) struct Settings;

#[derive(Deserialize)]
struct SettingsRow {
    suspend_trade: Option<bool>,
    no_shorting: Option<bool>,
    fractional_trading: Option<bool>,
}

impl Endpoint for Settings {
    type Reply = Result<Configurations, ReadFailure>;
    const NAME: &'static str = "configurations";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::Configurations
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let row: SettingsRow = value(answer)?;
        Ok(Configurations {
            suspend_trade: row.suspend_trade.unwrap_or(false),
            no_shorting: row.no_shorting.unwrap_or(false),
            fractional_trading: row.fractional_trading.unwrap_or(true),
        })
    }
}
