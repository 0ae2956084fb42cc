//! How a call is made: budget, keys, one request, and for reads a few tries within one deadline.

use crate::alpaca::Alpaca;
use crate::budget::{Barred, Full};
use crate::endpoint::Endpoint;
use crate::transport::{self, Answer, Lost};
use domain::brokerage::{Access, Lane};
use domain::fresh;
use domain::outcome::{CancelOutcome, Doubt, ExerciseOutcome, Outcome, ReadFailure, Refusal, RefusalReason};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Request};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// The first back-off ends somewhere below this; each further one below twice the one before.
const BACK_OFF: Duration = Duration::from_millis(400);

/// Why a call brought no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The budget's queue is too long. Nothing was sent.
    Full(Full),
    /// The budget that is shared with other processes could not be asked. Nothing was sent.
    Unasked,
    /// The keys cannot be written into a header, so they are no keys. Nothing was sent.
    NoKeys,
    /// The path names no possible resource. Nothing was sent.
    NoPath,
    /// Sent, or tried to.
    Lost(Lost),
}

impl NoAnswer {
    /// What it means to a read.
    pub(crate) const fn failure(self) -> ReadFailure {
        match self {
            Self::Full(full) => ReadFailure::RateLimited { until: Some(full.until) },
            Self::NoKeys => ReadFailure::Credentials,
            Self::NoPath => ReadFailure::NotFound,
            Self::Lost(Lost::TooLong { status }) => ReadFailure::Unreadable { status },
            Self::Unasked | Self::Lost(Lost::NeverSent | Lost::TimedOut | Lost::Broken) => ReadFailure::Unavailable,
        }
    }

    /// What it means to a write: a refusal when not one byte of it left, else a doubt.
    pub(crate) const fn verdict(self) -> Verdict {
        match self {
            Self::Full(full) => unsent(RefusalReason::BudgetFull { until: full.until }),
            Self::Unasked | Self::NoPath | Self::Lost(Lost::NeverSent) => unsent(RefusalReason::NeverSent),
            Self::NoKeys => unsent(RefusalReason::Credentials),
            Self::Lost(Lost::TimedOut) => Verdict::Doubtful(Doubt::TimedOut),
            Self::Lost(Lost::Broken) => Verdict::Doubtful(Doubt::ConnectionLost),
            Self::Lost(Lost::TooLong { status: 429 }) => Verdict::Doubtful(Doubt::RateLimited { until: None }),
            Self::Lost(Lost::TooLong { status: status @ 500.. }) => Verdict::Doubtful(Doubt::ServerError { status }),
            Self::Lost(Lost::TooLong { status }) => Verdict::Doubtful(Doubt::Unreadable { status }),
        }
    }
}

impl From<Barred> for NoAnswer {
    fn from(barred: Barred) -> Self {
        match barred {
            Barred::Full(full) => Self::Full(full),
            Barred::Unasked => Self::Unasked,
        }
    }
}

/// What a write without an answer came to.
pub(crate) enum Verdict {
    /// Nothing left this machine.
    Unsent(Refusal),
    /// Something may have.
    Doubtful(Doubt),
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Unsent(refusal) => Self::Refused(refusal),
            Verdict::Doubtful(doubt) => Self::Unknown(doubt),
        }
    }
}

impl From<Verdict> for CancelOutcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Unsent(refusal) => Self::Refused(refusal),
            Verdict::Doubtful(doubt) => Self::Unknown(doubt),
        }
    }
}

impl From<Verdict> for ExerciseOutcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Unsent(refusal) => Self::Refused(refusal),
            Verdict::Doubtful(doubt) => Self::Unknown(doubt),
        }
    }
}

const fn unsent(reason: RefusalReason) -> Verdict {
    Verdict::Unsent(Refusal { reason, message: String::new(), status: 0, code: None, request_id: None })
}

impl Alpaca {
    /// Makes a call. A POST or PATCH is sent once, whatever happens. A DELETE is tried once more after a lost connection, a GET
    /// twice more after that, 429 and 5xx, with full-jitter back-off. Each try pays from the budget, and all of them
    /// end within one deadline, counted from the first byte out.
    pub(crate) async fn call<E: Endpoint>(&self, on: &Access, endpoint: &E) -> Result<Answer, NoAnswer> {
        let tries = tries(&E::METHOD);
        let mut patience = self.patience(E::LANE);
        let mut deadline = None;
        let mut last = None;
        for tried in 1..=tries {
            let request = self.request(on, endpoint)?;
            let entered = self.budget.enter(&on.meter, endpoint.path().surface(), E::LANE, patience).await;
            if let Err(barred) = entered {
                // Before a repetition, what the last try brought says more than the length of the queue.
                return last.unwrap_or(Err(barred.into()));
            }
            let deadline = *deadline.get_or_insert(self.clock.elapsed() + self.limits.total);
            let answer = self.send(on, endpoint, request, deadline).await;
            let pause = fresh::jitter(BACK_OFF * 2_u32.pow(tried - 1));
            let left = deadline.saturating_sub(self.clock.elapsed());
            if tried == tries || pause >= left || !is_worth_repeating(&E::METHOD, &answer) {
                return answer;
            }
            self.clock.sleep(pause).await;
            patience = left.saturating_sub(pause);
            last = Some(answer);
        }
        last.unwrap_or(Err(NoAnswer::Lost(Lost::NeverSent)))
    }

    const fn patience(&self, lane: Lane) -> Duration {
        match lane {
            Lane::Urgent => self.limits.urgent_wait,
            Lane::Orders => self.limits.orders_wait,
            Lane::Reads => self.limits.reads_wait,
        }
    }

    /// One request, one answer, one line in the log: no body, no key, no address.
    async fn send<E: Endpoint>(
        &self,
        on: &Access,
        endpoint: &E,
        request: Request,
        deadline: Duration,
    ) -> Result<Answer, NoAnswer> {
        let surface = endpoint.path().surface();
        let sent_at = self.clock.elapsed();
        let heed = |status: u16, headers: &HeaderMap| self.budget.heed(&on.meter, surface, status, headers);
        let answer = transport::exchange(&self.http, &*self.clock, request, E::LIMIT, deadline, heed).await;
        let millis = u64::try_from(self.clock.elapsed().saturating_sub(sent_at).as_millis()).unwrap_or(u64::MAX);
        match &answer {
            Ok(Answer { status, request_id, .. }) => {
                on.answered.note(request_id.clone());
                let (call, env, request_id) = (E::NAME, on.environment, request_id.as_deref().unwrap_or("-"));
                if E::METHOD == Method::GET && *status < 400 {
                    tracing::debug!(call, %env, status, request_id, millis, "broker answered");
                } else {
                    tracing::info!(call, %env, status, request_id, millis, "broker answered");
                }
            }
            Err(lost) => {
                tracing::warn!(call = E::NAME, env = %on.environment, ?lost, millis, "broker did not answer");
            }
        }
        answer.map_err(NoAnswer::Lost)
    }

    fn request<E: Endpoint>(&self, on: &Access, endpoint: &E) -> Result<Request, NoAnswer> {
        let mut url = self.origins.url(on.environment, &endpoint.path()).ok_or(NoAnswer::NoPath)?;
        let query = endpoint.query();
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = Request::new(E::METHOD, url);
        let headers = request.headers_mut();
        headers.insert("apca-api-key-id", secret(&on.keys.key_id)?);
        headers.insert("apca-api-secret-key", secret(&on.keys.secret)?);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(body) = endpoint.body() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Some(body.into());
        }
        Ok(request)
    }
}

/// A header value that no `Debug` prints.
fn secret(text: &SecretString) -> Result<HeaderValue, NoAnswer> {
    let mut value = HeaderValue::from_str(text.expose_secret()).map_err(|_| NoAnswer::NoKeys)?;
    if value.is_empty() {
        return Err(NoAnswer::NoKeys);
    }
    value.set_sensitive(true);
    Ok(value)
}

fn tries(method: &Method) -> u32 {
    match *method {
        Method::GET => 3,
        Method::DELETE => 2,
        _ => 1,
    }
}

fn is_worth_repeating(method: &Method, answer: &Result<Answer, NoAnswer>) -> bool {
    match answer {
        Ok(answer) => *method == Method::GET && matches!(answer.status, 408 | 429 | 500..),
        Err(NoAnswer::Lost(lost)) => matches!(lost, Lost::NeverSent | Lost::TimedOut | Lost::Broken),
        Err(_) => false,
    }
}
