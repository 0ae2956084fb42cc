//! `paddock audit`: check the books, copy them out, hold them against the broker, let go of what is older than seven years.

mod export;
mod prune;
mod reconcile;
mod verify;

use crate::config::{Env, audit, data::Data, database::Database as Where};
use crate::database::Database;
use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use desk::export::Form;
use domain::ids::UserId;
use std::path::PathBuf;
use std::process::ExitCode;
use store::Books;
use uuid::Uuid;

/// What `audit` can be told.
#[derive(Subcommand)]
pub enum AuditCommand {
    /// Walk every chain from its beginning, and hold it against the ends that were published. Names the first broken link.
    Verify {
        /// Only this one: a Discord user's id, or the number of a book; 0 is the house's own.
        #[arg(long, allow_hyphen_values = true)]
        user: Option<i64>,
    },
    /// Copy a user's book out, in a form that others can check (docs/audit.md). The copy is noted in the book.
    Export(ExportArgs),
    /// Compare every account's book with the broker's own list of orders: missing, extra, told differently.
    Reconcile {
        /// Orders of the last so many days.
        #[arg(long, default_value_t = 30)]
        days: u32,
    },
    /// Drop whole months that are older than seven years; younger ones are refused. As the owning role.
    Prune {
        /// The first month that is kept, as YYYY-MM.
        #[arg(long)]
        before: String,
    },
}

/// What `audit export` can be told.
#[derive(clap::Args, Clone, Debug)]
pub struct ExportArgs {
    /// Whose: a Discord user's id, or the number of a book, as a receipt of leaving names it; 0 is the house's own.
    #[arg(long, allow_hyphen_values = true)]
    user: i64,
    /// JSON Lines or CSV.
    #[arg(long, value_enum, default_value = "jsonl")]
    format: FormWord,
    /// Only from this day on (YYYY-MM-DD, UTC).
    #[arg(long)]
    from: Option<chrono::NaiveDate>,
    /// Show nothing of this day and later (YYYY-MM-DD, UTC).
    #[arg(long)]
    until: Option<chrono::NaiveDate>,
    /// Show only what is about this account, by Paddock's id.
    #[arg(long)]
    account: Option<Uuid>,
    /// Show only what is about this order, by the broker's id or by its intent.
    #[arg(long)]
    order: Option<Uuid>,
    /// Show only this act, such as `order_sent`.
    #[arg(long)]
    act: Option<String>,
    /// The file; standard output when it is left out.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormWord {
    Jsonl,
    Csv,
}

impl From<FormWord> for Form {
    fn from(word: FormWord) -> Self {
        match word {
            FormWord::Jsonl => Self::JsonLines,
            FormWord::Csv => Self::Csv,
        }
    }
}

/// Runs it.
///
/// # Errors
/// When the database cannot be opened, or the command cannot do what it is for.
pub async fn run(command: AuditCommand, env: &Env) -> anyhow::Result<ExitCode> {
    if let AuditCommand::Prune { before } = command {
        return prune::run(&before, env).await.map(|()| ExitCode::SUCCESS);
    }
    let (at, data) = (Where::from_env(env)?, Data::from_env(env));
    let database = Database::open(&at, &data).await?;
    if let AuditCommand::Reconcile { days } = command {
        let done = Box::pin(reconcile::run(&database, env, days)).await;
        database.close().await;
        return done;
    }
    let done = async {
        let books = open_books(&database, env).await?;
        let done = match command {
            AuditCommand::Verify { user } => verify::run(&books, audit::heads(env, &at, &data), user).await,
            AuditCommand::Export(args) => export::run(&database, &books, &args).await.map(|()| ExitCode::SUCCESS),
            AuditCommand::Prune { .. } | AuditCommand::Reconcile { .. } => Ok(ExitCode::SUCCESS),
        };
        books.close().await;
        done
    }
    .await;
    database.close().await;
    done
}

/// Of a Discord user's id, the number of their book; of a book's number, that number. The two cannot be mistaken: a book's is
/// negative or 0, but for books of users from before there were such numbers.
async fn subject(books: &Books, user: i64) -> anyhow::Result<i64> {
    if user <= 0 {
        return Ok(user);
    }
    books.look().await?.subject_of(UserId(user)).await?.context("this user has no audit book")
}

async fn open_books(database: &Database, env: &Env) -> anyhow::Result<Books> {
    let url = database.audit_url(env)?.context(
        "PADDOCK_AUDIT_DATABASE_URL is not set: it is the database's address as paddock_audit, the role that reads all audit \
         books and nothing else",
    )?;
    Books::connect(&url).await.context("the database cannot be reached as paddock_audit")
}
