//! `paddock audit export`.

use super::ExportArgs;
use crate::cli::say;
use crate::database::Database;
use anyhow::{Context, ensure};
use chrono::{DateTime, NaiveDate, Utc};
use desk::export::{Export, Form, Wanted, hex};
use domain::ids::AccountId;
use serde_json::json;
use std::fs::File;
use std::io::{BufWriter, Write};
use store::{AuditAction, AuditEntry, AuditHead, AuditRecord, Books, Chain, HouseAction};

/// Entries that are read at once.
const PAGE: u32 = 2_000;

/// Copies one book. That it was copied is written into the house's book and into the user's own first.
///
/// # Errors
/// When there is no such book, the database does not answer, or the file cannot be written.
pub async fn run(database: &Database, books: &Books, args: &ExportArgs) -> anyhow::Result<()> {
    let midnight = |day: NaiveDate| -> DateTime<Utc> { day.and_time(chrono::NaiveTime::MIN).and_utc() };
    let mut wanted = Wanted {
        from: args.from.map(midnight),
        until: args.until.map(midnight),
        account: args.account.map(AccountId),
        action: args.act.clone(),
        order: args.order.into_iter().collect(),
    };
    let subject = super::subject(books, args.user).await?;
    note(database, args, subject).await?;
    if args.order.is_some() {
        walk(books, subject, |record| {
            wanted.learn(record);
            Ok(())
        })
        .await?;
    }
    let form = Form::from(args.format);
    let mut export = Export::new(form, wanted);
    let mut out: Box<dyn Write + Send> = match &args.out {
        Some(path) => Box::new(BufWriter::new(
            File::create(path).with_context(|| format!("{} cannot be written", path.display()))?,
        )),
        None => Box::new(std::io::stdout()),
    };
    out.write_all(export.opening().as_bytes())?;
    let end = walk(books, subject, |record| Ok(out.write_all(export.line(record).as_bytes())?)).await?;
    out.flush()?;
    let (lines, shown) = export.count();
    if let Some(path) = &args.out {
        say(&format!("{lines} entries in {}, {shown} of them in full.", path.display()));
        say(&format!("The chain ends with entry {}, hash {}.", end.seq, hex(&end.hash)));
    }
    Ok(())
}

/// Every entry in turn, with the chain checked on the way: a broken book is not copied as if it were whole.
async fn walk(
    books: &Books,
    subject: i64,
    mut each: impl FnMut(&AuditRecord) -> anyhow::Result<()>,
) -> anyhow::Result<AuditHead> {
    let mut look = books.look().await?;
    let ends = look.ends(subject).await?;
    ensure!(ends.head.is_some(), "there is no such audit book");
    let mut chain = Chain::of(subject, ends.gone);
    loop {
        let page = look.entries(subject, chain.end().seq, PAGE).await?;
        for record in &page {
            chain.take(record).map_err(|place| {
                anyhow::anyhow!("the book is broken at entry {place}; `paddock audit verify` says more. What was copied until there is whole")
            })?;
            each(record)?;
        }
        if page.len() < PAGE as usize {
            return Ok(chain.end().clone());
        }
    }
}

async fn note(database: &Database, args: &ExportArgs, subject: i64) -> anyhow::Result<()> {
    let mut system = database.store.system().await?;
    let subjects = system.audit_subjects().await?;
    let detail = json!({ "subject": subject.to_string(), "from": args.from, "until": args.until, "account": args.account,
        "order": args.order, "act": args.act });
    system.audit_house(HouseAction::BooksExported, &detail).await?;
    system.commit().await?;
    let Some((tenant, _)) = subjects.into_iter().find(|(_, of)| *of == subject && subject != 0) else { return Ok(()) };
    let mut tx = database.store.tenant(tenant).await?;
    let entry = AuditEntry { detail: json!({ "by": "operator" }), ..AuditEntry::of(AuditAction::BookExported) };
    tx.audit(&entry).await?;
    Ok(tx.commit().await?)
}
