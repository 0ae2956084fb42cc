//! What a new connection learns before it is used.
//!
//! The server plans a statement when a connection first carries it out, and reads what it needs of its catalogue: tens of
//! milliseconds for those of an order, against one for the statement itself. Orders are rare and connections do not live for
//! ever, so without this nearly every order would pay for that, on its way.

use crate::submission::asking;
use crate::tickets::{Confirm, taking};
use domain::ids::{IntentId, InteractionId, TicketId};
use domain::tenant::Origin;
use sqlx::PgConnection;
use std::time::Duration;
use uuid::Uuid;

/// Nobody's transaction, which finds no row. Whoever holds a lock on a whole table is not waited for.
const BEGIN: &str = "BEGIN; SET LOCAL app.user_id = ''; SET LOCAL lock_timeout = '100ms'";

/// Carries out the statements of an order for nobody. A connection on which they fail is as good as any: there may be no schema
/// yet.
///
/// # Errors
/// When the connection breaks.
pub(crate) async fn up(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(BEGIN).execute(&mut *connection).await?;
    if let Err(failure) = go_through(&mut *connection).await {
        tracing::debug!(%failure, "the statements of an order could not be gone through");
    }
    sqlx::raw_sql("ROLLBACK").execute(connection).await.map(drop)
}

async fn go_through(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let intent = IntentId(Uuid::nil());
    let click = Confirm {
        ticket: TicketId(Uuid::nil()),
        intent,
        interaction: InteractionId(0),
        item: 0,
        typed: None,
        guild: None,
    };
    taking(&click, Origin::default()).fetch_optional(&mut *connection).await?;
    asking(intent, Uuid::nil(), Duration::ZERO, Origin::default()).fetch_optional(connection).await?;
    Ok(())
}
