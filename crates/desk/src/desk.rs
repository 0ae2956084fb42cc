//! The desk itself: what every use case works with.

use crate::directory::Directory;
use crate::doors::{Doors, Noted};
use crate::gate::{Gate, InHand};
use crate::queue::Queues;
use crate::session::Session;
use crate::sweep::Swept;
use crate::tape::Tape;
use chrono::{DateTime, Utc};
use domain::brokerage::{Brokerage, Lane, MarketData, Meter};
use domain::clock::Clock;
use domain::drift::ClockWatch;
use domain::ids::IntentId;
use domain::market::Screen;
use domain::records::Records;
use domain::tenant::Tenant;
use rust_decimal::Decimal;
use std::future::Future;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{AuditEntry, Store, StoreError, TenantTx};
use vault::KeyRing;

/// What a desk is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The master keys.
    pub ring: KeyRing,
    /// The broker's trading side.
    pub brokerage: Arc<dyn Brokerage>,
    /// The broker's market data.
    pub market: Arc<dyn MarketData>,
    /// What people look at of the market.
    pub screen: Arc<dyn Screen>,
    /// The broker's records of accounts.
    pub records: Arc<dyn Records>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Limits.
    pub limits: Limits,
    /// Who is let in.
    pub doors: Doors,
}

/// Limits of the desk, with defaults a friend group would choose.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a confirm card is good for.
    pub ticket: Duration,
    /// How long an open form is good for; Discord's token lives as long.
    pub form: Duration,
    /// How far (as a fraction) the quote may move between card and click before the desk asks again.
    pub tolerance: Decimal,
    /// Accounts per user.
    pub accounts: usize,
    /// Whether real money is traded at all.
    pub live: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            ticket: Duration::from_mins(1),
            form: Duration::from_mins(15),
            tolerance: Decimal::new(1, 2),
            accounts: 10,
            live: true,
        }
    }
}

/// The desk. Cheap to clone; every clone is the same desk.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
    /// The budget that the use case under way on this clone has to pass, for [`Desk::queued`]. Only on a clone that is
    /// [`Desk::apart`]: on the others, use cases of many users run side by side.
    paying: Option<Arc<Mutex<Option<Meter>>>>,
}

/// The parts, and what the desk keeps in memory. None of it is needed to finish an order.
pub(crate) struct Inner {
    parts: Parts,
    pub(crate) gate: Gate,
    pub(crate) queues: Queues,
    pub(crate) directory: Directory,
    pub(crate) session: Session,
    /// Intents that a task of this process is working with.
    pub(crate) in_hand: InHand<IntentId>,
    pub(crate) swept: Swept,
    pub(crate) clocks: ClockWatch,
    pub(crate) noted: Noted,
    pub(crate) tape: Tape,
    pub(crate) since: DateTime<Utc>,
}

impl Desk {
    /// A desk that refuses trades until [`Desk::settle_at_start`] is through.
    pub fn new(parts: Parts) -> Self {
        let since = parts.clock.now();
        Self {
            inner: Arc::new(Inner {
                parts,
                gate: Gate::shut(),
                queues: Queues::default(),
                directory: Directory::default(),
                session: Session::default(),
                in_hand: InHand::default(),
                swept: Swept::default(),
                clocks: ClockWatch::default(),
                noted: Noted::default(),
                tape: Tape::default(),
                since,
            }),
            paying: None,
        }
    }

    /// Who is let in.
    pub fn doors(&self) -> &Doors {
        &self.inner.doors
    }

    /// The same desk, for one use case whose waiting somebody wants to see.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), paying: Some(Arc::default()) }
    }

    /// How long the use case under way on this clone would still wait for its account's request budget, about. Zero before
    /// it is known which account that is, and on a clone that is not [`Desk::apart`].
    pub fn queued(&self, lane: Lane) -> Duration {
        let paying = self.paying.as_ref();
        let paying = paying.and_then(|paying| paying.lock().unwrap_or_else(PoisonError::into_inner).clone());
        paying.map_or(Duration::ZERO, |meter| self.inner.brokerage.wait(&meter, lane))
    }

    /// Notes whose budget pays.
    pub(crate) fn pays(&self, meter: &Meter) {
        if let Some(paying) = &self.paying {
            *paying.lock().unwrap_or_else(PoisonError::into_inner) = Some(meter.clone());
        }
    }

    /// The part of the desk that [`Desk`]'s own files work with.
    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// A transaction in which only this user's rows exist. Boxed: the way to a connection is a large future, and every use
    /// case would carry its size.
    pub(crate) async fn tx(&self, tenant: Tenant) -> Result<TenantTx, StoreError> {
        Box::pin(self.inner.store.tenant(tenant)).await
    }

    /// The same, with a commit that does not wait for the disk; see [`Store::tenant_relaxed`].
    pub(crate) async fn tx_relaxed(&self, tenant: Tenant) -> Result<TenantTx, StoreError> {
        Box::pin(self.inner.store.tenant_relaxed(tenant)).await
    }

    /// Notes what was turned down. That it could not be noted changes nothing for the caller: nothing was done.
    pub(crate) async fn note(&self, tenant: Tenant, entry: &AuditEntry) {
        let noted = async {
            let mut tx = self.tx_relaxed(tenant).await?;
            tx.audit(entry).await?;
            tx.commit().await
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, action = entry.action.as_str(), "what was turned down could not be noted");
        }
    }

    /// What `work` brings, if it brings it within `span` on the desk's clock.
    pub(crate) async fn within<T>(&self, span: Duration, work: impl Future<Output = T> + Send) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.inner.clock.sleep(span) => None,
        }
    }
}

impl Deref for Inner {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}
