//! Market data that several members may share, for seconds, and who may see which tape.
//!
//! Alpaca sells its tapes to accounts, and says which one an account has only by refusing the others. So an account is asked for
//! with its own keys until Alpaca has answered it from a tape; from then on, and for an hour at most, it may be served what that
//! tape showed to others. Nothing of the paid tape ever reaches an account that Alpaca did not serve from it.

use chrono::NaiveDate;
use domain::account::TradingDay;
use domain::brokerage::Meter;
use domain::market::{Bar, Board, Feed, Movers, News, Span};
use domain::symbol::Symbol;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long Alpaca's word on an account's tape is trusted: a subscription ends at the end of some day.
const SEAT: Duration = Duration::from_hours(1);
/// Answers that are kept. A full shelf is emptied: what is lost is a few seconds old.
const MOST: usize = 2_000;

/// What was asked. The tape is part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// A quote with its day.
    Board(Feed, Symbol),
    /// A chart's bars.
    Bars(Feed, Symbol, Span),
    /// News: the same for everybody.
    News(Option<Symbol>),
    /// The day's movers: the same for everybody.
    Movers,
    /// Trading days: the same for everybody.
    Days(NaiveDate, NaiveDate),
}

impl Key {
    /// How long an answer is good for.
    const fn good_for(&self) -> Duration {
        match self {
            Self::Board(..) => Duration::from_secs(2),
            Self::Bars(_, _, Span::Day | Span::Week) => Duration::from_secs(20),
            Self::Bars(..) => Duration::from_mins(2),
            Self::News(_) | Self::Movers => Duration::from_secs(30),
            Self::Days(..) => Duration::from_hours(6),
        }
    }
}

/// What was answered.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    Board(Box<Board>),
    Bars(Arc<[Bar]>),
    News(Arc<[News]>),
    Movers(Arc<Movers>),
    Days(Arc<[TradingDay]>),
}

#[derive(Default)]
struct Shelf {
    answers: HashMap<Key, (Duration, Kept)>,
    seats: HashMap<Meter, (Duration, Feed)>,
}

/// What is shared. In memory only, and gone with the process.
#[derive(Default)]
pub(crate) struct Tape(Mutex<Shelf>);

impl Tape {
    /// The answer, while it is good.
    pub(crate) fn kept(&self, key: &Key, now: Duration) -> Option<Kept> {
        self.shelf(|shelf| {
            let (at, kept) = shelf.answers.get(key)?;
            (now.saturating_sub(*at) < key.good_for()).then(|| kept.clone())
        })
    }

    pub(crate) fn keep(&self, key: Key, kept: Kept, now: Duration) {
        self.shelf(|shelf| {
            if shelf.answers.len() >= MOST {
                shelf.answers.retain(|key, (at, _)| now.saturating_sub(*at) < key.good_for());
            }
            if shelf.answers.len() >= MOST {
                shelf.answers.clear();
            }
            shelf.answers.insert(key, (now, kept));
        });
    }

    /// The best tape that Alpaca has lately served this account from.
    pub(crate) fn seat(&self, meter: &Meter, now: Duration) -> Option<Feed> {
        self.shelf(|shelf| {
            let (at, feed) = shelf.seats.get(meter)?;
            (now.saturating_sub(*at) < SEAT).then_some(*feed)
        })
    }

    /// Alpaca served this account from that tape, and from no better one.
    pub(crate) fn seated(&self, meter: &Meter, feed: Feed, now: Duration) {
        self.shelf(|shelf| {
            if shelf.seats.len() >= MOST {
                shelf.seats.retain(|_, (at, _)| now.saturating_sub(*at) < SEAT);
            }
            shelf.seats.insert(meter.clone(), (now, feed));
        });
    }

    /// Alpaca refused this account the tape that it seemed to have.
    pub(crate) fn unseat(&self, meter: &Meter) {
        self.shelf(|shelf| shelf.seats.remove(meter));
    }

    fn shelf<T>(&self, with: impl FnOnce(&mut Shelf) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn board(feed: Feed, n: usize) -> Key {
        Key::Board(feed, Symbol::from_broker(format!("S{n}")))
    }

    #[test]
    fn an_answer_is_good_for_seconds_and_for_its_own_tape() {
        let tape = Tape::default();
        let seconds = Duration::from_secs;
        tape.keep(board(Feed::Sip, 1), Kept::Board(Box::default()), seconds(10));
        assert!(tape.kept(&board(Feed::Sip, 1), seconds(11)).is_some());
        assert!(tape.kept(&board(Feed::Iex, 1), seconds(11)).is_none(), "another tape");
        assert!(tape.kept(&board(Feed::Sip, 2), seconds(11)).is_none(), "another symbol");
        assert!(tape.kept(&board(Feed::Sip, 1), seconds(12)).is_none(), "too old");
    }

    #[test]
    fn the_shelf_has_an_end() {
        let tape = Tape::default();
        for n in 0..3 * MOST {
            tape.keep(board(Feed::Iex, n), Kept::Board(Box::default()), Duration::ZERO);
            tape.seated(&Meter(n.to_string()), Feed::Iex, Duration::from_secs(u64::try_from(n).unwrap()));
        }
        assert!(tape.shelf(|shelf| shelf.answers.len()) <= MOST);
        assert!(tape.shelf(|shelf| shelf.seats.len()) <= 2 * MOST);
        assert!(tape.kept(&board(Feed::Iex, 3 * MOST - 1), Duration::ZERO).is_some());
    }

    #[test]
    fn alpacas_word_on_a_tape_is_trusted_for_an_hour() {
        let (tape, meter) = (Tape::default(), Meter("account".to_owned()));
        assert_eq!(tape.seat(&meter, Duration::ZERO), None);
        tape.seated(&meter, Feed::Sip, Duration::ZERO);
        assert_eq!(tape.seat(&meter, Duration::from_secs(3_599)), Some(Feed::Sip));
        assert_eq!(tape.seat(&meter, SEAT), None);
        tape.unseat(&meter);
        assert_eq!(tape.seat(&meter, Duration::ZERO), None);
    }
}
