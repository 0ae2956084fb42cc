//! Our clock held against those that we hear of anyway: Discord's, Alpaca's and the database's (`domain::drift`).

use crate::desk::Desk;
use domain::account::MarketClock;
use domain::brokerage::Access;
use domain::drift::{Offset, Reference};
use domain::ids::InteractionId;
use domain::outcome::ReadFailure;
use store::StoreError;

impl Desk {
    /// An interaction has just come in; its number says when Discord made it.
    pub fn heard_of(&self, interaction: InteractionId) {
        if let Some(made_at) = interaction.made_at() {
            self.note_clock(Reference::Discord, Offset::of_message(made_at, self.inner().clock.now()));
        }
    }

    /// Holds our clock against the database's, which dates the audit book.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn look_at_clock(&self) -> Result<(), StoreError> {
        let mut tx = Box::pin(self.inner().store.system()).await?;
        let clock = &self.inner().clock;
        let asked_at = clock.now();
        let theirs = tx.time().await?;
        self.note_clock(Reference::Database, Offset::of_answer(asked_at, theirs, clock.now()));
        Ok(())
    }

    /// The market's clock, which is Alpaca's own as well.
    pub(crate) async fn market_time(&self, on: &Access) -> Result<MarketClock, ReadFailure> {
        let clock = &self.inner().clock;
        let asked_at = clock.now();
        let read = self.inner().brokerage.clock(on).await?;
        self.note_clock(Reference::Alpaca, Offset::of_answer(asked_at, read.at, clock.now()));
        Ok(read)
    }

    fn note_clock(&self, reference: Reference, sample: Offset) {
        let told = self.inner().clocks.note(reference, sample, self.inner().clock.now());
        if let Some(offset) = told {
            tracing::warn!(
                kind = "clock_drift",
                of = reference.as_str(),
                ahead_ms = offset.num_milliseconds(),
                "our clock is 50 ms or more off; is the machine's time service running?"
            );
        }
    }
}
