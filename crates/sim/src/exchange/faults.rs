//! Faults to order: what should go wrong, on which request, and how often.

use super::routes::Endpoint;
use std::time::Duration;
use uuid::Uuid;

/// What goes wrong. "Lands" means that the exchange has done what was asked, whatever the client hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Lands at once; the answer comes late.
    Delay(Duration),
    /// Lands late, also when the client has gone away by then.
    LateArrival(Duration),
    /// 429, with or without the rate limit headers. Does not land.
    TooManyRequests {
        /// Whether the headers are there.
        headers: bool,
    },
    /// 500 with a proxy's HTML page. Does not land.
    ServerErrorPage,
    /// 503 with a proxy's HTML page. Does not land.
    Unavailable,
    /// 504 JSON. Does not land.
    TimedOutBefore,
    /// 504 JSON after it landed.
    TimedOutAfter,
    /// The connection is reset. Does not land.
    ResetBefore,
    /// The connection is reset after it landed.
    ResetAfter,
    /// Lands; the answer is whole HTTP around half a JSON document.
    TruncatedJson,
    /// Lands; the connection is cut in the middle of the body.
    CutBody,
    /// Lands; every order in the answer has a status nobody has seen.
    UnknownStatus,
    /// Never answered. Does not land.
    HangBefore,
    /// Never answered, but it landed.
    HangAfter,
    /// A look-up finds nothing though the order is there: 404 `order not found`.
    NotFound,
    /// Any other answer, to the byte.
    Canned {
        /// HTTP status.
        status: u16,
        /// `Content-Type`.
        content_type: &'static str,
        /// The body.
        body: String,
        /// Whether the request is carried out first.
        lands: bool,
    },
}

impl Fault {
    /// Whether the exchange carries the request out.
    pub const fn lands(&self) -> bool {
        match self {
            Self::Delay(_)
            | Self::LateArrival(_)
            | Self::TimedOutAfter
            | Self::ResetAfter
            | Self::TruncatedJson
            | Self::CutBody
            | Self::UnknownStatus
            | Self::HangAfter => true,
            Self::TooManyRequests { .. }
            | Self::ServerErrorPage
            | Self::Unavailable
            | Self::TimedOutBefore
            | Self::ResetBefore
            | Self::HangBefore
            | Self::NotFound => false,
            Self::Canned { lands, .. } => *lands,
        }
    }
}

/// A fault and the requests it waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultRule {
    /// Which endpoint; any if none.
    pub on: Option<Endpoint>,
    /// Whose requests; anyone's if none.
    pub account: Option<Uuid>,
    /// What happens.
    pub fault: Fault,
    /// To how many requests.
    pub times: u32,
}

impl FaultRule {
    /// Strikes the next request to `endpoint`, whoever makes it.
    pub const fn once(endpoint: Endpoint, fault: Fault) -> Self {
        Self { on: Some(endpoint), account: None, fault, times: 1 }
    }
}

/// The rules in force. The oldest that matches strikes, one per request.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults(Vec<FaultRule>);

impl Faults {
    pub fn push(&mut self, rule: FaultRule) {
        self.0.push(rule);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn waiting(&self) -> usize {
        self.0.len()
    }

    /// The fault that strikes this request, if any; it is used up.
    pub fn strike(&mut self, endpoint: Endpoint, account: Option<Uuid>) -> Option<Fault> {
        let matches = |rule: &FaultRule| {
            rule.times > 0
                && rule.on.is_none_or(|on| on == endpoint)
                && rule.account.is_none_or(|whose| Some(whose) == account)
        };
        let place = self.0.iter().position(matches)?;
        let rule = self.0.get_mut(place)?;
        rule.times -= 1;
        let fault = rule.fault.clone();
        self.0.retain(|rule| rule.times > 0);
        Some(fault)
    }
}
