//! A line that was not understood: what stands at the place, and what should.

use super::{Prose, input};
use crate::reply::line::underlined;
use domain::line::{Misread, Piece, Why};
use domain::money::NumberRefusal;
use domain::symbol::SymbolRefusal;

/// The words for a line that is no order.
pub(super) fn misread(misread: &Misread) -> Prose {
    if matches!(misread.why, Why::LooksLikeSecret | Why::Symbol(SymbolRefusal::LooksLikeSecret)) {
        return input::secret();
    }
    let place = match misread.words.get(misread.at) {
        Some(_) => format!("Word {}", misread.at + 1),
        None => "The end".to_owned(),
    };
    let what = format!("{}\n{place}: {}.", underlined(misread), hint(&misread.why));
    Prose::new(kind(&misread.why), "Not understood", what).next(
        "A line is `buy` or `sell`, how much, what, and then the terms in any order: `mkt`, `lmt 184.5`, `stp 180`, `trail 2%`, \
         `tp 195`, `sl 178`, `sll 177.5`, `oco`, `day`, `gtc`, `opg`, `cls`, `ioc`, `fok`, `ext`.",
    )
}

const fn kind(why: &Why) -> &'static str {
    match why {
        Why::Side => "line_side",
        Why::Size => "line_size",
        Why::NoSymbol => "line_no_symbol",
        Why::Symbol(_) => "line_symbol",
        Why::NoNumber(_) => "line_no_number",
        Why::Number(..) => "line_number",
        Why::Unknown => "line_unknown",
        Why::Twice => "line_twice",
        Why::Prices => "line_prices",
        Why::Exits => "line_exits",
        Why::TooLong => "line_too_long",
        Why::LooksLikeSecret => "line_secret",
    }
}

/// What is wrong at the place, short enough for a line of autocomplete.
pub(crate) fn hint(why: &Why) -> String {
    let said = match why {
        Why::Side => "begin with buy or sell (bto, btc, sto, stc for options)",
        Why::Size => "here comes how much: 5, $50, 25%, risk 1%; sell all",
        Why::NoSymbol => "here comes what: AAPL, BTC/USD, an option contract",
        Why::Symbol(refusal) => match refusal {
            SymbolRefusal::Empty | SymbolRefusal::NotLetters => "this is no symbol",
            SymbolRefusal::TooLong => "no symbol is that long",
            SymbolRefusal::NoSuchDay => "the option's expiry is no day of the calendar",
            SymbolRefusal::LooksLikeSecret => SECRET,
        },
        Why::NoNumber(piece) => return format!("here comes {}, such as {}", piece_name(*piece), example(*piece)),
        Why::Number(piece, refusal) => return format!("{} {}", piece_name(*piece), number(refusal)),
        Why::Unknown => "this is no term of an order",
        Why::Twice => "this has been said before",
        Why::Prices => "this does not go with the other price",
        Why::Exits => "oco takes tp and sl and no lmt; sll belongs to sl",
        Why::TooLong => "no order has that many words",
        Why::LooksLikeSecret => SECRET,
    };
    said.to_owned()
}

const SECRET: &str = "That looks like an Alpaca key: delete it at Alpaca, do not send it";

const fn piece_name(piece: Piece) -> &'static str {
    match piece {
        Piece::Quantity => "the quantity",
        Piece::Dollars => "the amount of dollars",
        Piece::Percent => "the part",
        Piece::Risk => "the part at risk",
        Piece::Limit => "the limit",
        Piece::Stop => "the stop",
        Piece::Trail => "the trail",
        Piece::TakeProfit => "the take profit",
        Piece::StopLoss => "the stop loss",
        Piece::StopLossLimit => "the stop loss's limit",
    }
}

const fn example(piece: Piece) -> &'static str {
    match piece {
        Piece::Quantity => "5",
        Piece::Dollars => "$50",
        Piece::Percent => "25%",
        Piece::Risk => "1%",
        Piece::Limit => "184.5",
        Piece::Stop => "180",
        Piece::Trail => "2 or 2.5%",
        Piece::TakeProfit => "195",
        Piece::StopLoss => "178",
        Piece::StopLossLimit => "177.5",
    }
}

fn number(refusal: &NumberRefusal) -> String {
    match refusal {
        NumberRefusal::Empty => "is empty".to_owned(),
        NumberRefusal::NotPlain => "is no plain number".to_owned(),
        NumberRefusal::Comma => "has a comma: write 1000, 0.5".to_owned(),
        NumberRefusal::Zero => "is zero".to_owned(),
        NumberRefusal::Negative => "is below zero".to_owned(),
        NumberRefusal::TooFine { max } => format!("has more than {max} digits after the point"),
        NumberRefusal::TooLarge => "is too large".to_owned(),
    }
}
