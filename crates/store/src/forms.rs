//! Open forms (modals): what was decided before the form opened, so that a restart does not lose it.

use crate::accounts::environment;
use crate::{StoreError, TenantTx};
use chrono::{DateTime, Utc};
use domain::account::{AccountName, Environment};
use domain::ids::{AccountId, FormId};
use sqlx::FromRow;
use thiserror::Error;
use uuid::Uuid;

pub(crate) const INSERT: &str = "
    INSERT INTO app.forms (user_id, form_id, kind, name, environment, account_id) VALUES ($1, $2, $3, $4, $5, $6)";
pub(crate) const CONSUME: &str = "
    UPDATE app.forms f SET consumed_at = clock_timestamp()
     WHERE form_id = $1 AND consumed_at IS NULL AND expires_at > clock_timestamp()
       AND (account_id IS NULL OR EXISTS (SELECT FROM app.accounts a WHERE a.user_id = f.user_id
                                             AND a.account_id = f.account_id AND a.removed_at IS NULL))
    RETURNING name, environment, account_id, opened_at";
pub(crate) const READ: &str = "SELECT name, environment, account_id, opened_at FROM app.forms WHERE form_id = $1";
pub(crate) const WHY_NOT: &str = "
    SELECT consumed_at IS NOT NULL AS used, expires_at <= clock_timestamp() AS expired,
           account_id IS NOT NULL AND NOT EXISTS (SELECT FROM app.accounts a WHERE a.user_id = f.user_id
                                                     AND a.account_id = f.account_id AND a.removed_at IS NULL) AS void
      FROM app.forms f WHERE form_id = $1";

#[derive(FromRow)]
struct Row {
    name: Option<String>,
    environment: Option<String>,
    account_id: Option<Uuid>,
    opened_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct WhyNot {
    used: bool,
    expired: bool,
    void: bool,
}

impl Row {
    fn ask(self) -> Result<FormAsk, StoreError> {
        match (self.name, self.environment, self.account_id) {
            (Some(name), Some(text), None) => {
                Ok(FormAsk::Link { name: AccountName::stored(name), environment: environment(&text)? })
            }
            (None, None, Some(account)) => Ok(FormAsk::Rotate { account: AccountId(account) }),
            (None, None, None) => Ok(FormAsk::Leave),
            _ => Err(StoreError::Broken("a stored form cannot be read")),
        }
    }
}

/// What a form is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormAsk {
    /// Keys of an account to be linked.
    Link {
        /// Its name.
        name: AccountName,
        /// Paper or live.
        environment: Environment,
    },
    /// New keys for a linked account.
    Rotate {
        /// Which.
        account: AccountId,
    },
    /// Not a form but a question: whether everything is to be deleted.
    Leave,
}

/// A form to be opened. It lives for 15 minutes, as long as Discord's interaction token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewForm {
    /// Its id, part of the modal's `custom_id`.
    pub id: FormId,
    /// What it is for.
    pub ask: FormAsk,
}

/// A form that was open and is now taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Its id.
    pub id: FormId,
    /// What it is for.
    pub ask: FormAsk,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
}

/// Why a form cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum FormRefusal {
    /// No such form of this user.
    #[error("unknown form")]
    Unknown,
    /// Open for too long.
    #[error("form expired")]
    Expired,
    /// Submitted before.
    #[error("form already submitted")]
    Used,
    /// The account it was for is gone.
    #[error("form void")]
    Void,
}

impl TenantTx {
    /// What a form is or was for, in whatever state it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn form(&mut self, id: FormId) -> Result<FormAsk, StoreError> {
        self.tx.one(sqlx::query_as::<_, Row>(READ).bind(id.0)).await?.ask()
    }

    /// Opens a form.
    ///
    /// # Errors
    /// `Conflict(Reference)` when the account is not this user's.
    pub async fn insert_form(&mut self, new: &NewForm) -> Result<(), StoreError> {
        let (kind, name, environment, account) = match &new.ask {
            FormAsk::Link { name, environment } => {
                ("link", Some(name.as_str().to_owned()), Some(environment.as_str()), None)
            }
            FormAsk::Rotate { account } => ("rotate", None, None, Some(account.0)),
            FormAsk::Leave => ("leave", None, None, None),
        };
        let query =
            sqlx::query(INSERT).bind(self.user()).bind(new.id.0).bind(kind).bind(name).bind(environment).bind(account);
        self.tx.run(query).await.map(drop)
    }

    /// Takes a form, once.
    ///
    /// # Errors
    /// [`StoreError`] of any statement; a form that cannot be taken is the inner [`FormRefusal`].
    pub async fn consume_form(&mut self, form: FormId) -> Result<Result<Form, FormRefusal>, StoreError> {
        loop {
            if let Some(row) = self.tx.first(sqlx::query_as::<_, Row>(CONSUME).bind(form.0)).await? {
                return Ok(Ok(Form { id: form, opened_at: row.opened_at, ask: row.ask()? }));
            }
            let row = self.tx.first(sqlx::query_as::<_, WhyNot>(WHY_NOT).bind(form.0)).await?;
            return Ok(Err(match row {
                None => FormRefusal::Unknown,
                Some(WhyNot { used: true, .. }) => FormRefusal::Used,
                Some(WhyNot { expired: true, .. }) => FormRefusal::Expired,
                Some(WhyNot { void: true, .. }) => FormRefusal::Void,
                // It was committed between the two statements.
                Some(WhyNot { .. }) => continue,
            }));
        }
    }
}
