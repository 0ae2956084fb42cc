//! All audit books, for whoever checks them: as the role that can read them and nothing else.

use crate::StoreError;
use crate::audit::{AuditHead, AuditRecord, AuditVerdict, Row, entry};
use crate::chain::Chain;
use crate::store::{Limits, Store};
use crate::tx::{Disk, Tx};
use domain::ids::UserId;
use sqlx::FromRow;

pub(crate) const SUBJECT: &str = "SELECT app.subject_of($1)";
pub(crate) const CHAINS: &str = "
    SELECT coalesce(h.user_id, a.user_id) AS subject, coalesce(h.seq, 0) AS entries
      FROM app.audit_heads h FULL JOIN (SELECT DISTINCT user_id FROM app.audit) a ON a.user_id = h.user_id ORDER BY 1";
pub(crate) const HEAD: &str = "SELECT seq, hash, gone_seq, gone_hash FROM app.audit_heads WHERE user_id = $1";
pub(crate) const ENTRIES: &str =
    concat!("SELECT ", entry!(), " WHERE a.user_id = $1 AND a.seq > $2 ORDER BY a.seq LIMIT $3");

/// Entries that are read at once.
const PAGE: u32 = 2_000;

/// One book, by the number of its subject; 0 is the house's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct BookOf {
    /// The number.
    pub subject: i64,
    /// Entries, as the database counts them.
    pub entries: i64,
}

/// What the database keeps beside a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends {
    /// Its end.
    pub head: Option<AuditHead>,
    /// The last entry that is gone with its month, seven years after it was written.
    pub gone: Option<AuditHead>,
}

#[derive(FromRow)]
struct EndsRow {
    seq: i64,
    hash: Vec<u8>,
    gone_seq: i64,
    gone_hash: Option<Vec<u8>>,
}

/// The door for who checks the books.
#[derive(Clone, Debug)]
pub struct Books(Store);

/// A look at the books as they were at one moment.
#[derive(Debug)]
pub struct BooksTx {
    tx: Tx,
}

impl Books {
    /// Opens it, as `paddock_audit`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Broken`] when the URL is not one.
    pub async fn connect(audit_url: &str) -> Result<Self, StoreError> {
        let limits = Limits { connections: 2, ..Limits::default() };
        Store::connect_with(audit_url, limits, &[("default_transaction_isolation", "repeatable read")]).await.map(Self)
    }

    /// One look. The next one sees what was written meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Timeout`].
    pub async fn look(&self) -> Result<BooksTx, StoreError> {
        Ok(BooksTx { tx: Tx::begin(&self.0, None, Disk::Later).await? })
    }

    /// Walks one chain from its beginning, and holds it against ends of it that were published before. `progress` hears how
    /// many entries were walked more.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn check(
        &self,
        subject: i64,
        published: &[AuditHead],
        mut progress: impl FnMut(u64),
    ) -> Result<AuditVerdict, StoreError> {
        let mut look = self.look().await?;
        let ends = look.ends(subject).await?;
        let begins_after = ends.gone.as_ref().map_or(0, |gone| gone.seq);
        let mut chain = Chain::of(subject, ends.gone);
        let mut differs = None;
        loop {
            let page = look.entries(subject, chain.end().seq, PAGE).await?;
            for record in &page {
                if let Err(place) = chain.take(record) {
                    return Ok(AuditVerdict::BrokenAt(place));
                }
                let said = published.iter().filter(|head| head.seq == record.seq);
                if differs.is_none() && said.into_iter().any(|head| head.hash != record.hash) {
                    differs = Some(record.seq);
                }
            }
            progress(page.len() as u64);
            if page.len() < PAGE as usize {
                break;
            }
        }
        let end = chain.end().seq;
        let cut_off = published.iter().any(|head| head.seq > end.max(begins_after));
        Ok(match (chain.close(ends.head.as_ref()), differs) {
            (AuditVerdict::Whole(_), Some(place)) => AuditVerdict::NotAsPublished(place),
            (AuditVerdict::Whole(_), None) if cut_off => AuditVerdict::NotAsPublished(end + 1),
            (verdict, _) => verdict,
        })
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.0.close().await;
    }
}

impl BooksTx {
    /// Every book.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn all(&mut self) -> Result<Vec<BookOf>, StoreError> {
        self.tx.all(sqlx::query_as(CHAINS)).await
    }

    /// The number of a Discord user's book, while they have one.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn subject_of(&mut self, user: UserId) -> Result<Option<i64>, StoreError> {
        Ok(self.tx.one(sqlx::query_as::<_, (Option<i64>,)>(SUBJECT).bind(user.0)).await?.0)
    }

    /// The ends of one.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn ends(&mut self, subject: i64) -> Result<Ends, StoreError> {
        let row: Option<EndsRow> = self.tx.first(sqlx::query_as(HEAD).bind(subject)).await?;
        Ok(row.map_or(Ends { head: None, gone: None }, |row| Ends {
            head: Some(AuditHead { seq: row.seq, hash: row.hash }),
            gone: row.gone_hash.map(|hash| AuditHead { seq: row.gone_seq, hash }),
        }))
    }

    /// Entries of one after the one at `after`, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn entries(&mut self, subject: i64, after: i64, most: u32) -> Result<Vec<AuditRecord>, StoreError> {
        let query = sqlx::query_as::<_, Row>(ENTRIES).bind(subject).bind(after).bind(i64::from(most));
        Ok(self.tx.all(query).await?.into_iter().map(AuditRecord::from).collect())
    }
}
