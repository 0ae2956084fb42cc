//! Key pairs: who a request speaks for.

use super::errors::{self, Refusal};
use super::routes::Request;
use super::{Environment, Origin};
use crate::rng::Rng;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;
use std::fmt;
use uuid::Uuid;

/// A seeded account and its present key pair.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountHandle {
    /// Alpaca's account id.
    pub account_id: Uuid,
    /// Paper or live.
    pub environment: Environment,
    /// `PK…` for paper, `AK…` for live.
    pub key_id: String,
    /// The other half. It opens nothing outside this simulation.
    pub secret: String,
}

impl fmt::Debug for AccountHandle {
    // Tests search logs for secrets, so that even a simulated one must not get there by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountHandle")
            .field("account_id", &self.account_id)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// Why a request speaks for nobody.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stranger {
    /// No credentials at all: the proxy in front answers, in HTML.
    Silent,
    /// Credentials that open nothing here.
    Refused(Refusal),
}

#[derive(Clone)]
struct Pair {
    secret: String,
    account: Uuid,
    environment: Environment,
}

/// Every valid key pair.
#[derive(Clone, Default)]
pub(super) struct KeyRack(HashMap<String, Pair>);

impl KeyRack {
    /// Cuts a fresh pair for an account; the pair before, if any, opens nothing from now on. Both halves say that they
    /// are simulated.
    pub fn cut(&mut self, account: Uuid, environment: Environment, rng: &mut Rng) -> AccountHandle {
        self.0.retain(|_, pair| pair.account != account);
        let prefix = match environment {
            Environment::Paper => "PKSIM",
            Environment::Live => "AKSIM",
        };
        let key_id = format!("{prefix}{}", letters(rng, 15, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"));
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let secret = format!("simulated{}", letters(rng, 31, alphabet));
        self.0.insert(key_id.clone(), Pair { secret: secret.clone(), account, environment });
        AccountHandle { account_id: account, environment, key_id, secret }
    }

    /// The account a pair opens on an origin.
    pub fn open(&self, origin: Origin, key_id: &str, secret: &str) -> Option<Uuid> {
        let pair = self.0.get(key_id).filter(|pair| pair.secret == secret)?;
        match origin {
            Origin::Trading(environment) if environment != pair.environment => None,
            Origin::Trading(_) | Origin::Data => Some(pair.account),
        }
    }

    /// The present pair of an account.
    pub fn of(&self, account: Uuid) -> Option<AccountHandle> {
        self.0.iter().find(|(_, pair)| pair.account == account).map(|(key_id, pair)| AccountHandle {
            account_id: account,
            environment: pair.environment,
            key_id: key_id.clone(),
            secret: pair.secret.clone(),
        })
    }

    /// The account a request speaks for.
    pub fn identify(&self, origin: Origin, request: &Request, coded: bool) -> Result<Uuid, Stranger> {
        let (key_id, secret) = credentials(request).ok_or(Stranger::Silent)?;
        self.open(origin, &key_id, &secret).ok_or_else(|| Stranger::Refused(errors::unauthorized(coded)))
    }
}

fn credentials(request: &Request) -> Option<(String, String)> {
    if let (Some(key_id), Some(secret)) = (request.header("apca-api-key-id"), request.header("apca-api-secret-key")) {
        return Some((key_id.to_owned(), secret.to_owned()));
    }
    let basic = request.header("authorization")?;
    let Some(encoded) = basic.strip_prefix("Basic ") else { return Some((String::new(), String::new())) };
    let decoded = STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = decoded.as_deref().and_then(|text| text.split_once(':')).unwrap_or_default();
    Some((pair.0.to_owned(), pair.1.to_owned()))
}

fn letters(rng: &mut Rng, count: usize, alphabet: &[u8]) -> String {
    let bound = alphabet.len() as u64;
    (0..count)
        .filter_map(|_| usize::try_from(rng.below(bound)).ok().and_then(|place| alphabet.get(place)))
        .map(|letter| char::from(*letter))
        .collect()
}
