use super::world::alice;
use crate::boot::{BootRefusal, check};
use crate::migrate::MIGRATIONS;
use crate::testing::TestDb;
use crate::{Limits, MigrateError, Store, StoreError, migrate};
use std::time::Duration;

async fn refusal_of(db: &TestDb, role: &str) -> BootRefusal {
    let store = Store::connect(&db.url_of(role), Limits { connections: 1, ..Limits::default() }).await.unwrap();
    let refusal = check(&store).await.unwrap_err();
    store.close().await;
    assert!(refusal.to_string().ends_with(['.', '?']), "a plain sentence: {refusal}");
    refusal
}

#[tokio::test]
async fn a_sound_database_is_served_and_migrating_it_again_changes_nothing() {
    let db = TestDb::new().await;
    assert_eq!(check(db.store()).await, Ok(()));
    assert_eq!(migrate(&db.owner_url()).await, Ok(vec![]));
}

#[tokio::test]
async fn roles_that_the_wall_does_not_hold_are_refused() {
    // Roles belong to the whole server, so this test has one to itself.
    let db = TestDb::alone().await;
    assert!(matches!(refusal_of(&db, "paddock_admin").await, BootRefusal::Superuser(_)));
    assert!(matches!(refusal_of(&db, "paddock_owner").await, BootRefusal::Owner(_)));
    db.as_superuser("ALTER ROLE paddock_app BYPASSRLS").await;
    assert!(matches!(refusal_of(&db, "paddock_app").await, BootRefusal::BypassRls(_)));
    db.as_superuser("ALTER ROLE paddock_app NOBYPASSRLS; GRANT paddock_owner TO paddock_app").await;
    assert!(matches!(refusal_of(&db, "paddock_app").await, BootRefusal::Owner(_)));
    db.as_superuser("REVOKE paddock_owner FROM paddock_app; GRANT paddock_jobs TO paddock_app").await;
    assert!(matches!(refusal_of(&db, "paddock_app").await, BootRefusal::Owner(_)));
    db.as_superuser("REVOKE paddock_jobs FROM paddock_app; ALTER TABLE app.fills OWNER TO paddock_app").await;
    assert!(matches!(refusal_of(&db, "paddock_app").await, BootRefusal::Owner(_)));
    db.as_superuser("ALTER TABLE app.fills OWNER TO paddock_owner").await;
    assert_eq!(check(db.store()).await, Ok(()));
}

#[tokio::test]
async fn a_table_without_its_wall_is_refused_by_name() {
    let db = TestDb::new().await;
    db.as_superuser("ALTER TABLE app.fills NO FORCE ROW LEVEL SECURITY").await;
    assert_eq!(refusal_of(&db, "paddock_app").await, BootRefusal::Unprotected("fills".into()));
    db.as_superuser("ALTER TABLE app.orders DISABLE ROW LEVEL SECURITY; CREATE TABLE app.extra ()").await;
    assert_eq!(refusal_of(&db, "paddock_app").await, BootRefusal::Unprotected("extra, fills, orders".into()));
}

#[tokio::test]
async fn migrations_that_are_missing_unknown_dirty_or_altered_are_refused() {
    let cases = [
        ("DELETE FROM app._sqlx_migrations WHERE version = 4", BootRefusal::MigrationMissing(4)),
        (
            "INSERT INTO app._sqlx_migrations VALUES (9999, 'later', now(), true, '', 0)",
            BootRefusal::MigrationUnknown(9999),
        ),
        ("UPDATE app._sqlx_migrations SET success = false WHERE version = 2", BootRefusal::MigrationDirty(2)),
        ("UPDATE app._sqlx_migrations SET checksum = '' WHERE version = 3", BootRefusal::MigrationDiffers(3)),
        ("REVOKE SELECT ON app._sqlx_migrations FROM paddock_app", BootRefusal::NoSchema),
        ("DROP SCHEMA app CASCADE", BootRefusal::NoSchema),
    ];
    for (sql, refusal) in cases {
        let db = TestDb::new().await;
        db.as_superuser(sql).await;
        assert_eq!(refusal_of(&db, "paddock_app").await, refusal, "{sql}");
    }
}

#[tokio::test]
async fn migrating_says_what_is_wrong() {
    let db = TestDb::new().await;
    db.as_superuser("UPDATE app._sqlx_migrations SET checksum = '' WHERE version = 3").await;
    assert_eq!(migrate(&db.owner_url()).await, Err(MigrateError::Differs(3)));
    db.as_superuser("DROP SCHEMA app CASCADE").await;
    assert_eq!(migrate(&db.owner_url()).await, Err(MigrateError::NoSchema));
    db.as_superuser(crate::BOOTSTRAP).await;
    assert_eq!(migrate(&db.owner_url()).await, Ok(MIGRATIONS.iter().map(|file| file.version).collect()));
    assert_eq!(check(db.store()).await, Ok(()));
    assert_eq!(migrate("postgres://nobody@localhost:1/none").await, Err(MigrateError::Unreachable));
}

#[tokio::test]
async fn a_server_that_stops_answering_costs_a_bounded_wait_and_a_restart_is_survived() {
    let mut db = TestDb::alone().await;
    db.pause();
    let paused = db.store().system().await.map(drop);
    db.resume();
    assert!(matches!(paused, Err(crate::StoreError::Unavailable | crate::StoreError::Timeout)), "{paused:?}");
    db.restart().await;
    let mut answered = false;
    for _ in 0..20 {
        if let Ok(mut system) = db.store().system().await {
            answered = system.time().await.is_ok();
        }
        if answered {
            break;
        }
    }
    assert!(answered, "the pool finds the restarted server");
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_ambiguous_and_a_read_afterwards_tells() {
    let mut db = TestDb::alone().await;
    let limits = Limits { connections: 2, statement: Duration::from_millis(200), ..Limits::default() };
    let store = Store::connect(&db.app_url(), limits).await.unwrap();
    let begun = async |locale: &str| {
        let mut tx = store.tenant(alice()).await.unwrap();
        tx.ensure_user(Some(locale)).await.unwrap();
        tx
    };
    let tx = begun("de").await;
    db.pause();
    let paused = tx.commit().await;
    db.resume();
    assert_eq!(paused, Err(StoreError::Ambiguous));
    // It had arrived: only a later read can know.
    let mut known = None;
    for _ in 0..500 {
        known.clone_from(&db.as_superuser("SELECT max(locale) FROM app.users").await[0][0]);
        if known.is_some() {
            break;
        }
    }
    assert_eq!(known.as_deref(), Some("de"));
    let tx = begun("fr").await;
    db.restart().await;
    assert_eq!(tx.commit().await, Err(StoreError::Ambiguous));
}
