//! Rate-limit buckets: always told in the headers, enforced only when a test asks for it.

use super::body::Call;
use super::fault::Fault;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// Requests admitted in a window, and the window in seconds.
struct Allowance {
    limit: u32,
    seconds: u32,
}

#[derive(Debug, Default)]
struct Bucket {
    resets: DateTime<Utc>,
    used: u32,
}

/// Requests of the whole bot in a second; answers to interactions do not count.
const MOST_A_SECOND: u32 = 50;

#[derive(Debug, Default)]
pub(super) struct Buckets {
    per_route: BTreeMap<String, Bucket>,
    whole: Bucket,
    pub enforced: bool,
}

/// What the headers of one answer say.
pub(super) struct Told {
    name: String,
    limit: u32,
    remaining: u32,
    resets: DateTime<Utc>,
    after: f64,
}

impl Buckets {
    /// Counts one request.
    ///
    /// # Errors
    /// 429 when the bucket is empty and limits are enforced.
    pub fn take(&mut self, call: &Call, now: DateTime<Utc>) -> Result<Told, (Fault, Told)> {
        if self.enforced
            && let Some(after) = self.over_the_whole(call, now)
        {
            let told = Told {
                name: "global".to_owned(),
                limit: MOST_A_SECOND,
                remaining: 0,
                resets: self.whole.resets,
                after,
            };
            return Err((Fault::rate_limited(after, true), told));
        }
        let (name, allowance) = scope(call);
        let window = TimeDelta::seconds(i64::from(allowance.seconds));
        let bucket = self.per_route.entry(name.clone()).or_insert_with(|| Bucket { resets: now + window, used: 0 });
        if bucket.resets <= now {
            *bucket = Bucket { resets: now + window, used: 0 };
        }
        let over = bucket.used >= allowance.limit;
        bucket.used = bucket.used.saturating_add(1);
        let after = (bucket.resets - now).to_std().unwrap_or_default().as_secs_f64();
        let remaining = allowance.limit.saturating_sub(bucket.used);
        let told = Told { name, limit: allowance.limit, remaining, resets: bucket.resets, after };
        if over && self.enforced { Err((Fault::rate_limited(after, false), told)) } else { Ok(told) }
    }
}

impl Buckets {
    /// Counts a request against what the whole bot may send; how long to wait when that is used up.
    fn over_the_whole(&mut self, call: &Call, now: DateTime<Utc>) -> Option<f64> {
        if matches!(call.segments.first().map(String::as_str), Some("interactions" | "webhooks")) {
            return None;
        }
        if self.whole.resets <= now {
            self.whole = Bucket { resets: now + TimeDelta::seconds(1), used: 0 };
        }
        self.whole.used += 1;
        let after = (self.whole.resets - now).to_std().unwrap_or_default().as_secs_f64();
        (self.whole.used > MOST_A_SECOND).then_some(after)
    }
}

/// The bucket of a call: per channel for messages, per token for webhooks, per route for the rest.
fn scope(call: &Call) -> (String, Allowance) {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["channels", channel, "messages", ..] => {
            (format!("{} channels/{channel}", call.method), Allowance { limit: 5, seconds: 5 })
        }
        ["webhooks", _, token, ..] => (format!("webhooks/{token}"), Allowance { limit: 5, seconds: 2 }),
        ["interactions", id, ..] => (format!("interactions/{id}"), Allowance { limit: 5, seconds: 1 }),
        ["users", "@me", "channels"] => ("dm".to_owned(), Allowance { limit: 10, seconds: 10 }),
        _ => (format!("{} {}", call.method, segments.join("/")), Allowance { limit: 20, seconds: 10 }),
    }
}

impl Told {
    pub fn write(&self, headers: &mut HeaderMap) {
        // A bucket's name on the wire is an opaque hash.
        let hash = self
            .name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let millis = self.resets.timestamp_millis();
        let fields = [
            ("x-ratelimit-limit", self.limit.to_string()),
            ("x-ratelimit-remaining", self.remaining.to_string()),
            ("x-ratelimit-reset", format!("{}.{:03}", millis.div_euclid(1000), millis.rem_euclid(1000))),
            ("x-ratelimit-reset-after", format!("{:.3}", self.after)),
            ("x-ratelimit-bucket", format!("{hash:016x}")),
        ];
        for (name, value) in fields {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}
