//! Alpaca's error envelope, and what it says about an order. Status and code are contract; the words are only hints.

use crate::transport::Answer;
use crate::wire;
use domain::outcome::{Refusal, RefusalReason};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Foreign words are kept up to here.
const LONGEST_MESSAGE: usize = 500;

/// `{"code": …, "message": …}` with whatever else helps to explain.
#[derive(Debug, Default)]
pub(crate) struct Problem {
    pub(crate) code: Option<i64>,
    pub(crate) message: String,
    lower: String,
    extras: Extras,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    code: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    existing_order_id: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
struct Extras {
    #[serde(default, deserialize_with = "wire::hint")]
    buying_power: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::hint")]
    options_buying_power: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::hint")]
    cost_basis: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::hint")]
    available: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::hint")]
    existing_qty: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::hint")]
    held_for_orders: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::hint")]
    available_qty: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::hint")]
    required_qty: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::hint")]
    required_options_buying_power: Option<Decimal>,
    #[serde(skip)]
    existing_order: Option<String>,
}

impl Problem {
    /// Reads a body that should be an error envelope. `None` for HTML, an empty body, an array, an object of another
    /// kind: those come from something between Alpaca and us, and prove nothing.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        if body.iter().find(|b| !b.is_ascii_whitespace()) != Some(&b'{') {
            return None;
        }
        let envelope: Envelope<'_> = serde_json::from_slice(body).ok()?;
        if envelope.code.is_none() && envelope.message.is_none() {
            return None;
        }
        let code = envelope.code.and_then(|raw| raw.get().trim_matches('"').parse().ok());
        let message: String = text(envelope.message).unwrap_or_default().chars().take(LONGEST_MESSAGE).collect();
        let mut extras: Extras = serde_json::from_slice(body).unwrap_or_default();
        extras.existing_order = text(envelope.existing_order_id).filter(|id| id.len() <= 64);
        Some(Self { code, lower: message.to_lowercase(), message, extras })
    }

    /// Whether the words contain one of these stems.
    pub(crate) fn says(&self, stems: &[&str]) -> bool {
        stems.iter().any(|stem| self.lower.contains(stem))
    }

    /// Whether the problem is, or could be, that the `client_order_id` is taken. The code 40010001 is shared with
    /// every field check, and the spelling has varied (`client_order_id`, `client order id`), so anything about that
    /// field which is not its length counts, and so does silence.
    pub(crate) fn may_be_duplicate_id(&self) -> bool {
        let about_id = self.says(&["client_order_id", "client order id", "client-order-id", "clientorderid"]);
        self.lower.trim().is_empty() || self.says(&["unique", "duplicate"]) || (about_id && !self.says(&["128"]))
    }

    /// Whether the keys were refused. The code is missing more often than not on this one.
    pub(crate) fn is_about_keys(&self, status: u16) -> bool {
        match self.code {
            Some(code) => code == 40_110_000,
            None => status == 401 && self.says(&["unauthorized", "not authorized", "credential", "api key"]),
        }
    }

    /// The refusal that this problem is.
    pub(crate) fn refusal(self, answer: &Answer) -> Refusal {
        Refusal {
            reason: self.reason(answer.status),
            message: self.message,
            status: answer.status,
            code: self.code,
            request_id: answer.request_id.clone(),
        }
    }

    fn reason(&self, status: u16) -> RefusalReason {
        if self.is_about_keys(status) {
            return RefusalReason::Credentials;
        }
        match self.code {
            Some(40_310_000) => self.business_reason(),
            Some(40_310_001) => RefusalReason::NoSuchPosition,
            Some(40_310_100) => RefusalReason::AccountRestricted,
            Some(42_210_000) => self.semantic_reason(),
            Some(40_010_000 | 40_010_001) => self.field_reason(),
            Some(40_410_000) if self.says(&["position"]) => RefusalReason::NoSuchPosition,
            Some(40_410_000) if self.says(&["order not found"]) => RefusalReason::NoSuchOrder,
            Some(40_410_000) => RefusalReason::UnknownSymbol,
            _ => RefusalReason::Unrecognised,
        }
    }

    /// 40010000 and 40010001: a field of the request.
    fn field_reason(&self) -> RefusalReason {
        self.first(&[
            (&["extended hours"], RefusalReason::ExtendedHours),
            (&["not allowed for account"], RefusalReason::AccountRestricted),
            (&["unable to replace"], RefusalReason::NotReplaceable),
        ])
        .unwrap_or(RefusalReason::Invalid)
    }

    /// 40310000: one code for everything that an account may not do. Extra fields first, then stems.
    fn business_reason(&self) -> RefusalReason {
        let extras = &self.extras;
        if extras.existing_order.is_some() || self.says(&["wash trade"]) {
            return RefusalReason::WashTrade { existing_order: extras.existing_order.clone() };
        }
        if self.says(&["covered call", "cash-secured put"]) {
            let available = extras.available_qty.or(extras.buying_power).or(extras.available);
            let required = extras.required_qty.or(extras.required_options_buying_power);
            return RefusalReason::Uncovered { available, required };
        }
        if self.says(&["sold short", "allowed to short", "open a short sell", "open a long buy"]) {
            return RefusalReason::CannotShort;
        }
        if self.says(&["insufficient qty", "insufficient quantity"]) || extras.existing_qty.is_some() {
            let (available, existing, held) = (extras.available, extras.existing_qty, extras.held_for_orders);
            return RefusalReason::Quantity { available, existing, held };
        }
        if self.says(&["buying power", "insufficient balance", "insufficient cash"]) || extras.buying_power.is_some() {
            let available = extras.buying_power.or(extras.options_buying_power).or(extras.available);
            return RefusalReason::BuyingPower { available, cost: extras.cost_basis };
        }
        self.first(&[
            (&["by user request"], RefusalReason::SuspendedByUser),
            (&["not fractionable", "fractional trading is disabled"], RefusalReason::NotFractionable),
            (
                &["options trading", "trade options", "uncovered", "trade spreads", "mleg order"],
                RefusalReason::OptionsLevel,
            ),
            (&["expiring today"], RefusalReason::ContractExpires),
            (&["exercise requests are not accepted"], RefusalReason::OptionHours),
            (&["no available position", "no qty available to exercise"], RefusalReason::NoSuchPosition),
            (&["must be submitted after"], RefusalReason::AuctionHours),
            (&["minimal amount"], RefusalReason::BelowMinimum),
            (
                &["not authorized", "not eligible", "liquidation only", "restricted", "day trading"],
                RefusalReason::AccountRestricted,
            ),
            (&["notional orders"], RefusalReason::Invalid),
        ])
        .unwrap_or(RefusalReason::Unrecognised)
    }

    /// 42210000: the order makes no sense for that symbol, price or position.
    fn semantic_reason(&self) -> RefusalReason {
        if self.extras.existing_order.is_some() || self.says(&["wash trade"]) {
            return RefusalReason::WashTrade { existing_order: self.extras.existing_order.clone() };
        }
        self.first(&[
            (&["\" not found", "symbol not found"], RefusalReason::UnknownSymbol),
            (&["is expired", "expires soon"], RefusalReason::ContractExpires),
            (&["not tradable", "not active"], RefusalReason::NotTradable),
            (&["sub-penny", "pricing criteria"], RefusalReason::PriceIncrement),
            (&["extended hours"], RefusalReason::ExtendedHours),
            (&["not fractionable"], RefusalReason::NotFractionable),
            (&["fractional orders must"], RefusalReason::FractionTerms),
            (&["take_profit", "stop_loss"], RefusalReason::Exits),
            (&["position intent"], RefusalReason::OpensOrCloses),
            (&["only allowed during market hours"], RefusalReason::OptionHours),
            (&["replace", "not changed", "> filled_qty", "already in"], RefusalReason::NotReplaceable),
        ])
        .unwrap_or(RefusalReason::Invalid)
    }

    /// The first reason of which a stem is said.
    fn first(&self, table: &[(&[&str], RefusalReason)]) -> Option<RefusalReason> {
        table.iter().find(|(stems, _)| self.says(stems)).map(|(_, reason)| reason.clone())
    }
}

fn text(raw: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(raw?.get()).ok()
}
