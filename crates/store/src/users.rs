//! Users and what they prefer.

use crate::{StoreError, TenantTx};
use domain::ids::AccountId;
use domain::settings::Settings;
use sqlx::FromRow;
use uuid::Uuid;

pub(crate) const READ: &str = "SELECT locale, default_account, settings FROM app.users";
pub(crate) const ENSURE: &str = "
    INSERT INTO app.users AS u (user_id, locale) VALUES ($1, $2)
    ON CONFLICT (user_id) DO UPDATE SET locale = coalesce(excluded.locale, u.locale)
    RETURNING locale, default_account, settings";
pub(crate) const SET_DEFAULT: &str = "
    UPDATE app.users u SET default_account = a.account_id FROM app.accounts a
     WHERE a.user_id = u.user_id AND a.account_id = $1 AND a.removed_at IS NULL";
/// What a newer program put beside it stays.
pub(crate) const CHANGE_SETTINGS: &str = "UPDATE app.users SET settings = settings || $1";
pub(crate) const SET_DM_CHANNEL: &str = "UPDATE app.users SET dm_channel = $1";

#[derive(FromRow)]
struct Row {
    locale: Option<String>,
    default_account: Option<Uuid>,
    settings: serde_json::Value,
}

impl TryFrom<Row> for User {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            locale: row.locale,
            default_account: row.default_account.map(AccountId),
            settings: read(row.settings)?,
        })
    }
}

pub(crate) fn read(settings: serde_json::Value) -> Result<Settings, StoreError> {
    serde_json::from_value(settings).map_err(|_| StoreError::Broken("a user's settings cannot be read"))
}

/// A user, as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// Discord's locale tag, such as `en-US`.
    pub locale: Option<String>,
    /// The account that commands without an account mean.
    pub default_account: Option<AccountId>,
    /// Everything else that the user chose.
    pub settings: Settings,
}

impl TenantTx {
    /// The tenant's own row; made when this is the first that we see of the user. A known locale replaces an older one.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn ensure_user(&mut self, locale: Option<&str>) -> Result<User, StoreError> {
        // Nearly always there already: a read is no commit to wait for.
        if let Some(row) = self.tx.first::<Row>(sqlx::query_as(READ)).await?
            && (locale.is_none() || locale == row.locale.as_deref())
        {
            return row.try_into();
        }
        let query = sqlx::query_as::<_, Row>(ENSURE).bind(self.user()).bind(locale.map(ToOwned::to_owned));
        self.tx.one(query).await?.try_into()
    }

    /// The account that commands without an account mean.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn default_account(&mut self) -> Result<Option<AccountId>, StoreError> {
        let row = self.tx.first::<Row>(sqlx::query_as(READ)).await?;
        Ok(row.and_then(|row| row.default_account).map(AccountId))
    }

    /// Chooses it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such linked account.
    pub async fn set_default_account(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.tx.touch(sqlx::query(SET_DEFAULT).bind(account.0)).await
    }

    /// The user's settings; the defaults of somebody whom we have not seen yet.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn settings(&mut self) -> Result<Settings, StoreError> {
        let row = self.tx.first::<Row>(sqlx::query_as(READ)).await?;
        row.map_or(Ok(Settings::default()), |row| read(row.settings))
    }

    /// Changes the fields that `to` names, an object with the names and values of [`Settings`]; the others stay as they are,
    /// also when somebody changes them at the same time.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] before [`TenantTx::ensure_user`]; `Conflict(Check)` when it is not an object.
    pub async fn change_settings(&mut self, to: &serde_json::Value) -> Result<(), StoreError> {
        self.tx.touch(sqlx::query(CHANGE_SETTINGS).bind(to.clone())).await
    }

    /// Keeps the user's channel for direct messages: opening one is what Discord wants to see seldom.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] before [`TenantTx::ensure_user`].
    pub async fn set_dm_channel(&mut self, channel: Option<i64>) -> Result<(), StoreError> {
        self.tx.touch(sqlx::query(SET_DM_CHANNEL).bind(channel)).await
    }
}
