//! Logs. What may be logged is decided here, in code, so that no environment variable can open the tap.
//!
//! Only Paddock's own crates speak. serenity prints interaction tokens and request bodies at INFO, and whole gateway
//! payloads (modal text included) at WARN, so it is silent; frames that it could not read are counted instead.

use crate::config::log::{Format, Log};
use std::sync::atomic::{AtomicU64, Ordering};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

/// The crates whose words are ours.
const OURS: [&str; 8] = ["paddock", "commands", "desk", "domain", "store", "vault", "alpaca", "sim"];

/// Gateway frames that serenity dropped because it could not read them.
static DROPPED_FRAMES: AtomicU64 = AtomicU64::new(0);

/// How many gateway frames were dropped since the process started.
pub fn dropped_frames() -> u64 {
    DROPPED_FRAMES.load(Ordering::Relaxed)
}

/// Starts logging to standard error, and makes panics log lines without their payload's secrets. Call once.
pub fn start(log: Log) {
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match log.format {
        Format::Json => tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .with_writer(std::io::stderr)
            .with_filter(ours(log.level))
            .boxed(),
        Format::Text => tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_target(false)
            .with_filter(ours(log.level))
            .boxed(),
    };
    let dropped = CountDropped.with_filter(Targets::new().with_target("serenity::gateway::ws", Level::WARN));
    // A second call (two services in one test process) keeps the first subscriber.
    let _ = tracing_subscriber::registry().with(lines).with(dropped).try_init();
    std::panic::set_hook(Box::new(|panic| {
        // Where, never what: a panic message may quote the data that broke it.
        let place = panic.location().map_or_else(|| "unknown".to_owned(), |at| format!("{}:{}", at.file(), at.line()));
        tracing::error!(target: "paddock", place, "panic");
    }));
}

/// Ours at `level`; the database driver's and everybody else's not at all.
pub fn ours(level: LevelFilter) -> Targets {
    Targets::new().with_default(LevelFilter::OFF).with_targets(OURS.map(|name| (name, level)))
}

struct CountDropped;

impl<S: Subscriber> Layer<S> for CountDropped {
    fn on_event(&self, _event: &Event<'_>, _context: Context<'_, S>) {
        DROPPED_FRAMES.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn foreign_crates_are_silent_even_at_error_and_ours_are_heard() {
        let sink = Sink::default();
        let writer = sink.clone();
        let layer =
            tracing_subscriber::fmt::layer().with_writer(move || writer.clone()).with_filter(ours(LevelFilter::DEBUG));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            tracing::error!(target: "serenity::gateway::ws", "canary-frame");
            tracing::error!(target: "serenity::http::client", "canary-token");
            tracing::error!(target: "sqlx::query", "canary-sql");
            tracing::info!(target: "desk::confirm", "order placed");
        });
        let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        assert!(!text.contains("canary"), "{text}");
        assert!(text.contains("order placed"), "{text}");
    }
}
