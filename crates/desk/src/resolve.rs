//! Settling what is not proved: at start before commands are accepted, then continuously.

use crate::desk::Desk;
use crate::look::Looker;
use domain::life::State;
use futures::StreamExt;
use futures::stream;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::{DueIntent, StoreError};

/// Longest start-up pass: what Alpaca cannot answer in this time stays with [`Desk::keep_settling`].
const START: Duration = Duration::from_secs(20);
/// Looks at the same time.
const ABREAST: usize = 8;
/// Intents in one pass.
const PASS_MAX: u32 = 256;
/// Intents in the start-up pass: more than it can look at in its time.
const START_MAX: u32 = 4096;
/// Pause between two passes that found nothing, and after one that failed.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_FAILED: Duration = Duration::from_secs(5);

/// What the start-up pass found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settled {
    /// Intents that were open.
    pub open: usize,
    /// Of these, how many have a verdict now.
    pub settled: usize,
}

impl Desk {
    /// Looks once at everything that is open, whether its time has come or not: what happened meanwhile is not known. Commands that trade are refused until it is through. Bounded in time: what Alpaca
    /// cannot answer now stays with [`Desk::keep_settling`].
    pub async fn settle_at_start(&self) -> Settled {
        let began = self.inner().clock.elapsed();
        let mut found = Settled::default();
        let left = || START.saturating_sub(self.inner().clock.elapsed().saturating_sub(began));
        while left() > Duration::ZERO {
            match self.within(left(), self.open_now()).await {
                Some(Ok(open)) => {
                    let settled = AtomicUsize::new(0);
                    // Cut short or not, what was settled until then is settled.
                    let _ = self.within(left(), self.settle(&open, &settled)).await;
                    found = Settled { open: open.len(), settled: settled.into_inner() };
                    break;
                }
                Some(Err(error)) => {
                    tracing::warn!(%error, "what is open cannot be read yet");
                    self.inner().clock.sleep(PAUSE).await;
                }
                None => break,
            }
        }
        self.inner().gate.open();
        tracing::info!(open = found.open, settled = found.settled, "the start-up pass is through");
        found
    }

    /// Runs until `stop` is done: looks at what is due, with back-off, and keeps the ledger of working orders.
    pub async fn keep_settling<F: Future<Output = ()> + Send>(&self, stop: F) {
        let mut stop = Box::pin(stop);
        loop {
            let pass = async {
                let pause = match self.due_now().await {
                    Ok(due) => {
                        let counted = AtomicUsize::new(0);
                        self.settle(&due, &counted).await;
                        self.sweep(&due).await;
                        // All that was due may still be in hand elsewhere, so there is always a pause.
                        PAUSE
                    }
                    Err(error) => {
                        tracing::warn!(%error, "what is due cannot be read");
                        PAUSE_FAILED
                    }
                };
                self.inner().clock.sleep(pause).await;
            };
            // A look that is cut off has seen nothing, so a stop may come at any point of a pass.
            let both = async { tokio::join!(pass, Box::pin(self.settle_exercises())) };
            tokio::select! {
                biased;
                () = &mut stop => return,
                ((), ()) = both => {}
            }
        }
    }

    /// No new intents from now on.
    pub fn stop_accepting(&self) {
        self.inner().gate.stop();
    }

    /// Waits until everything in flight has reached a durable state, at most `within`. Returns whether it did.
    pub async fn drain(&self, within: Duration) -> bool {
        self.within(within, self.inner().gate.emptied()).await.is_some()
    }

    async fn due_now(&self) -> Result<Vec<DueIntent>, StoreError> {
        Box::pin(self.inner().store.system()).await?.due_intents(PASS_MAX).await
    }

    async fn open_now(&self) -> Result<Vec<DueIntent>, StoreError> {
        Box::pin(self.inner().store.system()).await?.open_intents(START_MAX).await
    }

    async fn settle(&self, due: &[DueIntent], settled: &AtomicUsize) {
        stream::iter(due)
            .for_each_concurrent(ABREAST, |due| async move {
                match self.look(due.tenant, due.intent, Looker::Resolver).await {
                    Ok((_, intent, failure)) => {
                        if let Some(failure) = failure {
                            tracing::info!(intent = %due.intent, %failure, "a look failed; that proves nothing");
                        } else if matches!(intent.life.state, State::AtBroker | State::Over(_)) {
                            settled.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                    Err(refused) => tracing::warn!(intent = %due.intent, ?refused, "an intent could not be looked at"),
                }
            })
            .await;
    }
}
