#![doc = include_str!("../README.md")]

mod accounts;
mod audit;
mod audit_action;
mod book;
pub mod boot;
mod budget;
mod chain;
mod credentials;
pub mod embedded;
mod error;
mod exercises;
mod forms;
mod intents;
mod interactions;
mod leaving;
mod ledger;
mod life_row;
mod migrate;
mod notices;
mod order_row;
mod places;
#[cfg(test)]
mod queries;
mod revocation;
mod store;
mod submission;
mod system;
mod tally;
mod tenant_tx;
#[cfg(feature = "testing")]
pub mod testing;
mod tickets;
mod tx;
mod users;
mod views;

pub use accounts::{Keyed, NewAccount};
pub use audit::{AuditEntry, AuditFilter, AuditHead, AuditRecord, AuditVerdict};
pub use audit_action::{AuditAction, HouseAction};
pub use book::{BookOf, Books, BooksTx, Ends};
pub use chain::{Chain, text_hash};
pub use error::{Constraint, StoreError};
pub use exercises::{Exercise, Found, Looks, NewExercise};
pub use forms::{Form, FormAsk, FormRefusal, NewForm};
pub use intents::{Direct, Intent, NewIntent, Recorded, Step};
pub use leaving::Kept;
pub use ledger::{Fill, LedgerOrder, Source};
pub use migrate::{BOOTSTRAP, MigrateError, PruneError, migrate, prune_audit};
pub use notices::{DueNotice, NoticeOutcome};
pub use places::ServerRules;
pub use store::{Limits, Store};
pub use submission::{Lease, Leased};
pub use system::{DueIntent, KeyUse, Purged, SystemTx};
pub use tally::Asked;
pub use tenant_tx::TenantTx;
pub use tickets::{Ask, Confirm, Confirmed, NewTicket, Ticket, TicketRefusal};
pub use users::User;

#[cfg(test)]
mod tests;
