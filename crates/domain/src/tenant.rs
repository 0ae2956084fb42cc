//! Whose data may be touched.

use crate::ids::UserId;
use std::fmt;

/// The right to act as one user. Every query of tenant data asks for it.
///
/// Made in two places only: from a Discord interaction's own user, and from a stored row. A clippy wall
/// (`disallowed-methods`) names both constructors, so a third place has to argue for itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tenant(UserId);

impl Tenant {
    /// The user who sent the interaction, as Discord says; never a user named in an option.
    pub const fn from_interaction(user: UserId) -> Self {
        Self(user)
    }

    /// The owner of a row that the database handed out for work nobody clicked for (settling, rotation).
    pub const fn from_stored_row(user: UserId) -> Self {
        Self(user)
    }

    /// The user that this tenant is.
    pub const fn user(&self) -> UserId {
        self.0
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tenant({})", self.0)
    }
}
