//! What is wished of option contracts: shown, decided by a press, answered by the broker.

use crate::accounts::environment;
use crate::life_row::{doubt, read_doubt, read_refusal, refusal};
use crate::tickets::millis;
use crate::{StoreError, TenantTx, TicketRefusal};
use chrono::{DateTime, Utc};
use domain::account::Environment;
use domain::brokerage::Wish;
use domain::ids::{AccountId, InteractionId, TicketId};
use domain::money::Quantity;
use domain::outcome::ExerciseOutcome;
use domain::symbol::Symbol;
use rust_decimal::Decimal;
use serde_json::Value;
use sqlx::FromRow;
use std::time::Duration;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "e.exercise_id, e.account_id, e.environment, e.contract, e.wish, e.qty, e.expires_at, e.decided_at, e.outcome,
         e.refusal, e.doubt, e.found"
    };
}

pub(crate) const INSERT: &str = concat!(
    "INSERT INTO app.exercises AS e (user_id, exercise_id, account_id, environment, contract, wish, qty, guild_id, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + $9::bigint * interval '1 millisecond')
     RETURNING ",
    columns!()
);
pub(crate) const READ: &str = concat!("SELECT ", columns!(), " FROM app.exercises e WHERE e.exercise_id = $1");
/// Of several presses one finds the row undecided: the others wait for its lock and then look again.
pub(crate) const DECIDE: &str = concat!(
    "UPDATE app.exercises e SET decided_at = clock_timestamp(), decided_by = $3,
            next_look_at = CASE WHEN e.wish = 'exercise' THEN clock_timestamp() + $4::bigint * interval '1 millisecond' END
       FROM app.accounts a
      WHERE e.exercise_id = $1 AND e.decided_at IS NULL AND e.void_at IS NULL AND e.expires_at > clock_timestamp()
        AND e.guild_id IS NOT DISTINCT FROM $2
        AND a.user_id = e.user_id AND a.account_id = e.account_id AND a.environment = e.environment
        AND a.removed_at IS NULL
     RETURNING ",
    columns!()
);
pub(crate) const WHY_NOT: &str = "
    SELECT e.decided_at IS NOT NULL AS used, e.void_at IS NOT NULL OR a.removed_at IS NOT NULL AS void,
           e.expires_at <= clock_timestamp() AS expired
      FROM app.exercises e JOIN app.accounts a ON a.user_id = e.user_id AND a.account_id = e.account_id
     WHERE e.exercise_id = $1";
/// The first answer stays.
pub(crate) const ANSWER: &str = "
    UPDATE app.exercises SET outcome = $2, refusal = $3, doubt = $4, answered_at = clock_timestamp(),
           next_look_at = CASE WHEN $2 = 'unknown' THEN next_look_at END
     WHERE exercise_id = $1 AND decided_at IS NOT NULL AND outcome IS NULL AND found IS NULL";
/// Of several processes one finds it due. The wait grows with the age, and ends.
pub(crate) const CLAIM: &str = concat!(
    "UPDATE app.exercises e
        SET next_look_at = CASE WHEN e.decided_at > clock_timestamp() - $2::bigint * interval '1 millisecond'
            THEN clock_timestamp() + least(greatest((clock_timestamp() - e.decided_at) / 2,
                     $3::bigint * interval '1 millisecond'), $4::bigint * interval '1 millisecond') END
      WHERE e.exercise_id = $1 AND e.next_look_at <= clock_timestamp()
     RETURNING ",
    columns!()
);
/// The first finding stays, but for one that was given up.
pub(crate) const FIND: &str = "
    UPDATE app.exercises SET found = $2, found_at = clock_timestamp(), next_look_at = NULL
     WHERE exercise_id = $1 AND decided_at IS NOT NULL AND outcome IS DISTINCT FROM 'taken' AND refusal IS NULL
       AND (found IS NULL OR (found = 'given_up' AND $2 = 'exercised'))";
pub(crate) const VOID: &str = "
    UPDATE app.exercises SET void_at = clock_timestamp()
     WHERE exercise_id = $1 AND decided_at IS NULL AND void_at IS NULL";

#[derive(FromRow)]
struct Row {
    exercise_id: Uuid,
    account_id: Uuid,
    environment: String,
    contract: String,
    wish: String,
    qty: Decimal,
    expires_at: DateTime<Utc>,
    decided_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
    refusal: Option<Value>,
    doubt: Option<Value>,
    found: Option<String>,
}

#[derive(FromRow)]
struct WhyNot {
    used: bool,
    void: bool,
    expired: bool,
}

impl TryFrom<Row> for Exercise {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let unreadable = StoreError::Broken("a stored exercise cannot be read");
        let answer = match (row.outcome.as_deref(), row.refusal, row.doubt) {
            (None, None, None) => None,
            (Some("taken"), None, None) => Some(ExerciseOutcome::Taken),
            (Some("refused"), Some(refusal), None) => Some(ExerciseOutcome::Refused(read_refusal(refusal)?)),
            (Some("unknown"), None, Some(doubt)) => Some(ExerciseOutcome::Unknown(read_doubt(doubt)?)),
            _ => return Err(unreadable),
        };
        Ok(Self {
            id: TicketId(row.exercise_id),
            account: AccountId(row.account_id),
            environment: environment(&row.environment)?,
            contract: Symbol::from_broker(row.contract),
            wish: Wish::from_stored(&row.wish).ok_or_else(|| unreadable.clone())?,
            qty: Quantity::new(row.qty).ok_or(unreadable)?,
            expires_at: row.expires_at,
            decided_at: row.decided_at,
            answer,
            found: row.found.as_deref().map(Found::from_stored).transpose()?,
        })
    }
}

/// What was found of an exercise whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The broker's history lists it.
    Exercised,
    /// The history did not list it for so long that nobody looks any more.
    GivenUp,
}

/// A wish to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewExercise {
    /// 128 random bits.
    pub id: TicketId,
    /// Which account.
    pub account: AccountId,
    /// The account's environment, as shown.
    pub environment: Environment,
    /// Which contract.
    pub contract: Symbol,
    /// What is wished of it.
    pub wish: Wish,
    /// Contracts held.
    pub qty: Quantity,
    /// The server in which it was asked; `None` in a direct message. A press from elsewhere is refused.
    pub guild: Option<i64>,
    /// How long the press may take, by the database's clock.
    pub lives_for: Duration,
}

/// A wish, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exercise {
    /// Its id.
    pub id: TicketId,
    /// Which account.
    pub account: AccountId,
    /// The environment that was shown.
    pub environment: Environment,
    /// Which contract.
    pub contract: Symbol,
    /// What is wished of it.
    pub wish: Wish,
    /// Contracts held when it was asked.
    pub qty: Quantity,
    /// Until when it can be decided.
    pub expires_at: DateTime<Utc>,
    /// When it was decided. From then on, and until there is an answer, it may have arrived.
    pub decided_at: Option<DateTime<Utc>>,
    /// What the broker said.
    pub answer: Option<ExerciseOutcome>,
    /// What was found of one without an answer.
    pub found: Option<Found>,
}

impl Exercise {
    /// Whether it is known what became of it: the broker said so, or its history did.
    pub const fn is_settled(&self) -> bool {
        matches!(self.answer, Some(ExerciseOutcome::Taken | ExerciseOutcome::Refused(_)))
            || matches!(self.found, Some(Found::Exercised))
    }
}

impl Found {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Exercised => "exercised",
            Self::GivenUp => "given_up",
        }
    }

    fn from_stored(text: &str) -> Result<Self, StoreError> {
        match text {
            "exercised" => Ok(Self::Exercised),
            "given_up" => Ok(Self::GivenUp),
            _ => Err(StoreError::Broken("a stored finding cannot be read")),
        }
    }
}

/// When an exercise without an answer is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    /// The first time this long after it was decided, and never more often.
    pub least: Duration,
    /// At least this often.
    pub most: Duration,
    /// Until it is so old.
    pub until: Duration,
}

impl TenantTx {
    /// Stores a wish that is shown.
    ///
    /// # Errors
    /// `Conflict(Reference)` when the account is not this user's.
    pub async fn insert_exercise(&mut self, new: &NewExercise) -> Result<Exercise, StoreError> {
        let query = sqlx::query_as::<_, Row>(INSERT)
            .bind(self.user())
            .bind(new.id.0)
            .bind(new.account.0)
            .bind(new.environment.as_str())
            .bind(new.contract.as_str().to_owned())
            .bind(new.wish.as_str())
            .bind(new.qty.get())
            .bind(new.guild)
            .bind(millis(new.lives_for));
        self.tx.one(query).await?.try_into()
    }

    /// Reads a wish, in whatever state it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn exercise(&mut self, id: TicketId) -> Result<Exercise, StoreError> {
        self.tx.one(sqlx::query_as::<_, Row>(READ).bind(id.0)).await?.try_into()
    }

    /// Decides a wish: of many presses one does. Without an answer by then, an exercise is looked for after `first_look`.
    ///
    /// # Errors
    /// [`StoreError`] of any statement; a press that is not taken is the inner [`TicketRefusal`].
    pub async fn decide_exercise(
        &mut self,
        id: TicketId,
        interaction: InteractionId,
        guild: Option<i64>,
        first_look: Duration,
    ) -> Result<Result<Exercise, TicketRefusal>, StoreError> {
        let query =
            sqlx::query_as::<_, Row>(DECIDE).bind(id.0).bind(guild).bind(interaction.0).bind(millis(first_look));
        if let Some(row) = self.tx.first(query).await? {
            return Ok(Ok(row.try_into()?));
        }
        let why = self.tx.first(sqlx::query_as::<_, WhyNot>(WHY_NOT).bind(id.0)).await?;
        Ok(Err(match why {
            None => TicketRefusal::Unknown,
            Some(WhyNot { used: true, .. }) => TicketRefusal::Used,
            Some(WhyNot { void: true, .. }) => TicketRefusal::Void,
            Some(WhyNot { expired: true, .. }) => TicketRefusal::Expired,
            Some(_) => TicketRefusal::Elsewhere,
        }))
    }

    /// Notes the broker's answer. `false` when there is one already, or nothing was decided.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn answer_exercise(&mut self, id: TicketId, answer: &ExerciseOutcome) -> Result<bool, StoreError> {
        let (word, refused, in_doubt) = match answer {
            ExerciseOutcome::Taken => ("taken", None, None),
            ExerciseOutcome::Refused(why) => ("refused", Some(refusal(why)?), None),
            ExerciseOutcome::Unknown(why) => ("unknown", None, Some(doubt(why)?)),
        };
        let query = sqlx::query(ANSWER).bind(id.0).bind(word).bind(refused).bind(in_doubt);
        Ok(self.tx.run(query).await? == 1)
    }

    /// Takes an exercise without an answer that is due for a look: nobody else looks for it before it is due again. `None` when
    /// somebody has it, or it is settled.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn claim_exercise(&mut self, id: TicketId, looks: Looks) -> Result<Option<Exercise>, StoreError> {
        let Looks { least, most, until } = looks;
        let query =
            sqlx::query_as::<_, Row>(CLAIM).bind(id.0).bind(millis(until)).bind(millis(least)).bind(millis(most));
        self.tx.first(query).await?.map(TryInto::try_into).transpose()
    }

    /// Notes what was found of an exercise without an answer. `false` when that was known before, or there is an answer.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn find_exercise(&mut self, id: TicketId, found: Found) -> Result<bool, StoreError> {
        Ok(self.tx.run(sqlx::query(FIND).bind(id.0).bind(found.as_str())).await? == 1)
    }

    /// Withdraws a wish. `false` when it was decided, withdrawn or unknown before.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn void_exercise(&mut self, id: TicketId) -> Result<bool, StoreError> {
        Ok(self.tx.run(sqlx::query(VOID).bind(id.0)).await? == 1)
    }
}
