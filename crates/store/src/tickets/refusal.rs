//! Why a click is not taken.

use sqlx::FromRow;
use thiserror::Error;

pub(crate) const WHY_NOT: &str = "
    SELECT (t.kind = 'order') = $3 AS of_kind, t.consumed_at IS NOT NULL AS used, t.void_at IS NOT NULL AS void,
           a.removed_at IS NOT NULL AS account_gone, t.expires_at <= clock_timestamp() AS expired,
           t.guild_id IS DISTINCT FROM $2 AS elsewhere,
           t.phrase IS NOT NULL AND t.phrase IS DISTINCT FROM $4 AS untyped, a.environment <> t.environment AS environment_changed
      FROM app.tickets t JOIN app.accounts a ON a.user_id = t.user_id AND a.account_id = t.account_id
     WHERE t.ticket_id = $1";

#[derive(FromRow)]
pub(super) struct WhyNot {
    of_kind: bool,
    used: bool,
    void: bool,
    account_gone: bool,
    expired: bool,
    elsewhere: bool,
    untyped: bool,
    environment_changed: bool,
}

impl WhyNot {
    /// What the user is told; the first that holds. Only an alteration is left when nothing else does.
    pub(super) const fn refusal(&self) -> TicketRefusal {
        match self {
            Self { of_kind: false, .. } => TicketRefusal::Unknown,
            Self { used: true, .. } => TicketRefusal::Used,
            Self { void: true, .. } | Self { account_gone: true, .. } => TicketRefusal::Void,
            Self { expired: true, .. } => TicketRefusal::Expired,
            Self { elsewhere: true, .. } => TicketRefusal::Elsewhere,
            Self { environment_changed: true, .. } => TicketRefusal::EnvironmentChanged,
            Self { untyped: true, .. } => TicketRefusal::Phrase,
            _ => TicketRefusal::Altered,
        }
    }
}

/// Why a click is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum TicketRefusal {
    /// No such ticket of this user, or of another kind.
    #[error("unknown ticket")]
    Unknown,
    /// Clicked too late.
    #[error("ticket expired")]
    Expired,
    /// Clicked before.
    #[error("ticket already used")]
    Used,
    /// Withdrawn: canceled, replaced by another preview, or its account is gone.
    #[error("ticket void")]
    Void,
    /// Clicked in another place than where it was asked.
    #[error("ticket from elsewhere")]
    Elsewhere,
    /// What is stored is not what was shown.
    #[error("ticket altered")]
    Altered,
    /// The account is not in the environment that was shown.
    #[error("environment changed")]
    EnvironmentChanged,
    /// What had to be typed was not. The ticket is still good.
    #[error("phrase not typed")]
    Phrase,
}
