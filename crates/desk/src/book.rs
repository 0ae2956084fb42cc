//! A user's own audit book: searched, checked, copied.

use crate::desk::Desk;
use crate::export::{Export, Form, Wanted};
use crate::refused::{Refused, Trouble};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::account::LinkedAccount;
use domain::ids::{AccountId, ClientOrderId};
use domain::tenant::Tenant;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::VecDeque;
use store::{AuditAction, AuditEntry, AuditFilter, AuditRecord, AuditVerdict};
use uuid::Uuid;

/// Entries on a page.
pub(crate) const PAGE: u32 = 10;
/// Entries that are read at once for a file.
const FILE_PAGE: u32 = 1_000;
/// Discord takes ten mebibytes without a boost; the message around the file needs a little, too.
const FILE_MOST: usize = 9 << 20;

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    /// From this day on (UTC).
    pub from: Option<NaiveDate>,
    /// Until the end of this day (UTC).
    pub until: Option<NaiveDate>,
    /// About this account.
    pub account: Option<AccountId>,
    /// Of this act, as the book has it.
    pub act: Option<String>,
    /// Of this order. Then everything about it is shown, whatever else is asked for.
    pub order: Option<Uuid>,
}

/// A page of the book, newest first.
#[derive(Clone, Debug)]
pub struct BookPage {
    /// The entries.
    pub entries: Vec<AuditRecord>,
    /// The user's accounts, by whose names they are shown.
    pub accounts: Vec<LinkedAccount>,
    /// The number under which the book is kept.
    pub subject: Option<i64>,
    /// Whether the whole chain is as it was written. Looked at on the first page only, and not when that takes too long.
    pub verdict: Option<AuditVerdict>,
    /// Where the next page begins.
    pub next: Option<i64>,
}

/// A copy of the book.
#[derive(Clone, Debug)]
pub struct BookFile {
    /// Its form.
    pub form: Form,
    /// It.
    pub bytes: Vec<u8>,
    /// Lines with an entry.
    pub lines: usize,
    /// The last entry in it and its hash.
    pub head: Option<store::AuditHead>,
    /// The first entry in it, when older ones did not fit.
    pub begins_with: Option<i64>,
}

/// The order that a user names: Alpaca's id of it, ours, or the one that Alpaca shows as the client's.
///
/// # Errors
/// [`Refused::NoSuchOrder`].
pub fn order_named(text: &str) -> Result<Uuid, Refused> {
    let text = text.trim();
    text.strip_prefix(ClientOrderId::PREFIX).unwrap_or(text).parse().map_err(|_| Refused::NoSuchOrder)
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

impl Search {
    fn filter(&self) -> AuditFilter {
        match self.order {
            Some(order) => AuditFilter::Order(order),
            None => AuditFilter::Where {
                from: self.from.map_or(DateTime::UNIX_EPOCH, midnight),
                until: self.end().unwrap_or(FAR),
                account: self.account,
                action: self.act.clone(),
                but: self.leaves_out(),
            },
        }
    }

    /// Nearly every command opens a credential; nobody would find anything between all these entries. Copies have them.
    pub fn leaves_out(&self) -> Option<AuditAction> {
        (self.act.is_none() && self.order.is_none()).then_some(AuditAction::CredentialOpened)
    }

    fn end(&self) -> Option<DateTime<Utc>> {
        self.until.and_then(|day| day.succ_opt()).map(midnight)
    }

    fn wanted(&self) -> Wanted {
        match self.order {
            Some(order) => Wanted { order: [order].into(), ..Wanted::default() },
            None => Wanted {
                from: self.from.map(midnight),
                until: self.end(),
                account: self.account,
                action: self.act.clone(),
                ..Wanted::default()
            },
        }
    }
}

/// Later than any entry.
const FAR: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

impl Desk {
    /// Entries of the user's own book, before `before`.
    ///
    /// # Errors
    /// [`Refused::Trouble`].
    pub(crate) async fn book_page(
        &self,
        tenant: Tenant,
        search: &Search,
        before: Option<i64>,
    ) -> Result<BookPage, Refused> {
        let verdict = if before.is_none() { self.book_verdict(tenant).await } else { None };
        let mut tx = self.tx(tenant).await?;
        let mut entries = tx.audit_page(&search.filter(), before, PAGE + 1).await?;
        let accounts = tx.accounts().await?;
        let subject = tx.audit_subject().await?;
        let more = entries.len() > PAGE as usize;
        entries.truncate(PAGE as usize);
        let next = entries.last().filter(|_| more).map(|entry| entry.seq);
        Ok(BookPage { entries, accounts, subject, verdict, next })
    }

    async fn book_verdict(&self, tenant: Tenant) -> Option<AuditVerdict> {
        let mut tx = self.tx(tenant).await.ok()?;
        tx.audit_verify().await.ok()
    }

    /// A copy of the user's own book. That it was taken is its last entry but one page's.
    ///
    /// # Errors
    /// [`Refused::Trouble`].
    pub(crate) async fn book_file(&self, tenant: Tenant, search: &Search, form: Form) -> Result<BookFile, Refused> {
        let mut tx = self.tx(tenant).await?;
        let entry =
            AuditEntry { detail: json!({ "form": form.as_str() }), ..AuditEntry::of(AuditAction::BookExported) };
        tx.audit(&entry).await?;
        tx.commit().await?;
        let mut wanted = search.wanted();
        if search.order.is_some() {
            self.every_entry(tenant, |record| wanted.learn(record)).await?;
        }
        let mut export = Export::new(form, wanted);
        let (mut lines, mut size, mut head) = (VecDeque::new(), 0, None);
        let mut begins_with = None;
        self.every_entry(tenant, |record| {
            let line = export.line(record);
            if line.is_empty() {
                return;
            }
            size += line.len();
            lines.push_back((record.seq, line));
            head = Some(store::AuditHead { seq: record.seq, hash: record.hash.clone() });
            // What does not fit goes from the front: the rest is a chain still.
            while size > FILE_MOST
                && let Some((_, gone)) = lines.pop_front()
            {
                size -= gone.len();
                begins_with = lines.front().map(|(seq, _)| *seq);
            }
        })
        .await?;
        let mut bytes = export.opening().into_bytes();
        bytes.extend(lines.iter().flat_map(|(_, line)| line.bytes()));
        Ok(BookFile { form, bytes, lines: lines.len(), head, begins_with })
    }

    async fn every_entry(&self, tenant: Tenant, mut each: impl FnMut(&AuditRecord) + Send) -> Result<(), Refused> {
        let (mut after, mut tx) = (0, self.tx(tenant).await?);
        loop {
            let page = tx.audit_after(after, FILE_PAGE).await.map_err(|_| Refused::Trouble(Trouble::Database))?;
            page.iter().for_each(&mut each);
            match page.last() {
                Some(last) => after = last.seq,
                None => return Ok(()),
            }
        }
    }
}
