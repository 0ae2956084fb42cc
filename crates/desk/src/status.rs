//! `/status`: what works and what does not.

use crate::accounts::unproved;
use crate::desk::Desk;
use crate::refused::{Refused, Trouble};
use crate::views::ServiceStatus;
use chrono::TimeDelta;
use domain::account::{Environment, LinkedAccount, MarketClock};
use domain::brokerage::Lane;
use domain::outcome::ReadFailure;
use domain::tenant::Tenant;
use futures::future::join_all;
use std::time::Duration;
use store::StoreError;

/// Longest wait for each part.
const PART: Duration = Duration::from_secs(4);

impl Desk {
    /// Never fails: what cannot be asked is part of the answer.
    pub async fn status(&self, tenant: Tenant) -> ServiceStatus {
        let database = self.database().await;
        let own = self.within(PART, self.own(tenant)).await.unwrap_or(Err(StoreError::Timeout));
        let (accounts, unconfirmed) = own.unwrap_or_default();
        let first_of = |environment| accounts.iter().find(|account| account.environment == environment);
        let asked = [Environment::Paper, Environment::Live]
            .into_iter()
            .filter_map(|environment| first_of(environment).map(|account| (environment, account)))
            .map(|(environment, account)| async move { (environment, self.market(tenant, account).await) });
        let brokers = join_all(asked).await;
        ServiceStatus {
            database,
            brokers,
            unconfirmed,
            settled: self.inner().gate.has_settled(),
            since: self.inner().since,
            clocks: self.inner().clocks.read(),
        }
    }

    async fn database(&self) -> Result<Duration, Trouble> {
        let began = self.inner().clock.elapsed();
        let asked = self.within(PART, self.look_at_clock()).await;
        match asked {
            Some(Ok(())) => Ok(self.inner().clock.elapsed().saturating_sub(began)),
            Some(Err(_)) | None => Err(Trouble::Database),
        }
    }

    async fn own(&self, tenant: Tenant) -> Result<(Vec<LinkedAccount>, usize), StoreError> {
        let mut tx = self.tx(tenant).await?;
        let accounts = tx.accounts().await?;
        let mut unconfirmed = 0;
        for account in &accounts {
            unconfirmed += unproved(&mut tx, account).await?.len();
        }
        Ok((accounts, unconfirmed))
    }

    async fn market(&self, tenant: Tenant, account: &LinkedAccount) -> Result<MarketClock, Trouble> {
        let opened = match self.open(tenant, Some(account.name.as_str())).await {
            Ok(opened) => opened,
            Err(Refused::Trouble(trouble)) => return Err(trouble),
            Err(_) => return Err(Trouble::Broker(ReadFailure::Credentials)),
        };
        let wait = self.inner().brokerage.wait(&opened.access.meter, Lane::Reads);
        if wait >= PART {
            // Our own line, not Alpaca's silence.
            let until = TimeDelta::from_std(wait).ok().map(|wait| self.inner().clock.now() + wait);
            return Err(Trouble::Broker(ReadFailure::RateLimited { until }));
        }
        let read = self.read(PART, self.market_time(&opened.access)).await;
        if read == Err(ReadFailure::Credentials) {
            self.note_keys_refused(tenant, account).await;
        }
        read.map_err(Trouble::Broker)
    }
}
