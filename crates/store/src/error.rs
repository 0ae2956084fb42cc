//! What a caller has to decide when the database does not do what was asked.

use thiserror::Error;

/// Which rule of the schema a write ran into, where a caller can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Constraint {
    /// The user has another account of that name.
    AccountName,
    /// The user has linked that Alpaca account already.
    BrokerAccount,
    /// The ticket has an intent already.
    TicketUsed,
    /// An intent of that id or `client_order_id` exists already.
    IntentExists,
    /// The interaction has made an intent already.
    InteractionUsed,
    /// Another row of that id exists already.
    Exists,
    /// A row that is referred to is not this user's, or does not exist.
    Reference,
    /// A value that the schema does not take, such as a price of zero.
    Check,
    /// The master key was revoked, so nothing may be sealed under it.
    KeyRevoked,
    /// Two transactions were in each other's way; the same one may be tried again.
    Contention,
}

/// Why a query or a commit brought nothing. Each variant is a decision; the details are in the log.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The database could not be reached, or has no free connection. Nothing was changed.
    #[error("the database is not reachable")]
    Unavailable,
    /// A statement took too long. Nothing was changed.
    #[error("the database took too long")]
    Timeout,
    /// A rule of the schema. Nothing was changed.
    #[error("refused by the schema ({0:?})")]
    Conflict(Constraint),
    /// There is no such row, or it is not this user's: the two look the same on purpose.
    #[error("not found")]
    NotFound,
    /// Row-level security or a missing grant stopped the statement: a defect of this program.
    #[error("denied by the database")]
    Denied,
    /// The commit was sent and its answer was lost: read again by id before anything else is done.
    #[error("the commit's answer was lost")]
    Ambiguous,
    /// A defect of this program or of the stored data.
    #[error("broken: {0}")]
    Broken(&'static str),
}

/// What an error of the database driver means for the caller; the rest goes to the log.
pub(crate) fn decide(error: &sqlx::Error) -> StoreError {
    use sqlx::Error as E;
    let decision = match error {
        E::Database(refusal) => by_code(refusal.code().as_deref().unwrap_or_default(), refusal.constraint()),
        E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::Io(_) | E::Tls(_) | E::BeginFailed => {
            StoreError::Unavailable
        }
        E::RowNotFound => StoreError::NotFound,
        E::Configuration(_) => StoreError::Broken("not a database URL"),
        // How sqlx 0.9 words a server, or whatever stands before it, that hangs up before it has said a byte.
        E::Protocol(why) if why.contains("SSLRequest: 0x00") => StoreError::Unavailable,
        E::Protocol(_) => StoreError::Broken("the database does not speak its protocol"),
        _ => StoreError::Broken("a row cannot be read"),
    };
    // Not the error's DETAIL: it quotes rows.
    match (&decision, error) {
        (StoreError::Conflict(_) | StoreError::NotFound, _) => {}
        (_, E::Database(refusal)) => {
            tracing::warn!(code = ?refusal.code(), message = refusal.message(), ?decision, "database refused a statement");
        }
        _ => tracing::warn!(%error, ?decision, "database failed"),
    }
    decision
}

/// SQLSTATE, see PostgreSQL's appendix A.
fn by_code(code: &str, constraint: Option<&str>) -> StoreError {
    match code {
        "23505" => StoreError::Conflict(unique(constraint.unwrap_or_default())),
        "23503" => StoreError::Conflict(Constraint::Reference),
        "23514" if constraint == Some("credentials_sound_key") => StoreError::Conflict(Constraint::KeyRevoked),
        "23502" | "23514" | "22003" | "22001" => StoreError::Conflict(Constraint::Check),
        "40001" | "40P01" | "55P03" => StoreError::Conflict(Constraint::Contention),
        "42501" => StoreError::Denied,
        "57014" | "25P03" => StoreError::Timeout,
        "25P02" => StoreError::Broken("statement after a failed one"),
        _ if is_outage(code) => StoreError::Unavailable,
        _ => StoreError::Broken("the database refused a statement for a reason that we do not know"),
    }
}

/// Connection lost, out of resources, shutting down or starting up.
fn is_outage(code: &str) -> bool {
    code.starts_with("08") || code.starts_with("53") || code.starts_with("57P") || code == "25006"
}

fn unique(constraint: &str) -> Constraint {
    match constraint {
        "accounts_name" => Constraint::AccountName,
        "accounts_broker" => Constraint::BrokerAccount,
        "intents_ticket" => Constraint::TicketUsed,
        "intents_pkey" | "intents_client_order_id" => Constraint::IntentExists,
        "intents_interaction" => Constraint::InteractionUsed,
        _ => Constraint::Exists,
    }
}

/// Whether a failed COMMIT is proof that nothing was kept: the server itself refused it, and was not going down.
pub(crate) fn was_undone(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(refusal) if !is_outage(refusal.code().as_deref().unwrap_or("08")))
}
