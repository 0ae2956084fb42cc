//! P14: the audit book shows tampering.

use super::world::{World, alice, eve, everything};
use crate::{AuditAction, AuditEntry, AuditFilter, AuditHead, AuditVerdict, Books, HouseAction, TenantTx, text_hash};
use domain::ids::{AccountId, BrokerOrderId, IntentId, InteractionId};
use domain::tenant::Origin;
use futures::future::join_all;
use serde_json::json;
use uuid::Uuid;

const ALICE: i64 = 111;

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

/// The database's own word on Alice's chain, which must be that of a walk from outside.
async fn verdict(world: &World) -> AuditVerdict {
    let own = world.tx().await.audit_verify().await.unwrap();
    let books = Books::connect(&world.db.audit_url()).await.unwrap();
    let mut walked = 0;
    assert_eq!(books.check(ALICE, &[], |entries| walked += entries).await.unwrap(), own);
    own
}

/// The ends of all chains, as they would have been published now.
async fn publish(world: &World) -> Vec<AuditHead> {
    let mut system = world.db.store().system().await.unwrap();
    let heads = system.audit_heads().await.unwrap();
    heads.into_iter().filter(|(subject, _)| *subject == ALICE).map(|(_, head)| head).collect()
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
        ("UPDATE app.audit SET account_id = gen_random_uuid() WHERE user_id = 111 AND seq = 3", 3),
        ("UPDATE app.audit SET intent_id = gen_random_uuid() WHERE user_id = 111 AND seq = 3", 3),
        ("UPDATE app.audit SET broker_order_id = gen_random_uuid() WHERE user_id = 111 AND seq = 3", 3),
        ("UPDATE app.audit SET message_id = 5 WHERE user_id = 111 AND seq = 3", 3),
        ("UPDATE app.audit SET guild_id = 5 WHERE user_id = 111 AND seq = 3", 3),
        ("UPDATE app.audit SET form = 1 WHERE user_id = 111 AND seq = 3", 3),
        ("UPDATE app.audit SET form = 3 WHERE user_id = 111 AND seq = 3", 3),
        ("UPDATE app.audit SET hash = prev_hash WHERE user_id = 111 AND seq = 3", 3),
        ("UPDATE app.audit SET prev_hash = hash WHERE user_id = 111 AND seq = 3", 3),
        ("UPDATE app.audit_heads SET seq = 4 WHERE user_id = 111", 5),
        ("UPDATE app.audit_heads SET seq = 6 WHERE user_id = 111", 6),
        // A beginning that is said to be gone, and is not.
        ("UPDATE app.audit_heads SET gone_seq = 2, gone_hash = '\\x00' WHERE user_id = 111", 3),
        // Two entries change places, numbers and all.
        (
            "UPDATE app.audit a SET action = b.action, detail = b.detail FROM app.audit b
           WHERE a.user_id = 111 AND b.user_id = 111 AND a.seq IN (2, 4) AND b.seq = 6 - a.seq",
            2,
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
    println!(
        "PROMISE P14 (chain) cases={0} violations={1} mutations_tried={0} detected={found}",
        cases.len(),
        cases.len() - found
    );
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
    assert_eq!(rows.len(), 4, "the house's own entry, Alice's two and Eve's one");
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

/// Makes a chain anew from an entry on, ends and all: what only a superuser can do, and no chain can show.
const REHASH: &str = "DO $$
    DECLARE entry app.audit; before bytea := app.audit_genesis(111);
    BEGIN
        FOR entry IN SELECT * FROM app.audit WHERE user_id = 111 ORDER BY seq LOOP
            entry.prev_hash := before;
            before := app.audit_digest(entry);
            UPDATE app.audit SET prev_hash = entry.prev_hash, hash = before WHERE user_id = 111 AND seq = entry.seq;
        END LOOP;
        UPDATE app.audit_heads SET hash = before, seq = (SELECT max(seq) FROM app.audit WHERE user_id = 111)
         WHERE user_id = 111;
    END $$";

#[tokio::test]
async fn a_chain_that_a_superuser_made_anew_is_found_by_its_published_end() {
    let cases = [
        (format!("UPDATE app.audit SET detail = '{{\"n\": 9}}' WHERE user_id = 111 AND seq = 2; {REHASH}"), 5),
        (format!("UPDATE app.audit SET at = at - interval '1 day' WHERE user_id = 111 AND seq = 5; {REHASH}"), 5),
        (format!("UPDATE app.audit SET action = 'x' WHERE user_id = 111 AND seq = 1; {REHASH}"), 5),
        (format!("DELETE FROM app.audit WHERE user_id = 111 AND seq = 5; {REHASH}"), 5),
        (format!("DELETE FROM app.audit WHERE user_id = 111 AND seq > 2; {REHASH}"), 3),
        (
            format!(
                "DELETE FROM app.audit WHERE user_id = 111 AND seq = 2;
                 UPDATE app.audit SET seq = seq - 1 WHERE user_id = 111 AND seq > 2; {REHASH}"
            ),
            5,
        ),
        ("DELETE FROM app.audit WHERE user_id = 111; DELETE FROM app.audit_heads WHERE user_id = 111".to_owned(), 1),
    ];
    let (mut found, mut by_chain) = (0, 0);
    for (tampering, place) in &cases {
        let world = chain(5).await;
        let published = publish(&world).await;
        world.db.as_superuser(&format!("SET session_replication_role = replica; {tampering}")).await;
        by_chain += u32::from(matches!(verdict(&world).await, AuditVerdict::BrokenAt(_)));
        let books = Books::connect(&world.db.audit_url()).await.unwrap();
        let said = books.check(ALICE, &published, |_| ()).await.unwrap();
        assert_eq!(said, AuditVerdict::NotAsPublished(*place), "{tampering}");
        found += 1;
    }
    assert_eq!(by_chain, 0, "the chain alone cannot know: that is what the published ends are for");
    println!(
        "PROMISE P14 (anchor) cases={0} violations={1} mutations_tried={0} detected={found}",
        cases.len(),
        cases.len() - found
    );
}

/// Entries of before the second form stay as they were hashed, and the chain goes on from them.
#[tokio::test]
async fn a_chain_of_both_forms_is_whole() {
    let world = World::new().await;
    world.db.as_superuser("ALTER TABLE app.audit ALTER COLUMN form SET DEFAULT 1").await;
    let mut tx = world.tx().await;
    write(&mut tx, 1).await;
    tx.commit().await.unwrap();
    world.db.as_superuser("ALTER TABLE app.audit ALTER COLUMN form SET DEFAULT 2").await;
    let mut tx = world.tx().await;
    write(&mut tx, 2).await;
    tx.commit().await.unwrap();
    assert!(matches!(verdict(&world).await, AuditVerdict::Whole(Some(head)) if head.seq == 3));
    let forms: Vec<_> = world.tx().await.audit_after(0, 9).await.unwrap().iter().map(|entry| entry.form).collect();
    assert_eq!(forms, [2, 1, 2]);
    world.db.as_superuser("SET session_replication_role = replica; UPDATE app.audit SET form = 2 WHERE seq = 2").await;
    assert_eq!(verdict(&world).await, AuditVerdict::BrokenAt(2));
}

#[tokio::test]
async fn an_entry_says_who_where_when_and_of_which_order_and_is_found_by_each() {
    let world = World::new().await;
    let (intent, order) = (IntentId(Uuid::from_u128(7)), BrokerOrderId(Uuid::from_u128(8)));
    let origin =
        Origin { interaction: Some(InteractionId(1_200_000_000_000_000_000)), message: Some(55), guild: Some(77) };
    let mut tx = world.db.store().tenant(alice().by(origin)).await.unwrap();
    let sent = AuditEntry { intent: Some(intent), ..AuditEntry::of(AuditAction::OrderSent) };
    tx.audit(&sent).await.unwrap();
    let landed = AuditEntry {
        account: Some(world.paper),
        intent: Some(intent),
        broker_order: Some(order),
        request_id: Some("request-9".into()),
        ..AuditEntry::of(AuditAction::OrderLanded)
    };
    tx.audit(&landed).await.unwrap();
    tx.audit(&AuditEntry { broker_order: Some(order), ..AuditEntry::of(AuditAction::CancelRequested) }).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = world.tx().await;
    for id in [intent.0, order.0] {
        let found = tx.audit_page(&AuditFilter::Order(id), None, 10).await.unwrap();
        let acts: Vec<_> = found.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(acts, ["cancel_requested", "order_landed", "order_sent"], "by {id}");
        assert_eq!(tx.audit_page(&AuditFilter::Order(id), Some(found[1].seq), 10).await.unwrap().len(), 1);
    }
    let found = tx.audit_page(&everything(), None, 2).await.unwrap().remove(1);
    assert_eq!((found.subject, found.message, found.guild), (ALICE, Some(55), Some(77)));
    assert_eq!(found.request_id.as_deref(), Some("request-9"));
    assert_eq!(found.interaction.unwrap().made_at().unwrap().to_rfc3339(), "2024-01-25T08:51:34.921+00:00");
    let AuditFilter::Where { from, until, .. } = everything() else { panic!("a search by time") };
    let cases = [
        (AuditFilter::Where { from, until: found.at, account: None, action: None, but: None }, 2),
        (AuditFilter::Where { from: found.at, until, account: None, action: None, but: None }, 2),
        (AuditFilter::Where { from, until, account: Some(world.paper), action: None, but: None }, 1),
        (AuditFilter::Where { from, until, account: Some(AccountId(Uuid::nil())), action: None, but: None }, 0),
        (AuditFilter::Where { from, until, account: None, action: Some("order_sent".into()), but: None }, 1),
        (AuditFilter::Where { from, until, account: None, action: None, but: Some(AuditAction::OrderSent) }, 3),
        (AuditFilter::Order(Uuid::from_u128(9)), 0),
    ];
    for (filter, expected) in cases {
        assert_eq!(tx.audit_page(&filter, None, 10).await.unwrap().len(), expected, "{filter:?}");
    }
}

/// The text that our own reader puts together is the one that the schema hashed.
#[tokio::test]
async fn what_is_hashed_is_what_is_read() {
    let world = chain(3).await;
    let stored =
        world.db.as_superuser("SELECT app.audit_text(a) FROM app.audit a WHERE user_id = 111 ORDER BY seq").await;
    let read = world.tx().await.audit_after(0, 10).await.unwrap();
    assert_eq!(read.len(), stored.len());
    for (read, stored) in read.iter().zip(stored) {
        assert_eq!(Some(read.text.as_str()), stored[0].as_deref());
        assert_eq!(text_hash(&read.text).len(), 32);
    }
}

#[tokio::test]
async fn the_operator_s_acts_have_a_chain_of_their_own_and_the_schema_s_coming_is_its_first() {
    let world = World::new().await;
    let mut system = world.db.store().system().await.unwrap();
    system.audit_house(HouseAction::KeysRotated, &json!({ "resealed": 3 })).await.unwrap();
    system.commit().await.unwrap();
    let books = Books::connect(&world.db.audit_url()).await.unwrap();
    let entries = books.look().await.unwrap().entries(0, 0, 10).await.unwrap();
    let acts: Vec<_> = entries.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(acts, ["migrated", "keys_rotated"]);
    assert!(matches!(books.check(0, &[], |_| ()).await.unwrap(), AuditVerdict::Whole(Some(head)) if head.seq == 2));
    let all: Vec<_> = books.look().await.unwrap().all().await.unwrap().iter().map(|book| book.subject).collect();
    assert_eq!(all, [0, ALICE]);
    // The app cannot write into it past the function, nor as it a user's.
    let forged =
        "BEGIN; SET LOCAL app.user_id = '111'; INSERT INTO app.audit (user_id, action, detail) VALUES (0, 'x', '{}')";
    assert_eq!(world.db.try_as("paddock_app", forged).await.unwrap_err(), "42501");
}

#[tokio::test]
async fn nothing_goes_before_it_is_seven_years_old_and_the_chain_goes_on_after_it() {
    let world = World::new().await;
    // Two entries of long ago, a third of now.
    world.db.as_superuser(
        "INSERT INTO app.subjects VALUES (333, 333);
         CREATE TABLE app.audit_2016_03 PARTITION OF app.audit FOR VALUES FROM ('2016-03-01 00:00Z') TO ('2016-04-01 00:00Z');
         ALTER TABLE app.audit_2016_03 OWNER TO paddock_owner;
         INSERT INTO app.audit (user_id, at, action, detail) VALUES (333, '2016-03-05', 'a', '{}'), (333, '2016-03-06', 'b', '{}');
         INSERT INTO app.audit (user_id, action, detail) VALUES (333, 'c', '{}')").await;
    let month = "date_trunc('month', now() AT TIME ZONE 'UTC')::date";
    let mut refused = 0;
    for before in [
        format!("({month} - interval '7 years' + interval '1 day')::date"),
        month.to_owned(),
        "'infinity'::date".to_owned(),
    ] {
        assert_eq!(
            world.db.try_as("paddock_owner", &format!("SELECT app.audit_prune({before})")).await.unwrap_err(),
            "42501"
        );
        refused += 1;
    }
    for role in ["paddock_app", "paddock_audit"] {
        assert_eq!(world.db.try_as(role, "SELECT app.audit_prune('2017-01-01')").await.unwrap_err(), "42501");
        refused += 1;
    }
    let pruned = world.db.as_owner(&format!("SELECT app.audit_prune(({month} - interval '7 years')::date)")).await;
    assert_eq!(pruned[0][0].as_deref(), Some("1"), "the months between are younger, or never were");
    let books = Books::connect(&world.db.audit_url()).await.unwrap();
    let AuditVerdict::Whole(Some(head)) = books.check(333, &[], |_| ()).await.unwrap() else { panic!("broken") };
    assert_eq!(head.seq, 3);
    let acts =
        world.db.as_superuser("SELECT action FROM app.audit WHERE user_id IN (0, 333) ORDER BY user_id, seq").await;
    assert_eq!(acts.iter().map(|row| row[0].clone().unwrap()).collect::<Vec<_>>(), ["migrated", "book_pruned", "c"]);
    let own = world.db.try_as("paddock_audit", "SELECT entries, broken_at FROM app.audit_verify(333)").await.unwrap();
    assert_eq!(own[0], [Some("3".to_owned()), None]);
    println!("PROMISE P14 (retention) cases={} violations=0 refused={refused}", refused + 1);
}
