//! What has to be done every day though nobody asks for it: what is of no more use goes, and the audit book has its pages for the
//! months to come, and its ends are published.

use crate::heads;
use chrono::{DateTime, Utc};
use domain::clock::Clock;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::{Store, StoreError};

const DAY: Duration = Duration::from_hours(24);
/// After a failure: the database may be back by then.
const AGAIN: Duration = Duration::from_hours(1);
/// Pages of the audit book that are ready. Without one, entries go to the default page, so being late loses nothing.
const MONTHS: u32 = 3;

/// Works now and then every day, until `stop` is done. A round that is cut off has changed nothing.
pub async fn keep<F: Future<Output = ()> + Send>(store: Store, heads: Option<PathBuf>, clock: Arc<dyn Clock>, stop: F) {
    let mut stop = Box::pin(stop);
    loop {
        let round = async {
            let done = once(&store).await.map_err(anyhow::Error::from);
            let pause = match done.and(publish(&store, heads.as_deref(), clock.now()).await) {
                Ok(()) => DAY,
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "housekeeping failed; it is tried again in an hour");
                    AGAIN
                }
            };
            clock.sleep(pause).await;
        };
        tokio::select! {
            biased;
            () = &mut stop => return,
            () = round => {}
        }
    }
}

/// The ends of the audit chains go where they cannot be made anew with the chains.
async fn publish(store: &Store, folder: Option<&Path>, now: DateTime<Utc>) -> anyhow::Result<()> {
    let told = heads::tell(store, now).await?;
    tracing::info!(told, "users are told where their audit books end");
    let Some(folder) = folder else { return Ok(()) };
    if let Some(file) = heads::publish(store, folder, now).await? {
        tracing::info!(file = %file.display(), "the ends of the audit chains are published");
    }
    Ok(())
}

/// Two commits: that old rows cannot go keeps no page from being made.
async fn once(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.system().await?;
    let pages = tx.audit_partitions_ahead(MONTHS).await?;
    tx.commit().await?;
    let mut tx = store.system().await?;
    let gone = tx.purge().await?;
    let notices = tx.purge_notices().await?;
    let views = tx.purge_views().await?;
    tx.commit().await?;
    let (forms, tickets, interactions) = (gone.forms, gone.tickets, gone.interactions);
    tracing::info!(pages, forms, tickets, interactions, notices, views, "the house is in order");
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use domain::clock::ManualClock;
    use store::testing::TestDb;
    use tokio::sync::oneshot;

    const PATIENCE: Duration = Duration::from_secs(30);

    fn clock() -> Arc<ManualClock> {
        Arc::new(ManualClock::at(DateTime::from_timestamp(1_790_000_000, 0).unwrap()))
    }

    async fn pages(db: &TestDb) -> u32 {
        let sql = "SELECT count(*)::text FROM pg_inherits WHERE inhparent = 'app.audit'::regclass";
        db.as_superuser(sql).await[0][0].as_deref().unwrap().parse().unwrap()
    }

    async fn old_interactions(db: &TestDb) -> String {
        let rows = db.as_superuser("SELECT count(*)::text FROM app.interactions").await;
        rows[0][0].clone().unwrap()
    }

    async fn add_old_interaction(db: &TestDb) {
        db.as_superuser(
            "INSERT INTO app.interactions (user_id, interaction_id, at) VALUES (1, 1, now() - interval '8 days')",
        )
        .await;
    }

    async fn until_gone(db: &TestDb, clock: &ManualClock, span: Duration) {
        let gone = async {
            while old_interactions(db).await != "0" {
                // The round may not be asleep yet, and what was slept through before it was does not count.
                clock.advance(span);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, gone).await.expect("it was thrown away in time");
    }

    #[tokio::test]
    async fn the_house_is_kept_at_start_and_every_day() {
        let db = TestDb::new().await;
        let clock = clock();
        add_old_interaction(&db).await;
        let (stop, stopped) = oneshot::channel::<()>();
        let keeping =
            tokio::spawn(keep(db.store().clone(), None, Arc::clone(&clock) as _, async { drop(stopped.await) }));
        until_gone(&db, &clock, Duration::ZERO).await;
        for _ in 0..2 {
            add_old_interaction(&db).await;
            until_gone(&db, &clock, DAY).await;
        }
        stop.send(()).unwrap();
        keeping.await.unwrap();
        assert!(pages(&db).await > MONTHS, "this month, the next ones, the default");
    }

    #[tokio::test]
    async fn a_failure_is_no_end_and_keeps_no_page_from_being_made() {
        let db = TestDb::new().await;
        let (clock, before) = (clock(), pages(&db).await);
        add_old_interaction(&db).await;
        db.as_superuser("ALTER FUNCTION app.job_purge RENAME TO away").await;
        assert!(once(db.store()).await.is_err());
        assert!(pages(&db).await >= before.max(MONTHS + 1));
        assert_eq!(old_interactions(&db).await, "1");
        let (stop, stopped) = oneshot::channel::<()>();
        let keeping =
            tokio::spawn(keep(db.store().clone(), None, Arc::clone(&clock) as _, async { drop(stopped.await) }));
        db.as_superuser("ALTER FUNCTION app.away RENAME TO job_purge").await;
        until_gone(&db, &clock, AGAIN).await;
        stop.send(()).unwrap();
        keeping.await.unwrap();
    }
}
