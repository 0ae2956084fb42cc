//! An order in one line, as a trader types it: `buy 5 aapl lmt 184.5 gtc ext tp 195 sl 178`. The grammar is in `docs/order-line.md`.
//!
//! A line is read from left to right, each word in its place, and nothing is guessed: what is not understood is named, with its
//! place. Whatever a line says can be written as a line again.

mod read;

use crate::money::{NumberRefusal, Price};
use crate::order::{Effect, Order, Side, Size, TimeInForce, Trail};
use crate::sizing::Amount;
use crate::symbol::SymbolRefusal;
use std::fmt;

/// An order that a line can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line(Order<Amount>);

impl Line {
    /// Reads a line.
    ///
    /// # Errors
    /// The first word that is not understood, and why: every [`Why`].
    pub fn read(text: &str) -> Result<Self, Misread> {
        read::read(text).map(Self)
    }

    /// How much, as a line says it: `5`, `$50`, `25%`, `all`, `risk 1%`.
    ///
    /// # Errors
    /// [`Why::Size`], [`Why::NoNumber`], [`Why::Number`], [`Why::Unknown`] when more follows, [`Why::LooksLikeSecret`].
    pub fn amount(text: &str, side: Side) -> Result<Amount, Why> {
        read::amount(text, side)
    }

    /// The line of an order; none of a spread, of a replacement, and of what would be read as something else.
    pub fn of(order: &Order<Amount>) -> Option<Self> {
        let line = Self(order.clone());
        (Self::read(&line.to_string()).as_ref() == Ok(&line)).then_some(line)
    }

    /// What it says.
    pub const fn order(&self) -> &Order<Amount> {
        &self.0
    }

    /// What it says.
    pub fn into_order(self) -> Order<Amount> {
        self.0
    }
}

/// Every term is named, also those that would be understood without: `buy 5 AAPL mkt day`.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Order { symbol, pricing, class, time_in_force, .. } = &self.0;
        f.write_str(side_word(self.0.side, self.0.effect))?;
        match self.0.size {
            Amount::Exactly(Size::Shares(quantity)) => write!(f, " {quantity}")?,
            Amount::Exactly(Size::Dollars(dollars)) => write!(f, " ${}", dollars.0.normalize())?,
            Amount::OfBuyingPower(part) | Amount::OfPosition(part) => write!(f, " {part}")?,
            Amount::Risk(part) => write!(f, " risk {part}")?,
        }
        write!(f, " {symbol}")?;
        let is_oco = matches!(class, crate::order::Class::Oco(_));
        let take_profit = if is_oco { pricing.limit() } else { class.take_profit() };
        if is_oco {
            f.write_str(" oco")?;
        } else {
            let (stop, limit) = (pricing.stop(), pricing.limit());
            put(f, "stp", stop)?;
            put(f, "lmt", limit)?;
            match pricing.trail() {
                Some(Trail::Price(price)) => write!(f, " trail {}", plain(price))?,
                Some(Trail::Percent(percent)) => write!(f, " trail {percent}")?,
                None if stop.or(limit).is_none() => f.write_str(" mkt")?,
                None => {}
            }
        }
        put(f, "tp", take_profit)?;
        if let Some(loss) = class.stop_loss() {
            put(f, "sl", Some(loss.stop))?;
            put(f, "sll", loss.limit)?;
        }
        write!(f, " {}", time_in_force.as_str())?;
        if self.0.extended_hours { f.write_str(" ext") } else { Ok(()) }
    }
}

fn put(f: &mut fmt::Formatter<'_>, word: &str, price: Option<Price>) -> fmt::Result {
    price.map_or(Ok(()), |price| write!(f, " {word} {}", plain(price)))
}

fn plain(price: Price) -> String {
    price.get().normalize().to_string()
}

/// `buy`; `bto`, `btc`, `sto` and `stc` when it is said whether an option order opens or closes.
const fn side_word(side: Side, effect: Option<Effect>) -> &'static str {
    match (side, effect) {
        (Side::Buy, None) => "buy",
        (Side::Sell, None) => "sell",
        (Side::Buy, Some(Effect::Open)) => "bto",
        (Side::Buy, Some(Effect::Close)) => "btc",
        (Side::Sell, Some(Effect::Open)) => "sto",
        (Side::Sell, Some(Effect::Close)) => "stc",
    }
}

/// A line that was not understood: where, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// The line's words as they were typed. Empty when one of them may be a secret, which is never repeated.
    pub words: Vec<String>,
    /// The word that it stopped at, from zero; the number of words when the line ends too early.
    pub at: usize,
    /// Why.
    pub why: Why,
}

/// Why a word was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A line begins with the side.
    Side,
    /// The size comes second.
    Size,
    /// The line ends before its symbol.
    NoSymbol,
    /// The symbol comes third, and this is none.
    Symbol(SymbolRefusal),
    /// The line ends before this number.
    NoNumber(Piece),
    /// That is not this number.
    Number(Piece, NumberRefusal),
    /// No term of an order.
    Unknown,
    /// That has been said.
    Twice,
    /// A trailing stop or the market's price with another price.
    Prices,
    /// Two exits without both prices, or with an entry; the limit of a stop loss that is not there.
    Exits,
    /// More words than any order has.
    TooLong,
    /// It looks like a secret. The line is not kept.
    LooksLikeSecret,
}

/// A number in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// `5`
    Quantity,
    /// `$50`
    Dollars,
    /// `25%`
    Percent,
    /// `risk 1%`
    Risk,
    /// `lmt 184.5`
    Limit,
    /// `stp 180`
    Stop,
    /// `trail 2.5%`
    Trail,
    /// `tp 195`
    TakeProfit,
    /// `sl 178`
    StopLoss,
    /// `sll 177.5`
    StopLossLimit,
}

/// How a term is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Term {
    Market,
    Limit,
    Stop,
    Trail,
    TakeProfit,
    StopLoss,
    StopLossLimit,
    Oco,
    For(TimeInForce),
    Extended,
}

impl Term {
    fn read(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "mkt" | "market" => Self::Market,
            "lmt" | "limit" | "@" => Self::Limit,
            "stp" | "stop" => Self::Stop,
            "trail" => Self::Trail,
            "tp" => Self::TakeProfit,
            "sl" => Self::StopLoss,
            "sll" => Self::StopLossLimit,
            "oco" => Self::Oco,
            "ext" => Self::Extended,
            word => Self::For(TimeInForce::from_wire(word)?),
        })
    }
}

#[cfg(test)]
mod tests;
