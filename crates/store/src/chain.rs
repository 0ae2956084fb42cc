//! A chain, walked from outside: what the database says of itself is not believed.

use crate::audit::{AuditHead, AuditRecord, AuditVerdict};
use sha2::{Digest, Sha256};

/// Entries whose link is made of the text itself. Later ones are made of the text's hash.
const OLDEST_FORM: i16 = 1;

/// The hash that an entry leaves out of an export for, and that its link is made of.
pub fn text_hash(text: &str) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}

/// The hash of an entry, from the hash before it.
fn link(record: &AuditRecord) -> Vec<u8> {
    let hash = Sha256::new().chain_update(&record.prev_hash);
    if record.form == OLDEST_FORM {
        hash.chain_update(&record.text).finalize().to_vec()
    } else {
        hash.chain_update(text_hash(&record.text)).finalize().to_vec()
    }
}

/// A chain as far as it was walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    end: AuditHead,
}

impl Chain {
    /// The chain of a subject (0: the house), from its beginning, or from where it begins since its oldest months are gone.
    pub fn of(subject: i64, gone: Option<AuditHead>) -> Self {
        let genesis = || AuditHead { seq: 0, hash: text_hash(&format!("paddock audit of {subject}")) };
        Self { end: gone.unwrap_or_else(genesis) }
    }

    /// How far it was walked.
    pub const fn end(&self) -> &AuditHead {
        &self.end
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// The place of the first entry that is missing or not as it was written.
    pub fn take(&mut self, record: &AuditRecord) -> Result<(), i64> {
        let next = self.end.seq + 1;
        if record.seq != next || record.prev_hash != self.end.hash || record.hash != link(record) {
            return Err(next.min(record.seq));
        }
        self.end = AuditHead { seq: record.seq, hash: record.hash.clone() };
        Ok(())
    }

    /// What the whole chain is worth, given the end that the database keeps beside it.
    pub fn close(&self, kept: Option<&AuditHead>) -> AuditVerdict {
        match kept {
            None if self.end.seq == 0 => AuditVerdict::Whole(None),
            None => AuditVerdict::BrokenAt(1),
            Some(kept) if kept.seq != self.end.seq => AuditVerdict::BrokenAt(kept.seq.min(self.end.seq) + 1),
            Some(kept) if kept.hash != self.end.hash => AuditVerdict::BrokenAt(kept.seq),
            Some(kept) => AuditVerdict::Whole(Some(kept.clone())),
        }
    }
}
