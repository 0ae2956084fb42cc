//! P19: leaving means gone, and the audit book stays whole.

use super::world::{World, alice, eve, tenant};
use crate::testing::TestDb;
use crate::{AuditAction, AuditEntry, AuditVerdict, Books, StoreError};

/// Tables with a column for a user, as the catalogue names them.
const OWNED: &str = "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'user_id' AND NOT a.attisdropped
    ORDER BY 1";

async fn rows_of(db: &TestDb, table: &str, user: i64) -> String {
    let sql = format!("SELECT count(*)::text FROM app.{table} WHERE user_id = {user}");
    db.as_superuser(&sql).await[0][0].clone().unwrap()
}

#[tokio::test]
async fn whoever_leaves_is_gone_from_every_table_and_the_book_stands_under_a_number_of_nobody() {
    let world = World::new().await;
    // A number of the kind that everybody else gets.
    world.db.as_superuser("UPDATE app.subjects SET subject = -5 WHERE user_id = 222").await;
    let mut tx = world.db.store().tenant(eve()).await.unwrap();
    tx.audit(&AuditEntry::of(AuditAction::SettingsChanged)).await.unwrap();
    tx.commit().await.unwrap();

    let tables: Vec<String> =
        world.db.as_superuser(OWNED).await.into_iter().map(|row| row[0].clone().unwrap()).collect();
    let (mut filled, mut left) = (0, Vec::new());
    for table in &tables {
        filled += usize::from(rows_of(&world.db, table, 111).await != "0");
    }
    let mut tx = world.tx().await;
    let gone = tx.forget().await.unwrap();
    tx.commit().await.unwrap();
    assert!(gone.iter().map(|(_, entries)| entries).sum::<i64>() > 10, "{gone:?}");
    for table in tables.iter().filter(|table| !table.starts_with("audit")) {
        if rows_of(&world.db, table, 111).await != "0" {
            left.push(table.clone());
        }
    }
    let ciphertexts = world.db.as_superuser("SELECT ciphertext FROM app.credentials").await;
    println!(
        "PROMISE P19 (store) cases={} violations={} tables_with_rows_before={filled} ciphertexts_left={}",
        tables.len(),
        left.len(),
        ciphertexts.len()
    );
    assert!(left.is_empty(), "{left:?}");
    assert!(ciphertexts.is_empty());
    assert!(filled > 9, "the world fills them: {tables:?}");

    // The chain is as it was, and so is everybody else's; nobody reads it as theirs, not even who left.
    let books = Books::connect(&world.db.audit_url()).await.unwrap();
    let all = books.look().await.unwrap().all().await.unwrap();
    assert!(all.len() >= 2, "{all:?}");
    for book in all {
        let verdict = books.check(book.subject, &[], |_| ()).await.unwrap();
        assert!(matches!(verdict, AuditVerdict::Whole(Some(_))), "{book:?}: {verdict:?}");
    }
    assert_eq!(world.tx().await.audit_after(0, 10).await.unwrap(), vec![]);
    assert_eq!(rows_of(&world.db, "audit", -5).await, "1");
}

#[tokio::test]
async fn who_comes_back_begins_a_book_of_their_own() {
    let world = World::new().await;
    let db = &world.db;
    let mut tx = db.store().tenant(tenant(333)).await.unwrap();
    tx.audit(&AuditEntry::of(AuditAction::SettingsChanged)).await.unwrap();
    let first = tx.audit_subject().await.unwrap().unwrap();
    tx.forget().await.unwrap();
    assert_eq!(tx.audit_subject().await.unwrap(), None);
    tx.commit().await.unwrap();
    let mut tx = db.store().tenant(tenant(333)).await.unwrap();
    tx.audit(&AuditEntry::of(AuditAction::SettingsChanged)).await.unwrap();
    let second = tx.audit_subject().await.unwrap().unwrap();
    assert!(first < 0 && second < 0 && first != second, "{first} {second}");
    assert_eq!(tx.audit_after(0, 10).await.unwrap().len(), 1);
    assert!(matches!(tx.audit_verify().await.unwrap(), AuditVerdict::Whole(Some(head)) if head.seq == 1));
}

#[tokio::test]
async fn a_copy_holds_everything_but_the_sealed_keys() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let kept = tx.what_is_kept().await.unwrap();
    let filled: Vec<_> = kept.iter().filter(|kept| kept.entries > 0).map(|kept| kept.kind.as_str()).collect();
    for kind in
        ["accounts", "audit", "credentials", "exercises", "fills", "forms", "intents", "orders", "tickets", "users"]
    {
        assert!(filled.contains(&kind), "{kind}: {filled:?}");
    }
    let mut copied = 0;
    for kept in &kept {
        let rows = tx.rows_kept(&kept.kind, 1_000).await.unwrap();
        assert_eq!(rows.len(), usize::try_from(kept.entries).unwrap(), "{}", kept.kind);
        copied += rows.len();
        assert!(rows.iter().all(|row| !row.to_string().contains("ciphertext")), "{}", kept.kind);
    }
    assert!(copied > 12, "{copied}");
    assert_eq!(tx.rows_kept("accounts", 1).await.unwrap().len(), 1);
    assert!(matches!(tx.rows_kept("subjects", 1).await, Err(StoreError::Broken(_))), "not for anybody to read");
    assert_eq!(world.tx().await.tenant(), alice());
}
