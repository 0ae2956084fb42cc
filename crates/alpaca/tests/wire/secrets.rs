//! Keys and bodies are in no log line and no `Debug`, whatever the level.

use crate::broker::{answer, with};
use crate::world::{KEY_ID, SECRET, access, buy, intent, paper, problem, shown};
use domain::account::Environment;
use domain::brokerage::Brokerage;
use std::io::Write;
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_holds_request_ids_and_neither_keys_nor_bodies() {
    let log = Log::default();
    let sink = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || sink.clone())
        .finish();
    // With a single listener, tracing asks the thread that meets a place in the code first whether anybody listens there,
    // and another test's thread says no for good. With a second one it asks the listeners.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let guard = tracing::subscriber::set_default(subscriber);
    // What was met before is asked again.
    tracing::callsite::rebuild_interest_cache();
    let (_broker, alpaca) = paper(|seen| match seen.method.as_str() {
        "POST" => with(403, &[("x-request-id", "req-4711")], problem(40_310_000, "words-of-the-broker")),
        "DELETE" => with(204, &[("x-request-id", "bad\tid")], ""),
        _ => answer(200, shown(&[("status", "\"body-of-the-answer\"")])),
    })
    .await;
    let on = access(Environment::Paper);
    let outcome = alpaca.submit(&on, &buy(), &intent()).await;
    let found = alpaca.look_up(&on, &intent()).await;
    alpaca.cancel(&on, crate::world::ORDER_ID.parse().unwrap()).await;
    let shown = format!("{on:?} {outcome:?} {found:?}");
    drop(guard);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("req-4711") && text.contains("submit"), "the log works: {text}");
    for secret in [KEY_ID, SECRET] {
        assert!(!text.contains(secret) && !shown.contains(secret), "{text}");
    }
    for body in ["words-of-the-broker", "body-of-the-answer", "41.07", "bad\tid"] {
        assert!(!text.contains(body), "{body} in {text}");
    }
}
