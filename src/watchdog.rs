//! The gateway's watchdog.
//!
//! serenity 0.12.5 has no connect time-out: one upgrade that is never answered leaves a shard dead and silent while its
//! stage still says "connected". The heartbeat latency gets a new value with every acknowledgement and freezes when the
//! runner hangs, so a value that does not change is the sign. A frozen shard is restarted; when that does not help twice,
//! the process ends and its supervisor starts it again.

use domain::clock::Clock;
use serenity::all::{ShardId, ShardManager};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Longer than two heartbeat intervals (41.25 s each).
const FROZEN_AFTER: Duration = Duration::from_secs(100);
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// What one look at a shard's pulse says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The pulse moved, or has not stood still for long.
    Fine,
    /// Restart the shard.
    Restart,
    /// Restarting did not help twice.
    GiveUp,
}

/// The pulse of one shard.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    latency: Option<Duration>,
    since: Duration,
    restarts: u32,
}

impl Pulse {
    /// A pulse first felt `at`.
    pub const fn first(latency: Option<Duration>, at: Duration) -> Self {
        Self { latency, since: at, restarts: 0 }
    }

    /// Takes a sample.
    pub fn feel(&mut self, latency: Option<Duration>, at: Duration) -> Verdict {
        if latency.is_some() && latency != self.latency {
            *self = Self::first(latency, at);
            return Verdict::Fine;
        }
        if at.saturating_sub(self.since) < FROZEN_AFTER {
            return Verdict::Fine;
        }
        self.since = at;
        self.restarts += 1;
        if self.restarts > 2 { Verdict::GiveUp } else { Verdict::Restart }
    }
}

/// Watches all shards; returns only when it gives up.
pub async fn watch(manager: Arc<ShardManager>, clock: Arc<dyn Clock>) {
    let mut pulses: HashMap<ShardId, Pulse> = HashMap::new();
    loop {
        clock.sleep(LOOK_EVERY).await;
        let now = clock.elapsed();
        let seen: Vec<_> = manager.runners.lock().await.iter().map(|(id, runner)| (*id, runner.latency)).collect();
        for (shard, latency) in seen {
            let pulse = pulses.entry(shard).or_insert_with(|| Pulse::first(latency, now));
            match pulse.feel(latency, now) {
                Verdict::Fine => {}
                Verdict::Restart => {
                    tracing::warn!(shard = shard.0, "no heartbeat acknowledged for too long; restarting the shard");
                    manager.restart(shard).await;
                }
                Verdict::GiveUp => {
                    tracing::error!(
                        shard = shard.0,
                        "the gateway does not come back; ending so that the supervisor starts afresh"
                    );
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_frozen_shard_is_restarted_twice_and_then_given_up() {
        let mut pulse = Pulse::first(Some(s(1)), s(0));
        assert_eq!(pulse.feel(Some(s(1)), s(99)), Verdict::Fine);
        assert_eq!(pulse.feel(Some(s(1)), s(100)), Verdict::Restart);
        assert_eq!(pulse.feel(Some(s(1)), s(150)), Verdict::Fine);
        assert_eq!(pulse.feel(Some(s(1)), s(200)), Verdict::Restart);
        assert_eq!(pulse.feel(Some(s(1)), s(300)), Verdict::GiveUp);
    }

    #[test]
    fn a_shard_that_comes_back_starts_with_a_clean_sheet() {
        let mut pulse = Pulse::first(Some(s(1)), s(0));
        assert_eq!(pulse.feel(Some(s(1)), s(100)), Verdict::Restart);
        assert_eq!(pulse.feel(None, s(110)), Verdict::Fine, "no latency yet after a restart");
        assert_eq!(pulse.feel(Some(s(2)), s(120)), Verdict::Fine);
        assert_eq!(pulse.feel(Some(s(2)), s(219)), Verdict::Fine);
        assert_eq!(pulse.feel(Some(s(2)), s(220)), Verdict::Restart);
    }
}
