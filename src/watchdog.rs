//! The gateway's watchdog.
//!
//! serenity 0.12.5 has no connect time-out: one upgrade that is never answered leaves a shard dead and silent while its
//! stage still says "connected". The heartbeat latency gets a new value with every acknowledgement and freezes when the
//! runner hangs, so a value that does not change is the sign. A shard that lost its connection tries again only with its
//! next heartbeat (up to 41 s later), so one that says for long that it is not connected is restarted sooner. When
//! restarting does not help, the process ends and its supervisor starts it again.

use domain::clock::Clock;
use serenity::all::{ConnectionStage, ShardId, ShardManager};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Longer than two heartbeat intervals (41.25 s each).
const FROZEN_AFTER: Duration = Duration::from_secs(100);
/// Longer than a shard needs for a restart of its own (5 s) and an identify.
const LOST_AFTER: Duration = Duration::from_secs(15);
/// Frozen twice is enough; a lost connection may be Discord's own outage, so it gets some five minutes.
const STRIKE_FROZEN: u32 = 10;
const STRIKE_LOST: u32 = 1;
const STRIKES: u32 = 20;
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What one look at a shard's pulse says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The pulse moved, or has not stood still for long.
    Fine,
    /// Restart the shard.
    Restart,
    /// Restarting did not help.
    GiveUp,
}

/// The pulse of one shard.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    latency: Option<Duration>,
    since: Duration,
    connected_at: Duration,
    strikes: u32,
}

impl Pulse {
    /// A pulse first felt `at`.
    pub const fn first(latency: Option<Duration>, at: Duration) -> Self {
        Self { latency, since: at, connected_at: at, strikes: 0 }
    }

    /// Takes a sample.
    pub fn feel(&mut self, latency: Option<Duration>, connected: bool, at: Duration) -> Verdict {
        if latency.is_some() && latency != self.latency {
            *self = Self::first(latency, at);
            return Verdict::Fine;
        }
        if connected {
            self.connected_at = at;
        }
        let lost = at.saturating_sub(self.connected_at) >= LOST_AFTER;
        if !lost && at.saturating_sub(self.since) < FROZEN_AFTER {
            return Verdict::Fine;
        }
        (self.since, self.connected_at) = (at, at);
        self.strikes += if lost { STRIKE_LOST } else { STRIKE_FROZEN };
        if self.strikes > STRIKES { Verdict::GiveUp } else { Verdict::Restart }
    }
}

/// Watches all shards; returns only when it gives up.
pub async fn watch(manager: Arc<ShardManager>, clock: Arc<dyn Clock>) {
    let mut pulses: HashMap<ShardId, Pulse> = HashMap::new();
    loop {
        clock.sleep(LOOK_EVERY).await;
        let now = clock.elapsed();
        let runners = manager.runners.lock().await;
        let seen: Vec<_> = runners
            .iter()
            .map(|(id, runner)| (*id, runner.latency, runner.stage == ConnectionStage::Connected))
            .collect();
        drop(runners);
        for (shard, latency, connected) in seen {
            let pulse = pulses.entry(shard).or_insert_with(|| Pulse::first(latency, now));
            match pulse.feel(latency, connected, now) {
                Verdict::Fine => {}
                Verdict::Restart => {
                    tracing::warn!(
                        shard = shard.0,
                        "not connected, or no heartbeat acknowledged, for too long; restarting the shard"
                    );
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
        assert_eq!(pulse.feel(Some(s(1)), true, s(99)), Verdict::Fine);
        assert_eq!(pulse.feel(Some(s(1)), true, s(100)), Verdict::Restart);
        assert_eq!(pulse.feel(Some(s(1)), true, s(150)), Verdict::Fine);
        assert_eq!(pulse.feel(Some(s(1)), true, s(200)), Verdict::Restart);
        assert_eq!(pulse.feel(Some(s(1)), true, s(300)), Verdict::GiveUp);
    }

    #[test]
    fn a_shard_that_comes_back_starts_with_a_clean_sheet() {
        let mut pulse = Pulse::first(Some(s(1)), s(0));
        assert_eq!(pulse.feel(Some(s(1)), true, s(100)), Verdict::Restart);
        assert_eq!(pulse.feel(None, true, s(110)), Verdict::Fine, "no latency yet after a restart");
        assert_eq!(pulse.feel(Some(s(2)), true, s(120)), Verdict::Fine);
        assert_eq!(pulse.feel(Some(s(2)), true, s(219)), Verdict::Fine);
        assert_eq!(pulse.feel(Some(s(2)), true, s(220)), Verdict::Restart);
    }

    #[test]
    fn a_shard_that_lost_its_connection_is_restarted_before_its_next_heartbeat() {
        let mut pulse = Pulse::first(Some(s(1)), s(0));
        assert_eq!(pulse.feel(Some(s(1)), true, s(20)), Verdict::Fine);
        assert_eq!(pulse.feel(Some(s(1)), false, s(34)), Verdict::Fine);
        assert_eq!(pulse.feel(Some(s(1)), false, s(35)), Verdict::Restart);
        assert_eq!(pulse.feel(Some(s(1)), false, s(45)), Verdict::Fine, "a restart gets its time");
        assert_eq!(pulse.feel(Some(s(1)), true, s(50)), Verdict::Fine);
    }
}
