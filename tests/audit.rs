//! P14 from outside: the books are walked and copied by the command line, and a copy is checked by a program that is not ours.

use crate::harness::{Friend, PATIENCE, Town};
use sim::discord::Place;
use sim::exchange::Environment;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A town whose operator can read the books, and publishes their ends.
async fn town(heads: &Path) -> Town {
    let mut town = Town::without_bot().await;
    town.overrides = vec![
        ("PADDOCK_AUDIT_DATABASE_URL".to_owned(), town.db.audit_url()),
        ("PADDOCK_AUDIT_HEADS".to_owned(), heads.display().to_string()),
    ];
    town.populated().await
}

/// Links, asks for too much, buys, looks, cancels.
async fn trades(friend: &Friend) {
    friend.links(Environment::Paper).await;
    friend.says("buy", &[("symbol", "AAPL"), ("quantity", "1")]).await;
    friend.says("sell", &[("symbol", "MSFT"), ("quantity", "1000000")]).await;
    friend.says("balance", &[]).await;
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The recipe of docs/audit.md, as it stands there.
fn recipe(folder: &Path) -> PathBuf {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/audit.md")).unwrap();
    let code = page.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let path = folder.join("recipe.py");
    std::fs::write(&path, code).unwrap();
    path
}

fn python(recipe: &Path, file: &Path) -> Output {
    let python = std::env::var("PADDOCK_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    Command::new(python).arg(recipe).arg(file).output().expect("python3 runs")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_book_is_checked_by_another_language_and_a_change_of_any_line_shows() {
    let folder = tempfile::tempdir().unwrap();
    let town = town(&folder.path().join("heads")).await;
    let friend = town.friend("ham");
    trades(&friend).await;
    let user = friend.user.id().to_string();
    let recipe = recipe(folder.path());
    let mut head = None;
    for more in [&[][..], &["--act", "order_sent"], &["--until", "2020-01-01"]] {
        let file = folder.path().join("book.jsonl");
        let mut args = vec!["audit", "export", "--user", &user, "--out", file.to_str().unwrap()];
        args.extend(more);
        let done = town.paddock(&args);
        assert!(done.status.success(), "{}", said(&done));
        let checked = python(&recipe, &file);
        assert!(checked.status.success(), "{more:?}: {}", said(&checked));
        let end = String::from_utf8(checked.stdout).unwrap();
        let hash = end.split_whitespace().nth(1).unwrap();
        assert!(said(&done).contains(hash), "{}", said(&done));
        head = Some(hash.to_owned());
    }
    assert!(head.is_some());
    let file = folder.path().join("book.jsonl");
    town.paddock(&["audit", "export", "--user", &user, "--out", file.to_str().unwrap()]);
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() > 6 && text.contains("order_sent") && text.contains("order_declined"), "{text}");
    let (mut tried, mut detected) = (0, 0);
    for at in 0..lines.len() {
        let mut without = lines.clone();
        let line = without.remove(at);
        let mut changed = lines.clone();
        let (shown, hidden) =
            (line.replacen("\"action\":\"", "\"action\":\"un", 1), line.replacen("\\\"for\\\"", "\\\"fro\\\"", 1));
        changed[at] = &shown;
        let mut texts = vec![changed.join("\n")];
        if 0 < at && at + 1 < lines.len() {
            // Without its first or last line a copy is a shorter copy, and says from where to where it goes.
            texts.push(without.join("\n"));
        }
        if hidden != line {
            changed[at] = &hidden;
            texts.push(changed.join("\n"));
        }
        if at > 0 {
            let mut swapped = lines.clone();
            swapped.swap(at, at - 1);
            texts.push(swapped.join("\n"));
        }
        for text in texts {
            std::fs::write(&file, text).unwrap();
            tried += 1;
            detected += u32::from(!python(&recipe, &file).status.success());
        }
    }
    println!(
        "PROMISE P14 (copy, checked in Python) cases={tried} violations={} mutations_tried={tried} detected={detected}",
        tried - detected
    );
    assert_eq!(detected, tried);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_as_a_table_has_the_same_entries_and_search_and_hashes() {
    let folder = tempfile::tempdir().unwrap();
    let town = town(&folder.path().join("heads")).await;
    let friend = town.friend("ham");
    trades(&friend).await;
    let user = friend.user.id().to_string();
    let table = town.paddock(&["audit", "export", "--user", &user, "--format", "csv", "--act", "account_linked"]);
    assert!(table.status.success(), "{}", said(&table));
    let table = String::from_utf8(table.stdout).unwrap();
    let mut lines = table.lines();
    assert!(lines.next().unwrap().starts_with("seq,at,asked_at,action,account,"));
    let (shown, left_out): (Vec<_>, Vec<_>) = lines.partition(|line| line.contains("account_linked"));
    assert!(shown.len() == 1 && left_out.len() > 5, "{table}");
    let asked_at = shown[0].split("\",\"").nth(2).unwrap();
    assert!(asked_at.starts_with("20") && asked_at.ends_with('Z'), "Discord's clock: {}", shown[0]);
    assert!(!table.contains(&friend.paper.secret) && !table.contains(&friend.paper.key_id));
    let nobody = town.paddock(&["audit", "export", "--user", "1"]);
    assert!(!nobody.status.success() && said(&nobody).contains("no audit book"), "{}", said(&nobody));
    let known = "SELECT count(*)::text FROM app.audit WHERE action = 'order_landed' AND request_id IS NOT NULL AND \
                 interaction_id IS NOT NULL AND guild_id IS NOT NULL AND broker_order_id IS NOT NULL";
    assert_eq!(town.db.as_superuser(known).await[0][0].as_deref(), Some("1"), "Alpaca's name for its answer, too");
    // To copy is an act: the user's and the house's books both know of it.
    let acts = town
        .db
        .as_superuser(
            "SELECT action, count(*)::text FROM app.audit WHERE action LIKE 'book%exported' GROUP BY 1 ORDER BY 1",
        )
        .await;
    assert_eq!(acts.len(), 2, "{acts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_over_all_books_names_what_is_broken_and_what_was_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let heads = folder.path().join("heads");
    let mut town = town(&heads).await;
    let friend = town.friend("ham");
    trades(&friend).await;
    // The day's file was written at the start, when nobody had a book; as if the next day had begun.
    town.stop().await;
    std::fs::remove_dir_all(&heads).unwrap();
    town.start().await;
    friend.says("balance", &[]).await;
    let until = std::time::Duration::from_millis(50);
    tokio::time::timeout(PATIENCE, async {
        while std::fs::read_dir(&heads).map_or(0, Iterator::count) == 0 {
            tokio::time::sleep(until).await;
        }
    })
    .await
    .expect("the ends are published at the start");
    let whole = town.paddock(&["audit", "verify"]);
    assert!(whole.status.success() && said(&whole).contains("; 0 wrong"), "{}", said(&whole));
    assert!(said(&whole).contains("rows/s"), "{}", said(&whole));
    println!("PROMISE P14 (verify) cases=1 violations=0 {}", said(&whole).trim());
    let subject =
        town.db.as_superuser("SELECT subject::text FROM app.subjects WHERE subject <> 0").await[0][0].clone().unwrap();
    let anew = format!(
        "SET session_replication_role = replica;
         UPDATE app.audit SET detail = '{{}}' WHERE user_id = {subject} AND seq = 2;
         DO $$ DECLARE entry app.audit; before bytea := app.audit_genesis({subject}); BEGIN
             FOR entry IN SELECT * FROM app.audit WHERE user_id = {subject} ORDER BY seq LOOP
                 entry.prev_hash := before; before := app.audit_digest(entry);
                 UPDATE app.audit SET prev_hash = entry.prev_hash, hash = before
                  WHERE user_id = {subject} AND seq = entry.seq;
             END LOOP;
             UPDATE app.audit_heads SET hash = before WHERE user_id = {subject}; END $$"
    );
    for (tampering, words) in [
        (anew.as_str(), "the chain was written anew"),
        (
            "SET session_replication_role = replica; UPDATE app.audit SET action = 'x' WHERE seq = 3",
            "is broken at entry 3",
        ),
    ] {
        town.db.as_superuser(tampering).await;
        let found = town.paddock(&["audit", "verify"]);
        assert!(!found.status.success() && said(&found).contains(words), "{words}: {}", said(&found));
    }
    let agreed = town.paddock(&["audit", "reconcile"]);
    assert!(agreed.status.success() && said(&agreed).contains("1 orders in 1 accounts"), "{}", said(&agreed));
    let young = town.paddock(&["audit", "prune", "--before", "2026-01"]);
    assert!(!young.status.success(), "{}", said(&young));
    friend.runs(Place::Server, "help", &[]).await;
}

/// What a user sees of their own book: nobody else's, page by page, also after a restart; and a copy that the recipe calls whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_searches_pages_and_copies_their_own_book_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut town = Town::open().await;
    let (ham, mara) = (town.friend("ham"), town.friend("mara"));
    mara.links(Environment::Paper).await;
    trades(&ham).await;
    for _ in 0..4 {
        ham.says("buy", &[("symbol", "AAPL"), ("quantity", "1")]).await;
    }
    let first = ham.says("audit", &[]).await;
    assert!(first.ephemeral && first.text().contains("Whole") && first.text().contains("Page 1"), "{}", first.text());
    town.restart().await;
    let second = ham.presses(&first, "Older").await.reply().await.unwrap();
    assert!(second.text().contains("Page 2") && second.text() != first.text(), "{}", second.text());
    assert!(mara.user.press(&second, "Newer").await.is_err(), "Mara does not even see it");

    let refused = ham.says("audit", &[("act", "order_declined")]).await;
    assert!(refused.text().contains("order declined") && !refused.text().contains("order sent"), "{}", refused.text());
    let theirs = mara.says("audit", &[]).await;
    assert!(!theirs.text().contains("order sent"), "she ordered nothing: {}", theirs.text());

    let copied = ham.presses(&first, "Copy (JSON Lines)").await;
    let message = copied.message_when(|message| !message.attachments.is_empty()).await.unwrap();
    let file = folder.path().join("audit.jsonl");
    std::fs::write(&file, &message.attachments[0].bytes).unwrap();
    let whole = python(&recipe(folder.path()), &file);
    assert!(whole.status.success(), "{}", said(&whole));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("\"action\":\"", "\"action\":\"un", 1)).unwrap();
    assert!(!python(&recipe(folder.path()), &file).status.success(), "a changed copy is not whole");
}
