//! Whose data may be touched.

use crate::ids::{InteractionId, UserId};
use std::fmt;
use std::hash::{Hash, Hasher};

/// The right to act as one user. Every query of tenant data asks for it.
///
/// Made in two places only: from a Discord interaction's own user, and from a stored row. A clippy wall
/// (`disallowed-methods`) names both constructors, so a third place has to argue for itself.
#[derive(Clone, Copy)]
pub struct Tenant {
    user: UserId,
    origin: Origin,
}

/// What the user did that made us act. It goes into the audit book with whatever comes of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The interaction; `None` for work that nobody clicked for.
    pub interaction: Option<InteractionId>,
    /// The message whose button was pressed.
    pub message: Option<i64>,
    /// The server; `None` in a direct message.
    pub guild: Option<i64>,
}

impl Tenant {
    /// The user who sent the interaction, as Discord says; never a user named in an option.
    pub const fn from_interaction(user: UserId) -> Self {
        Self::of(user)
    }

    /// The owner of a row that the database handed out for work nobody clicked for (settling, rotation).
    pub const fn from_stored_row(user: UserId) -> Self {
        Self::of(user)
    }

    const fn of(user: UserId) -> Self {
        Self { user, origin: Origin { interaction: None, message: None, guild: None } }
    }

    /// The same user, with what made them act.
    #[must_use]
    pub const fn by(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// The user that this tenant is.
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// What made us act for them.
    pub const fn origin(&self) -> Origin {
        self.origin
    }
}

/// The same user is the same tenant, wherever they act from.
impl PartialEq for Tenant {
    fn eq(&self, other: &Self) -> bool {
        self.user == other.user
    }
}

impl Eq for Tenant {}

impl Hash for Tenant {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.user.hash(state);
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tenant({})", self.user)
    }
}
