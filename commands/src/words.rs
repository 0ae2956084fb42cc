//! Options with a fixed set of words.
//!
//! Poise's own choices travel as the index of a variant: a command registered by an older program could then say "paper" and
//! mean "live". Here the word itself travels.

use crate::guard::Which as Guard;
use crate::reply::help::Topic;
use crate::reply::mydata::Format;
use domain::account::Environment;
use domain::brokerage::{Which, Wish};
use domain::market::Span;
use domain::order::{Effect, TimeInForce};
use domain::records::Chapter;
use poise::{SlashArgError, SlashArgument};
use serenity::all::{CommandInteraction, CommandOptionType, Context, CreateCommandOption, ResolvedValue};

/// An option that takes one of a few words.
macro_rules! word_option {
    ($(#[$doc:meta])* $name:ident($inner:ty) { $($word:literal, $label:literal => $value:expr;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name(pub(crate) $inner);

        #[async_trait::async_trait]
        impl SlashArgument for $name {
            async fn extract(
                _: &Context,
                _: &CommandInteraction,
                value: &ResolvedValue<'_>,
            ) -> Result<Self, SlashArgError> {
                match value {
                    $(ResolvedValue::String($word) => Ok(Self($value)),)+
                    _ => Err(SlashArgError::new_command_structure_mismatch("expected one of the words that are offered")),
                }
            }

            fn create(option: CreateCommandOption) -> CreateCommandOption {
                option.kind(CommandOptionType::String)$(.add_string_choice($label, $word))+
            }
        }
    };
}

word_option! {
    /// Paper or live.
    EnvironmentWord(Environment) {
        "paper", "paper: simulated money" => Environment::Paper;
        "live", "live: real money" => Environment::Live;
    }
}

word_option! {
    /// How long an order works.
    TifWord(TimeInForce) {
        "day", "day: until the close" => TimeInForce::Day;
        "gtc", "gtc: until canceled" => TimeInForce::Gtc;
        "opg", "opg: in the opening auction" => TimeInForce::Opg;
        "cls", "cls: in the closing auction" => TimeInForce::Cls;
        "ioc", "ioc: at once, the rest canceled" => TimeInForce::Ioc;
        "fok", "fok: at once and whole, or not at all" => TimeInForce::Fok;
    }
}

word_option! {
    /// Whether an option order opens or closes.
    EffectWord(Effect) {
        "open", "open" => Effect::Open;
        "close", "close" => Effect::Close;
    }
}

word_option! {
    /// What is wished of option contracts.
    WishWord(Wish) {
        "exercise", "exercise: now" => Wish::Exercise;
        "do-not-exercise", "do not exercise: not at their end either" => Wish::DoNotExercise;
    }
}

word_option! {
    /// Which orders to list.
    ShowWord(Which) {
        "open", "open" => Which::Open;
        "closed", "closed" => Which::Closed;
        "all", "all" => Which::All;
    }
}

word_option! {
    /// How far back a portfolio goes.
    WorthWord(Span) {
        "1D", "1D: today" => Span::Day;
        "1W", "1W: one week" => Span::Week;
        "1M", "1M: one month" => Span::Month;
        "3M", "3M: three months" => Span::Quarter;
        "1A", "1A: one year" => Span::Year;
    }
}

word_option! {
    /// How far back a chart goes.
    SpanWord(Span) {
        "1D", "1D: today" => Span::Day;
        "1W", "1W: one week" => Span::Week;
        "1M", "1M: one month" => Span::Month;
        "3M", "3M: three months" => Span::Quarter;
        "1A", "1A: one year" => Span::Year;
        "5A", "5A: five years" => Span::FiveYears;
    }
}

word_option! {
    /// What of the past to show.
    ChapterWord(Chapter) {
        "all", "all" => Chapter::All;
        "fills", "fills" => Chapter::Fills;
        "dividends", "dividends" => Chapter::Dividends;
        "fees", "fees" => Chapter::Fees;
        "interest", "interest" => Chapter::Interest;
        "transfers", "transfers: money in and out" => Chapter::Transfers;
        "events", "events: options, splits, mergers" => Chapter::Events;
    }
}

word_option! {
    /// Whether every order of an account waits for a press.
    ModeWord(bool) {
        "always", "always: every order asks first" => true;
        "live-only", "live-only: paper orders go out at once" => false;
    }
}

word_option! {
    /// Whether Paddock may write by itself.
    NoticesWord(bool) {
        "on", "on: late news about your orders" => true;
        "off", "off: only when you use it" => false;
    }
}

word_option! {
    /// A page of the help.
    TopicWord(Topic) {
        "start", "start: the first five minutes" => Topic::Start;
        "orders", "orders: placing and canceling" => Topic::Orders;
        "looking", "looking: what you have, and the market" => Topic::Looking;
        "accounts", "accounts: linking and keys" => Topic::Accounts;
        "privacy", "privacy: what is stored, who sees it" => Topic::Privacy;
        "unconfirmed", "unconfirmed: when Alpaca does not answer" => Topic::Unconfirmed;
    }
}

word_option! {
    /// How a copy of one's data is written.
    CopyWord(Format) {
        "json", "json: one file with everything" => Format::Json;
        "csv", "csv: a table for each kind" => Format::Csv;
    }
}

word_option! {
    /// Whether amounts stay masked.
    BlurWord(bool) {
        "on", "on: amounts stay masked until you press a button" => true;
        "off", "off: amounts are shown at once" => false;
    }
}

word_option! {
    /// A guard, or all of them.
    GuardWord(Guard) {
        "order", "order: the largest order" => Guard::Order;
        "position", "position: the largest position" => Guard::Position;
        "day-loss", "day-loss: the day's loss" => Guard::DayLoss;
        "only", "only: the symbols that may be entered" => Guard::Only;
        "never", "never: the symbols that may not" => Guard::Never;
        "cool-off", "cool-off: the rest after losses" => Guard::CoolOff;
        "fat-finger", "fat-finger: the distance of a price" => Guard::FatFinger;
        "all", "all of them" => Guard::All;
    }
}
