//! P14: the audit book shows tampering.

use super::world::{World, alice, eve};
use crate::{AuditAction, AuditEntry, AuditVerdict, TenantTx};
use futures::future::join_all;
use serde_json::json;

async fn write(tx: &mut TenantTx, n: i64) {
    let entry = AuditEntry { detail: json!({ "n": n }), ..AuditEntry::of(AuditAction::OrderLanded) };
    tx.audit(&entry).await.unwrap();
}

/// Alice's chain with `entries` in it (one is the world's).
async fn chain(entries: i64) -> World {
    let world = World::new().await;
    let mut tx = world.tx().await;
    for n in 1..entries {
        write(&mut tx, n).await;
    }
    tx.commit().await.unwrap();
    world
}

async fn verdict(world: &World) -> AuditVerdict {
    let mut tx = world.tx().await;
    let own = tx.audit_verify().await.unwrap();
    let mut system = world.db.store().system().await.unwrap();
    let all = system.audit_verify_all().await.unwrap();
    assert_eq!(all.iter().find(|(tenant, _)| *tenant == alice()).map_or(&AuditVerdict::Whole(None), |(_, v)| v), &own);
    own
}

#[tokio::test]
async fn nobody_but_a_superuser_changes_the_book() {
    let world = chain(3).await;
    let mut cases = 0;
    for role in ["paddock_app", "paddock_owner", "paddock_audit"] {
        for sql in [
            "UPDATE app.audit SET action = 'x'",
            "DELETE FROM app.audit",
            "TRUNCATE app.audit",
            "TRUNCATE app.audit_default",
            "UPDATE app.audit_heads SET seq = 0",
            "DELETE FROM app.audit_heads",
        ] {
            // The owner, held by the wall as well, finds no row to change; truncating is stopped by the trigger.
            let sql = format!("BEGIN; SET LOCAL app.user_id = '111'; {sql}; COMMIT");
            let answer = world.db.try_as(role, &sql).await;
            assert!(answer.is_err() || role == "paddock_owner", "{role}: {sql}");
            cases += 1;
        }
        let forged = "BEGIN; SET LOCAL app.user_id = '111';
            INSERT INTO app.audit (user_id, seq, prev_hash, hash, action, detail) VALUES (111, 9, '', '', 'x', '{}')";
        assert!(world.db.try_as(role, forged).await.is_err(), "{role} names a place in the chain");
        cases += 1;
    }
    assert_eq!(world.db.try_as("paddock_owner", "TRUNCATE app.audit").await.unwrap_err(), "42501");
    assert_eq!(
        world.db.as_superuser("SELECT count(*) FROM app.audit WHERE user_id = 111").await[0][0].as_deref(),
        Some("3")
    );
    assert!(matches!(verdict(&world).await, AuditVerdict::Whole(Some(head)) if head.seq == 3));
    println!("PROMISE P14 (grants) cases={cases} violations=0");
}

#[tokio::test]
async fn every_edit_of_a_superuser_is_found_at_its_place() {
    let cases = [
        ("UPDATE app.audit SET detail = '{\"n\": 9}' WHERE user_id = 111 AND seq = 3", 3),
        ("UPDATE app.audit SET at = at + interval '1 microsecond' WHERE user_id = 111 AND seq = 2", 2),
        ("UPDATE app.audit SET action = 'order_refused' WHERE user_id = 111 AND seq = 4", 4),
        ("UPDATE app.audit SET interaction_id = 5 WHERE user_id = 111 AND seq = 1", 1),
        ("UPDATE app.audit SET request_id = 'x' WHERE user_id = 111 AND seq = 5", 5),
        ("DELETE FROM app.audit WHERE user_id = 111 AND seq = 2", 2),
        ("DELETE FROM app.audit WHERE user_id = 111 AND seq = 1", 1),
        ("DELETE FROM app.audit WHERE user_id = 111 AND seq = 5", 5),
        ("DELETE FROM app.audit WHERE user_id = 111 AND seq > 3", 4),
        ("DELETE FROM app.audit WHERE user_id = 111", 1),
        ("UPDATE app.audit SET seq = 6 - seq WHERE user_id = 111 AND seq IN (2, 4)", 2),
        ("UPDATE app.audit SET user_id = 222 WHERE user_id = 111 AND seq = 3", 3),
        // One entry with its own hash made anew: the next one still knows the old hash.
        (
            "UPDATE app.audit SET action = 'x' WHERE user_id = 111 AND seq = 3;
          UPDATE app.audit a SET hash = app.audit_digest(a) WHERE user_id = 111 AND seq = 3",
            4,
        ),
        ("UPDATE app.audit_heads SET hash = '\\x00' WHERE user_id = 111", 5),
        ("DELETE FROM app.audit_heads WHERE user_id = 111", 1),
    ];
    let mut found = 0;
    for (tampering, place) in cases {
        let world = chain(5).await;
        assert!(matches!(verdict(&world).await, AuditVerdict::Whole(Some(head)) if head.seq == 5));
        world.db.as_superuser(&format!("SET session_replication_role = replica; {tampering}")).await;
        assert_eq!(verdict(&world).await, AuditVerdict::BrokenAt(place), "{tampering}");
        found += 1;
    }
    println!("PROMISE P14 (tampering) cases={} violations={} detected={found}", cases.len(), cases.len() - found);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_of_one_user_make_one_whole_chain() {
    let world = World::new().await;
    let writers = (0..8).map(|writer| {
        let store = world.db.store().clone();
        tokio::spawn(async move {
            for n in 0..20 {
                let mut tx = store.tenant(alice()).await.unwrap();
                write(&mut tx, writer * 100 + n).await;
                if n % 5 == 0 {
                    drop(tx);
                } else {
                    tx.commit().await.unwrap();
                }
            }
        })
    });
    for done in join_all(writers).await {
        done.unwrap();
    }
    assert!(matches!(verdict(&world).await, AuditVerdict::Whole(Some(head)) if head.seq == 1 + 8 * 16));
}

#[tokio::test]
async fn the_audit_role_reads_every_book_and_nothing_else() {
    let world = chain(2).await;
    let mut tx = world.db.store().tenant(eve()).await.unwrap();
    write(&mut tx, 1).await;
    tx.commit().await.unwrap();
    let rows = world.db.try_as("paddock_audit", "SELECT user_id, seq FROM app.audit ORDER BY 1, 2").await.unwrap();
    assert_eq!(rows.len(), 3);
    let verified =
        world.db.try_as("paddock_audit", "SELECT entries, broken_at FROM app.audit_verify(111)").await.unwrap();
    assert_eq!(verified[0], [Some("2".to_owned()), None]);
    for table in ["users", "accounts", "credentials", "intents"] {
        assert_eq!(world.db.try_as("paddock_audit", &format!("SELECT * FROM app.{table}")).await.unwrap_err(), "42501");
    }
}

#[tokio::test]
async fn a_month_gets_its_partition_ahead_and_the_wall_stands_on_it() {
    let world = chain(3).await;
    let mut system = world.db.store().system().await.unwrap();
    assert_eq!(
        system.audit_partitions_ahead(5).await.unwrap(),
        3,
        "this month and two more were made by the migration"
    );
    assert_eq!(system.audit_partitions_ahead(5).await.unwrap(), 0);
    system.commit().await.unwrap();
    crate::boot::check(world.db.store()).await.unwrap();
    // Entries that fell into the default partition stay there.
    world.db.as_superuser("SET session_replication_role = replica; INSERT INTO app.audit (user_id, seq, at, prev_hash, hash, action, detail)
        VALUES (9, 1, date_trunc('month', now()) + interval '6 months 1 day', '', '', 'x', '{}')").await;
    let mut system = world.db.store().system().await.unwrap();
    assert_eq!(system.audit_partitions_ahead(7).await.unwrap(), 1, "the seventh, but not the sixth");
}
