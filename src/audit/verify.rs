//! `paddock audit verify`.

use crate::cli::say;
use crate::heads;
use anyhow::Context;
use domain::clock::{Clock, SystemClock};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use store::{AuditVerdict, Books};

/// Walks every chain, or one.
///
/// # Errors
/// When the database does not answer, or the folder of published ends cannot be read.
pub async fn run(books: &Books, folder: Option<PathBuf>, only: Option<i64>) -> anyhow::Result<ExitCode> {
    let published = folder.as_deref().map(heads::read).transpose()?.unwrap_or_default();
    let mut all = books.look().await?.all().await?;
    // A chain that was taken away with its end is known by what was published of it.
    let gone = published.ends.keys().filter(|known| all.iter().all(|book| book.subject != **known)).copied();
    let gone: Vec<_> = gone.map(|subject| store::BookOf { subject, entries: 0 }).collect();
    all.extend(gone);
    let only = match only {
        Some(user) => Some(super::subject(books, user).await?),
        None => None,
    };
    all.retain(|book| only.is_none_or(|only| only == book.subject));
    let total = all.iter().map(|book| u64::try_from(book.entries).unwrap_or_default()).sum();
    let bar = ProgressBar::new(total).with_style(
        ProgressStyle::with_template("verifying {bar:30} {pos}/{len} entries {per_sec} {eta}")
            .context("the progress bar's template")?,
    );
    let clock = SystemClock::start();
    let mut rows: u64 = 0;
    let mut wrong = published.wrong;
    for book in &all {
        let ends = published.ends.get(&book.subject).map_or(&[][..], Vec::as_slice);
        let progress = |walked| {
            rows += walked;
            bar.inc(walked);
        };
        let whose = if book.subject == 0 { "the house".to_owned() } else { format!("subject {}", book.subject) };
        match books.check(book.subject, ends, progress).await? {
            AuditVerdict::Whole(_) => {}
            AuditVerdict::BrokenAt(place) => wrong.push(format!(
                "the book of {whose} is broken at entry {place}: it is missing, or not as it was written"
            )),
            AuditVerdict::NotAsPublished(place) => wrong.push(format!(
                "the book of {whose} is not the one whose end was published: entry {place} is another one, or missing; the \
                 chain was written anew"
            )),
        }
    }
    bar.finish_and_clear();
    let compared: usize = published.ends.values().map(Vec::len).sum();
    for line in &wrong {
        say(&format!("WRONG {line}"));
    }
    say(&format!(
        "{rows} entries in {} books walked, {} rows/s; {compared} published ends in {} files compared; {} wrong.",
        all.len(),
        rate(rows, clock.elapsed()),
        published.files,
        wrong.len()
    ));
    if folder.is_none() {
        say(
            "No ends are published (PADDOCK_AUDIT_HEADS is not set), so a book that was written anew as a whole would not show.",
        );
    }
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Per second.
fn rate(rows: u64, span: Duration) -> u128 {
    u128::from(rows) * 1000 / span.as_millis().max(1)
}
