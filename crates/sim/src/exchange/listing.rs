//! The filters of `GET /v2/orders`.

use super::book::Book;
use super::errors::{Refusal, invalid, order_not_found};
use super::kinds::Side;
use super::orders::Order;
use super::routes::Params;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Which orders by state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Closed,
    All,
}

/// A window on the list, open at both ends.
#[derive(Clone, Debug)]
enum Window {
    Time { after: Option<DateTime<Utc>>, until: Option<DateTime<Utc>> },
    AfterOrder(Uuid),
    BeforeOrder(Uuid),
}

/// What a client asks to see.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    state: State,
    limit: usize,
    window: Window,
    oldest_first: bool,
    symbols: Option<Vec<String>>,
    side: Option<Side>,
    classes: Option<Vec<String>>,
    nested: bool,
}

impl Filter {
    pub fn read(params: &Params) -> Result<Self, Refusal> {
        let state = match params.get("status") {
            None | Some("open") => State::Open,
            Some("closed") => State::Closed,
            Some("all") => State::All,
            Some(_) => return Err(invalid("invalid status")),
        };
        let limit = match params.get("limit") {
            None => 50,
            Some(text) => {
                let limit = text.parse().ok().filter(|limit| (1..=500).contains(limit));
                limit.ok_or_else(|| invalid("limit must be between 1 and 500"))?
            }
        };
        let oldest_first = match params.get("direction") {
            None | Some("desc") => false,
            Some("asc") => true,
            Some(_) => return Err(invalid("invalid direction")),
        };
        let side = match params.get("side") {
            None => None,
            Some(word) => Some(Side::from_wire(word).ok_or_else(|| invalid("invalid side"))?),
        };
        let nested = nested(params)?;
        let classes = params.list("asset_class").filter(|classes| !classes.iter().any(|class| class == "all"));
        let symbols = params.list("symbols").map(|symbols| symbols.iter().map(|symbol| bare(symbol)).collect());
        Ok(Self { state, limit, window: Window::read(params)?, oldest_first, symbols, side, classes, nested })
    }

    /// Whether legs are shown inside the order that leads them.
    pub const fn nests(&self) -> bool {
        self.nested
    }

    /// The chosen orders of a list that is sorted by submission.
    pub fn choose<'a>(&self, orders: &[&'a Order], book: &Book) -> Result<Vec<&'a Order>, Refusal> {
        let place = |id: Uuid| {
            let found = orders.iter().position(|order| order.id == id);
            found.ok_or_else(|| order_not_found(&id.to_string()))
        };
        let part = match self.window {
            Window::Time { .. } => orders,
            Window::AfterOrder(id) => orders.get(place(id)? + 1..).unwrap_or_default(),
            Window::BeforeOrder(id) => orders.get(..place(id)?).unwrap_or_default(),
        };
        // A leg whose leader is on the list is shown inside it.
        let folded = |order: &Order| self.nested && book.leader(order).is_some_and(|leader| self.wants(leader));
        let wanted = part.iter().copied().filter(|order| self.wants(order) && !folded(order));
        Ok(if self.oldest_first { wanted.take(self.limit).collect() } else { wanted.rev().take(self.limit).collect() })
    }

    fn wants(&self, order: &Order) -> bool {
        let in_state = match self.state {
            State::Open => !order.status.is_terminal(),
            State::Closed => order.status.is_terminal(),
            State::All => true,
        };
        let in_time = match self.window {
            Window::Time { after, until } => {
                after.is_none_or(|after| order.submitted_at > after)
                    && until.is_none_or(|until| order.submitted_at < until)
            }
            _ => true,
        };
        in_state
            && in_time
            && self.classes.as_ref().is_none_or(|classes| classes.iter().any(|class| class == order.asset_class.wire()))
            && self.side.is_none_or(|side| side == order.side)
            && self.symbols.as_ref().is_none_or(|symbols| symbols.contains(&bare(&order.symbol)))
    }
}

/// Whether legs are to be shown inside the order that leads them.
pub(super) fn nested(params: &Params) -> Result<bool, Refusal> {
    match params.get("nested") {
        None | Some("false" | "0" | "False") => Ok(false),
        Some("true" | "1" | "True") => Ok(true),
        Some(_) => Err(invalid("invalid nested")),
    }
}

/// Coins are asked for with and without their slash.
fn bare(symbol: &str) -> String {
    symbol.replace('/', "")
}

impl Window {
    fn read(params: &Params) -> Result<Self, Refusal> {
        let order = |name: &str| match params.get(name) {
            None => Ok(None),
            Some(text) => text.parse::<Uuid>().map(Some).map_err(|_| invalid(format!("invalid {name}"))),
        };
        let (after, until) = (moment(params, "after")?, moment(params, "until")?);
        let timed = after.is_some() || until.is_some();
        match (order("after_order_id")?, order("before_order_id")?) {
            (None, None) => Ok(Self::Time { after, until }),
            (Some(_), Some(_)) => Err(invalid("only one of before_order_id and after_order_id is accepted")),
            _ if timed => Err(invalid("order id cursors cannot be combined with after or until")),
            (Some(id), None) => Ok(Self::AfterOrder(id)),
            (None, Some(id)) => Ok(Self::BeforeOrder(id)),
        }
    }
}

/// A moment in RFC 3339, or a date, which means its first moment in UTC.
fn moment(params: &Params, name: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
    let Some(text) = params.get(name) else { return Ok(None) };
    let full = DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc());
    let date = || text.parse::<NaiveDate>().map(|date| date.and_time(chrono::NaiveTime::MIN).and_utc());
    full.or_else(|_| date()).map(Some).map_err(|_| invalid(format!("invalid {name}")))
}
