//! The ends of all audit chains, once a day in a file of their own that is never written again.
//!
//! A chain shows every change but one: that it was made anew as a whole, by somebody who is a superuser of the database. What
//! was published before shows that, too, if it lies where this somebody cannot reach it: best on write-once storage, or copied
//! to another machine. Every file names the hash of the one before, so that none can go missing unseen.

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use desk::export::hex;
use domain::notice::Notice;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::{AuditFilter, AuditHead, HouseAction, Store, text_hash};

/// A line of a file.
#[derive(Deserialize, Serialize)]
#[serde(untagged, deny_unknown_fields)]
enum Line {
    /// The first: the file before and its hash; `None` in the first of all.
    Before { before: Option<String>, sha256: Option<String> },
    /// The end of one chain.
    End { subject: String, seq: i64, hash: String },
}

/// What was published until now.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// Ends of each chain, by its subject.
    pub ends: BTreeMap<i64, Vec<AuditHead>>,
    /// Files that were read.
    pub files: usize,
    /// What is wrong with the files themselves, a sentence each.
    pub wrong: Vec<String>,
}

/// Publishes today's ends, unless that was done today. Says where.
///
/// # Errors
/// When the database does not answer, or the file cannot be written.
pub async fn publish(store: &Store, folder: &Path, now: DateTime<Utc>) -> anyhow::Result<Option<PathBuf>> {
    let mut tx = store.system().await?;
    let heads = tx.audit_heads().await?;
    let path = folder.join(format!("heads-{}.jsonl", now.format("%Y-%m-%d")));
    let before = newest_but(folder, &path)?;
    let mut lines = vec![match &before {
        None => Line::Before { before: None, sha256: None },
        Some((name, text)) => Line::Before { before: Some(name.clone()), sha256: Some(hex(&text_hash(text))) },
    }];
    lines.extend(heads.iter().map(|(subject, head)| Line::End {
        subject: subject.to_string(),
        seq: head.seq,
        hash: hex(&head.hash),
    }));
    let mut text = String::new();
    for line in &lines {
        text.push_str(&serde_json::to_string(line)?);
        text.push('\n');
    }
    let (to, written) = (path.clone(), text.clone());
    if !tokio::task::spawn_blocking(move || write_once(&to, &written)).await?? {
        return Ok(None);
    }
    let detail = json!({ "file": name_of(&path), "sha256": hex(&text_hash(&text)), "chains": heads.len() });
    tx.audit_house(HouseAction::HeadsPublished, &detail).await?;
    tx.commit().await?;
    Ok(Some(path))
}

/// Queues the end of their own book for each user who wants to be written to: once a day, if something was written in the last
/// one. Says for how many.
///
/// # Errors
/// When the database does not answer; whom it was queued for stays so.
pub async fn tell(store: &Store, now: DateTime<Utc>) -> anyhow::Result<usize> {
    let mut tx = store.system().await?;
    let heads: BTreeMap<i64, AuditHead> = tx.audit_heads().await?.into_iter().collect();
    let subjects = tx.audit_subjects().await?;
    drop(tx);
    let (from, until) = (now - TimeDelta::days(1), now + TimeDelta::days(1));
    let lately = AuditFilter::Where { from, until, account: None, action: None, but: None };
    let mut told = 0;
    for (tenant, subject) in subjects {
        let Some(head) = heads.get(&subject).filter(|_| subject != 0) else { continue };
        let mut tx = store.tenant_relaxed(tenant).await?;
        let notice = Notice::BookEnd { day: now.date_naive(), seq: head.seq, hash: hex(&head.hash) };
        if !tx.audit_page(&lately, None, 1).await?.is_empty() && tx.notify(&notice, Duration::ZERO).await? {
            tx.commit().await?;
            told += 1;
        }
    }
    Ok(told)
}

/// `false` when the file is there already: it is not touched.
fn write_once(path: &Path, text: &str) -> anyhow::Result<bool> {
    let named = || format!("{} cannot be written", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(named)?;
    }
    let opened = std::fs::OpenOptions::new().append(true).create_new(true).mode(0o444).open(path);
    let mut file = match opened {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
        other => other.with_context(named)?,
    };
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(named)?;
    Ok(true)
}

/// Everything in the folder.
///
/// # Errors
/// When the folder cannot be read.
pub fn read(folder: &Path) -> anyhow::Result<Published> {
    let mut published = Published::default();
    let mut before: Option<(String, String)> = None;
    for (name, text) in files(folder)? {
        published.files += 1;
        for (at, line) in text.lines().enumerate() {
            match serde_json::from_str(line) {
                Ok(Line::Before { before: said, sha256 }) => {
                    let known = before.as_ref().map(|(name, text)| (name.clone(), hex(&text_hash(text))));
                    if said.zip(sha256) != known {
                        published
                            .wrong
                            .push(format!("{name} does not name the file that is before it, or not as it is now"));
                    }
                }
                Ok(Line::End { subject, seq, hash }) => match (subject.parse(), bytes(&hash)) {
                    (Ok(subject), Some(hash)) => {
                        published.ends.entry(subject).or_default().push(AuditHead { seq, hash });
                    }
                    _ => published.wrong.push(format!("{name}, line {}: not an end of a chain", at + 1)),
                },
                Err(_) => published.wrong.push(format!("{name}, line {}: cut off, or not of ours", at + 1)),
            }
        }
        before = Some((name, text));
    }
    Ok(published)
}

fn newest_but(folder: &Path, today: &Path) -> anyhow::Result<Option<(String, String)>> {
    let today = name_of(today);
    Ok(files(folder)?.into_iter().rfind(|(name, _)| *name < today))
}

/// By name, which is by day.
fn files(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        other => other.with_context(|| format!("{} cannot be read", folder.display()))?,
    };
    let mut files = BTreeMap::new();
    for entry in entries {
        let path = entry?.path();
        let name = name_of(&path);
        if name.starts_with("heads-") && path.extension().is_some_and(|end| end == "jsonl") {
            let text = std::fs::read_to_string(&path).with_context(|| format!("{name} cannot be read"))?;
            files.insert(name, text);
        }
    }
    Ok(files)
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    (hex.len() == 64).then(|| (0..hex.len()).step_by(2).map(pair).collect())?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use domain::clock::{Clock, SystemClock};
    use store::testing::TestDb;

    fn day(n: u32) -> DateTime<Utc> {
        format!("2026-11-{n:02}T12:00:00Z").parse().unwrap()
    }

    #[tokio::test]
    async fn a_day_s_ends_are_written_once_and_every_file_names_the_one_before() {
        let (db, folder) = (TestDb::new().await, tempfile::tempdir().unwrap());
        let first = publish(db.store(), folder.path(), day(1)).await.unwrap().unwrap();
        let text = std::fs::read_to_string(&first).unwrap();
        assert_eq!(publish(db.store(), folder.path(), day(1)).await.unwrap(), None, "the day has its file");
        assert_eq!(std::fs::read_to_string(&first).unwrap(), text);
        publish(db.store(), folder.path(), day(2)).await.unwrap().unwrap();
        publish(db.store(), folder.path(), day(4)).await.unwrap().unwrap();
        let published = read(folder.path()).unwrap();
        assert_eq!((published.files, published.wrong), (3, vec![]));
        let seqs: Vec<_> = published.ends[&0].iter().map(|head| head.seq).collect();
        assert_eq!(seqs, [1, 2, 3], "to publish is an act of the house, too");
    }

    #[tokio::test]
    async fn the_end_of_a_book_is_queued_once_for_whoever_wants_to_be_written_to() {
        let db = TestDb::new().await;
        db.as_superuser(
            "INSERT INTO app.subjects (user_id, subject) VALUES (1, 1), (2, 2);
             INSERT INTO app.users (user_id, settings) VALUES (1, '{\"notices\": \"on\"}'), (2, '{}');
             INSERT INTO app.audit (user_id, action, detail) VALUES (1, 'x', '{}'), (2, 'x', '{}')",
        )
        .await;
        let now = SystemClock::start().now();
        assert_eq!(tell(db.store(), now).await.unwrap(), 1);
        assert_eq!(tell(db.store(), now).await.unwrap(), 0, "told today");
        assert_eq!(tell(db.store(), now + TimeDelta::hours(25)).await.unwrap(), 0, "nothing was written since");
        let about = db.as_superuser("SELECT user_id::text, about FROM app.notices").await;
        assert_eq!(about, [[Some("1".to_owned()), Some(format!("book_end {}", now.date_naive()))]]);
    }

    #[tokio::test]
    async fn a_file_that_was_changed_cut_off_or_taken_away_is_named() {
        let db = TestDb::new().await;
        let mut found = 0;
        for tampering in ["change", "cut", "remove"] {
            let folder = tempfile::tempdir().unwrap();
            let first = publish(db.store(), folder.path(), day(1)).await.unwrap().unwrap();
            publish(db.store(), folder.path(), day(2)).await.unwrap().unwrap();
            let text = std::fs::read_to_string(&first).unwrap();
            std::fs::remove_file(&first).unwrap();
            match tampering {
                "change" => std::fs::write(&first, text.replace("\"seq\":", "\"seq\":1")).unwrap(),
                "cut" => std::fs::write(&first, &text[..text.len() - 9]).unwrap(),
                _ => {}
            }
            let wrong = read(folder.path()).unwrap().wrong;
            assert!(!wrong.is_empty(), "{tampering}");
            found += 1;
        }
        println!("PROMISE P14 (files) cases=3 violations={} mutations_tried=3 detected={found}", 3 - found);
    }
}
