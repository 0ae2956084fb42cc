//! What can be made to go wrong from the page, and what the bot was seen doing lately.

use super::Stage;
use crate::discord::Received;
use crate::exchange::{Arrival, Endpoint, Environment, Fault, FaultRule, Origin};
use crate::proxy::{Proxy, Weather};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many of the bot's deeds the page lists.
const LATELY: usize = 14;
/// How late a slow Alpaca answers.
const SLOW: Duration = Duration::from_secs(4);

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Trouble {
    /// Alpaca's connections are reset.
    ExchangeDown,
    /// Alpaca answers late.
    ExchangeSlow,
    /// Alpaca turns every request away.
    TooMany,
    /// The next order arrives, its answer does not.
    LostAnswer,
    /// The bot's connection to Discord is cut.
    GatewayDrop,
    /// The database takes no word and says none.
    DatabasePause,
}
use Trouble::{DatabasePause, ExchangeDown, ExchangeSlow, GatewayDrop, LostAnswer, TooMany};

impl Trouble {
    const ALL: [Self; 6] = [LostAnswer, ExchangeDown, ExchangeSlow, TooMany, GatewayDrop, DatabasePause];

    /// Its name, and what happens.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            LostAnswer => ("Lose the next order’s answer", "The order reaches Alpaca; the answer never comes back."),
            ExchangeDown => ("Alpaca is down", "Every connection to Alpaca is reset."),
            ExchangeSlow => ("Alpaca is slow", "Every answer of Alpaca comes four seconds late."),
            TooMany => ("Alpaca says 429", "Every request is turned away as one too many."),
            GatewayDrop => ("Cut the bot off Discord", "Its connection breaks; it has to come back by itself."),
            DatabasePause => ("Pause the database", "PostgreSQL hears nothing and says nothing."),
        }
    }

    /// Whether it happens once rather than lasting until it is switched off.
    const fn once(self) -> bool {
        matches!(self, LostAnswer | GatewayDrop)
    }

    /// The exchange's rule for it, where it is one.
    fn rule(self) -> Option<FaultRule> {
        let always = |fault| Some(FaultRule { on: None, account: None, fault, times: u32::MAX });
        match self {
            ExchangeSlow => always(Fault::Delay(SLOW)),
            TooMany => always(Fault::TooManyRequests { headers: true }),
            LostAnswer => Some(FaultRule::once(Endpoint::SubmitOrder, Fault::ResetAfter)),
            ExchangeDown | GatewayDrop | DatabasePause => None,
        }
    }
}

/// The switches, as they stand.
pub(super) struct Troubles {
    on: Mutex<BTreeSet<Trouble>>,
    database: Option<Proxy>,
}

impl Troubles {
    pub(super) fn none(database: Option<Proxy>) -> Self {
        Self { on: Mutex::default(), database }
    }

    fn on(&self) -> MutexGuard<'_, BTreeSet<Trouble>> {
        self.on.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Switches one on or off.
    pub(super) fn switch(&self, stage: &Stage, trouble: Trouble, on: bool) {
        let mut switched = self.on();
        let changed = if on { switched.insert(trouble) } else { switched.remove(&trouble) };
        if !changed {
            return;
        }
        match trouble {
            ExchangeDown => {
                let trading = [Environment::Paper, Environment::Live].map(Origin::Trading);
                for origin in trading.into_iter().chain([Origin::Data]) {
                    stage.floor.set_down(origin, on);
                }
            }
            GatewayDrop => {
                stage.discord.cut_connections();
                switched.remove(&GatewayDrop);
            }
            DatabasePause => {
                if let Some(line) = &self.database {
                    line.set_both(if on { Weather::Stall } else { Weather::Calm });
                }
            }
            ExchangeSlow | TooMany | LostAnswer => {
                stage.floor.clear_faults();
                // What strikes once comes first: the exchange takes the oldest rule that fits.
                let rules = Trouble::ALL.into_iter().filter(|one| switched.contains(one)).filter_map(Trouble::rule);
                rules.for_each(|rule| stage.floor.push_fault(rule));
            }
        }
    }

    /// The switches and the bot's latest deeds.
    pub(super) fn json(&self, stage: &Stage) -> Value {
        let mut switched = self.on();
        let lasting = switched.iter().filter(|one| !one.once() && one.rule().is_some()).count();
        if stage.floor.faults_waiting() <= lasting {
            // It has struck.
            switched.remove(&LostAnswer);
        }
        let there = |one: &Trouble| *one != DatabasePause || self.database.is_some();
        let troubles = Trouble::ALL.into_iter().filter(there).map(|one| {
            let (name, text) = one.words();
            json!({"id": one, "name": name, "text": text, "once": one.once(), "on": switched.contains(&one)})
        });
        json!({
            "troubles": troubles.collect::<Vec<_>>(), "lately": lately(stage),
            "resumes": stage.discord.resumes(), "identifies": stage.discord.identifies(),
        })
    }
}

/// What the bot sent to Alpaca and to Discord, newest first.
fn lately(stage: &Stage) -> Vec<Value> {
    let arrivals = stage.floor.with(|exchange, _| {
        let all = exchange.requests();
        all[all.len().saturating_sub(LATELY)..].to_vec()
    });
    let mut deeds: Vec<(DateTime<Utc>, Value)> = arrivals.iter().map(to_alpaca).collect();
    deeds.extend(stage.discord.latest(2 * LATELY).iter().filter_map(to_discord));
    deeds.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    deeds.into_iter().take(LATELY).map(|(_, deed)| deed).collect()
}

fn to_alpaca(arrival: &Arrival) -> (DateTime<Utc>, Value) {
    let host = match arrival.origin {
        Origin::Trading(environment) => environment.name(),
        Origin::Data => "data",
    };
    let what = format!("{} {}", arrival.method, arrival.path);
    (arrival.at, json!({"at": arrival.at, "to": format!("Alpaca {host}"), "what": what, "status": arrival.status}))
}

/// A request without what stands in its path: interaction tokens are nobody's business.
fn to_discord(request: &Received) -> Option<(DateTime<Utc>, Value)> {
    let path = request.path.trim_start_matches("/api/v10/");
    let what = match (request.method.as_str(), path.split('/').next()?) {
        ("GATEWAY", _) => gateway_word(request)?,
        (_, "interactions") => "answers an interaction",
        ("PATCH", "webhooks") => "edits its answer",
        ("POST", "webhooks") => "adds to its answer",
        ("GET", "gateway") => "asks for the gateway",
        ("POST", "channels") => "writes a message",
        _ => return None,
    };
    Some((request.at, json!({"at": request.at, "to": "Discord", "what": what, "status": request.status})))
}

fn gateway_word(frame: &Received) -> Option<&'static str> {
    let frame: Value = serde_json::from_slice(&frame.body).ok()?;
    match frame["op"].as_u64()? {
        2 => Some("identifies anew"),
        6 => Some("resumes its session"),
        _ => None,
    }
}
