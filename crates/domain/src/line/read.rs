//! Reading a line, word by word.

use super::{Misread, Piece, Term, Why};
use crate::money::{Percent, Price, Quantity, Usd};
use crate::order::{Effect, Mismatch, Order, Pieces, Side, Size, Trail};
use crate::sizing::Amount;
use crate::symbol::{AssetKind, Symbol, looks_like_secret};
use rust_decimal::Decimal;
use std::mem::discriminant;

/// More words than any order has.
const MOST: usize = 24;

/// A place in the line, and what is wrong there.
type Stop = (usize, Why);

pub(super) fn read(text: &str) -> Result<Order<Amount>, Misread> {
    let words: Vec<&str> = text.split_whitespace().take(MOST + 1).collect();
    if text.split_whitespace().any(may_be_secret) {
        return Err(Misread { words: Vec::new(), at: 0, why: Why::LooksLikeSecret });
    }
    let mut reader = Reader { words: &words, at: 0 };
    reader.order().map_err(|(at, why)| Misread { words: words.iter().map(|&word| word.to_owned()).collect(), at, why })
}

pub(super) fn amount(text: &str, side: Side) -> Result<Amount, Why> {
    if text.split_whitespace().any(may_be_secret) {
        return Err(Why::LooksLikeSecret);
    }
    let words: Vec<&str> = text.split_whitespace().take(MOST).collect();
    let mut reader = Reader { words: &words, at: 0 };
    let amount = reader.amount(side).map_err(|(_, why)| why)?;
    if reader.at == words.len() { Ok(amount) } else { Err(Why::Unknown) }
}

/// A contract's symbol is as long as a key, so what names one is none.
fn may_be_secret(word: &str) -> bool {
    let pieces = || word.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '+')));
    Symbol::parse(word).is_err() && (looks_like_secret(word) || pieces().any(looks_like_secret))
}

struct Reader<'a> {
    words: &'a [&'a str],
    /// The word that is next.
    at: usize,
}

impl<'a> Reader<'a> {
    fn order(&mut self) -> Result<Order<Amount>, Stop> {
        if self.words.len() > MOST {
            return Err((MOST, Why::TooLong));
        }
        let (side, effect) = self.side()?;
        let amount = self.amount(side)?;
        let place = self.at;
        let symbol = Symbol::parse(self.next(Why::NoSymbol)?).map_err(|why| (place, Why::Symbol(why)))?;
        let mut terms = Terms { pieces: Pieces { effect, ..Pieces::default() }, said: Vec::new() };
        while self.at < self.words.len() {
            self.term(&mut terms, &symbol.kind())?;
        }
        terms.check()?;
        let (pieces, said) = (terms.pieces, &terms.said);
        pieces.order(side, symbol, amount).map_err(|mismatch| {
            let (why, involved): (_, fn(Term) -> bool) = match mismatch {
                Mismatch::Prices => (Why::Prices, is_price),
                Mismatch::Exits => (Why::Exits, is_exit),
            };
            (last(said, involved).unwrap_or(self.at), why)
        })
    }

    /// The next word, or why there has to be one.
    fn next(&mut self, why: Why) -> Result<&'a str, Stop> {
        let word = self.words.get(self.at).ok_or((self.at, why))?;
        self.at += 1;
        Ok(word)
    }

    fn side(&mut self) -> Result<(Side, Option<Effect>), Stop> {
        Ok(match self.next(Why::Side)?.to_ascii_lowercase().as_str() {
            "buy" | "b" => (Side::Buy, None),
            "sell" | "s" => (Side::Sell, None),
            "bto" => (Side::Buy, Some(Effect::Open)),
            "btc" => (Side::Buy, Some(Effect::Close)),
            "sto" => (Side::Sell, Some(Effect::Open)),
            "stc" => (Side::Sell, Some(Effect::Close)),
            _ => return Err((0, Why::Side)),
        })
    }

    /// `5`, `$50`, `25%` (of the buying power; of the position when it is sold), `all` of it, `risk 1%`.
    fn amount(&mut self, side: Side) -> Result<Amount, Stop> {
        let place = self.at;
        let word = self.next(Why::Size)?;
        let number = |piece| move |why| (place, Why::Number(piece, why));
        let of = |part| match side {
            Side::Buy => Amount::OfBuyingPower(part),
            Side::Sell => Amount::OfPosition(part),
        };
        if word.eq_ignore_ascii_case("risk") {
            return self.percent(Piece::Risk).map(Amount::Risk);
        }
        if word.eq_ignore_ascii_case("all") {
            let whole = Percent::new(Decimal::ONE_HUNDRED).filter(|_| side == Side::Sell);
            return whole.map(of).ok_or((place, Why::Size));
        }
        if word.ends_with('%') {
            return Percent::parse(word).map(of).map_err(number(Piece::Percent));
        }
        if word.starts_with(|c: char| c.is_ascii_alphabetic()) || Symbol::parse(word).is_ok() {
            return Err((place, Why::Size));
        }
        Ok(Amount::Exactly(if word.starts_with('$') {
            Size::Dollars(Usd::parse(word).map_err(number(Piece::Dollars))?)
        } else {
            Size::Shares(Quantity::parse(word).map_err(number(Piece::Quantity))?)
        }))
    }

    fn term(&mut self, terms: &mut Terms, kind: &AssetKind) -> Result<(), Stop> {
        let place = self.at;
        let word = self.next(Why::Unknown)?;
        // `@184.5` in one word.
        let glued = word.strip_prefix('@').filter(|rest| !rest.is_empty());
        if glued.is_some() {
            self.at = place;
        }
        let term = if glued.is_some() { Term::Limit } else { Term::read(word).ok_or((place, Why::Unknown))? };
        terms.say(term, place)?;
        let pieces = &mut terms.pieces;
        match term {
            Term::Market => {}
            Term::Limit => pieces.limit = Some(self.price(Piece::Limit, kind)?),
            Term::Stop => pieces.stop = Some(self.price(Piece::Stop, kind)?),
            Term::Trail => pieces.trail = Some(self.trail()?),
            Term::TakeProfit => pieces.take_profit = Some(self.price(Piece::TakeProfit, kind)?),
            Term::StopLoss => pieces.stop_loss = Some(self.price(Piece::StopLoss, kind)?),
            Term::StopLossLimit => pieces.stop_loss_limit = Some(self.price(Piece::StopLossLimit, kind)?),
            Term::Oco => pieces.oco = true,
            Term::For(time) => pieces.time_in_force = Some(time),
            Term::Extended => pieces.extended_hours = true,
        }
        Ok(())
    }

    /// A coin's price may be finer than a share's.
    fn price(&mut self, piece: Piece, kind: &AssetKind) -> Result<Price, Stop> {
        let place = self.at;
        let word = self.next(Why::NoNumber(piece))?;
        let word = word.strip_prefix('@').unwrap_or(word);
        let price = if *kind == AssetKind::Crypto { Price::parse_fine(word) } else { Price::parse(word) };
        price.map_err(|why| (place, Why::Number(piece, why)))
    }

    /// `2` and `$2` are dollars, `2.5%` is percent.
    fn trail(&mut self) -> Result<Trail, Stop> {
        if self.words.get(self.at).is_some_and(|word| word.ends_with('%')) {
            return self.percent(Piece::Trail).map(Trail::Percent);
        }
        self.price(Piece::Trail, &AssetKind::Equity).map(Trail::Price)
    }

    fn percent(&mut self, piece: Piece) -> Result<Percent, Stop> {
        let place = self.at;
        Percent::parse(self.next(Why::NoNumber(piece))?).map_err(|why| (place, Why::Number(piece, why)))
    }
}

/// What has been said, and where.
struct Terms {
    pieces: Pieces,
    said: Vec<(Term, usize)>,
}

impl Terms {
    fn say(&mut self, term: Term, place: usize) -> Result<(), Stop> {
        if self.said.iter().any(|(other, _)| discriminant(other) == discriminant(&term)) {
            return Err((place, Why::Twice));
        }
        self.said.push((term, place));
        Ok(())
    }

    /// `mkt` is no piece of its own, so what it contradicts is found here.
    fn check(&self) -> Result<(), Stop> {
        let is_market = self.said.iter().any(|(term, _)| *term == Term::Market);
        let others = self.said.iter().any(|(term, _)| is_price(*term) && *term != Term::Market);
        match last(&self.said, is_price) {
            Some(place) if is_market && (others || self.pieces.oco) => Err((place, Why::Prices)),
            _ => Ok(()),
        }
    }
}

const fn is_price(term: Term) -> bool {
    matches!(term, Term::Market | Term::Limit | Term::Stop | Term::Trail)
}

const fn is_exit(term: Term) -> bool {
    matches!(term, Term::Oco | Term::TakeProfit | Term::StopLoss | Term::StopLossLimit)
}

/// Where the last of these was said.
fn last(said: &[(Term, usize)], of: impl Fn(Term) -> bool) -> Option<usize> {
    said.iter().rev().find(|(term, _)| of(*term)).map(|(_, place)| *place)
}
