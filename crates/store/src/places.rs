//! The servers that a user came from, and what their admins decided.

use crate::{StoreError, TenantTx};
use domain::money::Usd;
use rust_decimal::Decimal;
use sqlx::FromRow;

pub(crate) const NOTE: &str = "INSERT INTO app.places (user_id, guild_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
pub(crate) const CAME_FROM: &str = "SELECT EXISTS (SELECT FROM app.places WHERE guild_id = ANY ($1))";
pub(crate) const RULES: &str = "SELECT forbids_live, most_dollars FROM app.server_rules($1)";
pub(crate) const RULES_FOR_ME: &str = "SELECT forbids_live, most_dollars FROM app.rules_for_me($1)";
pub(crate) const SET_RULES: &str = "SELECT app.set_server_rules($1, $2, $3)";

/// What a server forbids. It can allow nothing that is forbidden elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerRules {
    /// No orders with real money.
    pub forbids_live: bool,
    /// The most that one buy with real money may cost.
    pub most: Option<Usd>,
}

#[derive(FromRow)]
struct Row {
    forbids_live: bool,
    most_dollars: Option<Decimal>,
}

impl From<Row> for ServerRules {
    fn from(row: Row) -> Self {
        Self { forbids_live: row.forbids_live, most: row.most_dollars.map(Usd) }
    }
}

impl TenantTx {
    /// Notes that the user gave a command in that server.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn note_place(&mut self, guild: i64) -> Result<(), StoreError> {
        self.tx.run(sqlx::query(NOTE).bind(self.user()).bind(guild)).await.map(drop)
    }

    /// Whether the user ever gave a command in one of these servers.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn came_from(&mut self, guilds: &[i64]) -> Result<bool, StoreError> {
        Ok(self.tx.one(sqlx::query_as::<_, (bool,)>(CAME_FROM).bind(guilds.to_vec())).await?.0)
    }

    /// What that server forbids.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn server_rules(&mut self, guild: i64) -> Result<ServerRules, StoreError> {
        self.tx.one(sqlx::query_as::<_, Row>(RULES).bind(guild)).await.map(ServerRules::from)
    }

    /// What this server and all that the user came from forbid, taken together.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn rules_for_me(&mut self, here: Option<i64>) -> Result<ServerRules, StoreError> {
        self.tx.one(sqlx::query_as::<_, Row>(RULES_FOR_ME).bind(here)).await.map(ServerRules::from)
    }

    /// Replaces what that server forbids. Who may do that is for the caller to know.
    ///
    /// # Errors
    /// `Conflict(Check)` for a limit that is not above zero.
    pub async fn set_server_rules(&mut self, guild: i64, rules: ServerRules) -> Result<(), StoreError> {
        let query = sqlx::query(SET_RULES).bind(guild).bind(rules.forbids_live).bind(rules.most.map(|usd| usd.0));
        self.tx.run(query).await.map(drop)
    }
}
