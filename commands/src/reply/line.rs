//! A line as it is understood, and a line with the word underlined that is not. While it is typed, the first is shown by autocomplete.

use super::escape::{code, cut, plain};
use super::words;
use crate::reply::error::line::hint;
use domain::line::{Line, Misread, Why};
use domain::order::{Class, Order, Size};
use domain::sizing::Amount;

/// The longest word that is shown as it was typed.
const WORD: usize = 32;
/// Characters of an autocomplete's line.
const LABEL: usize = 100;
/// Characters of the line that are shown before what is wrong with it.
const BEFORE: usize = 40;

/// `Buy 5 AAPL at $184.50 or better, tp $195.00, sl $178.00 · until canceled · extended hours`. What is too long for that is
/// shown as the line that it is: none of it may be missing.
pub(crate) fn understood(line: &Line) -> String {
    let order = line.order();
    let hours = if order.extended_hours { " · extended hours" } else { "" };
    let (side, time) = (words::side(order.side), words::time(order.time_in_force));
    let said = format!("{side} {} {}{} · {time}{hours}", amount(order), order.pricing, exits(order));
    if said.chars().count() > LABEL { line.to_string() } else { said }
}

fn exits(order: &Order<Amount>) -> String {
    let take = order.class.take_profit().map(|price| format!(", tp {price}"));
    let or = if matches!(order.class, Class::Oco(_)) { ", or" } else { "," };
    let lose = order.class.stop_loss().map(|loss| match loss.limit {
        Some(limit) => format!("{or} sl {} ({limit} or better)", loss.stop),
        None => format!("{or} sl {}", loss.stop),
    });
    [take, lose].into_iter().flatten().collect()
}

fn amount(order: &Order<Amount>) -> String {
    let symbol = &order.symbol;
    match order.size {
        Amount::Exactly(Size::Shares(quantity)) => words::size(&order.clone().sized(Size::Shares(quantity))),
        Amount::Exactly(Size::Dollars(dollars)) => words::size(&order.clone().sized(Size::Dollars(dollars))),
        Amount::OfBuyingPower(part) => format!("{symbol} for {part} of the buying power"),
        Amount::OfPosition(part) => format!("{part} of the {symbol} you hold"),
        Amount::Risk(part) => format!("{symbol} with {part} of the account at risk"),
    }
}

/// `buy 5 aapl lmt ›184,5‹ the limit has a comma: write 1000, 0.5`. What stands before gives way, the word and the hint do not.
pub(crate) fn stuck(misread: &Misread) -> String {
    let hint = hint(&misread.why);
    if misread.why == Why::LooksLikeSecret {
        return hint;
    }
    let before: Vec<_> = misread.words.iter().take(misread.at).map(|word| plain(word, WORD)).collect();
    let before = before.join(" ");
    let skipped = before.chars().count().saturating_sub(BEFORE);
    let before: String = before.chars().skip(skipped).collect();
    let word = misread.words.get(misread.at).map_or_else(|| "…".to_owned(), |word| plain(word, WORD));
    cut(format!("{before} ›{word}‹ {hint}").trim_start(), LABEL)
}

/// The line in a block of its own, and under it carets at the word that is not understood, or where one is missing.
pub(crate) fn underlined(misread: &Misread) -> String {
    let (mut line, mut carets) = (String::new(), String::new());
    for (at, word) in misread.words.iter().enumerate() {
        let shown = Some(code(word, WORD)).filter(|shown| !shown.is_empty()).unwrap_or_else(|| "?".to_owned());
        let mark = if at == misread.at { '^' } else { ' ' };
        carets.extend(shown.chars().map(|_| mark).chain([' ']));
        line.push_str(&shown);
        line.push(' ');
    }
    if misread.at >= misread.words.len() {
        carets.push('^');
    }
    format!("```\n{}\n{}\n```", line.trim_end(), carets.trim_end())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use crate::reply::escape::tests::HOSTILE;

    #[test]
    fn a_line_is_told_as_it_is_understood() {
        let said = |text: &str| understood(&Line::read(text).unwrap());
        let lines = [
            "buy 5 aapl lmt 184.5 gtc ext tp 195 sl 178",
            "sell $50 brk.b",
            "buy 25% aapl",
            "sell all btc/usd",
            "buy risk 1% aapl sl 170 sll 169",
            "sell 5 aapl oco tp 200 sl 170",
            "sto 2 aapl261218c00250000 lmt 1.05",
            "sell 5 aapl stp 100000.12 lmt 100001.12 tp 100002.12 sl 100003.12 sll 100004.12 gtc",
        ];
        insta::assert_snapshot!(lines.map(said).join("\n"), @r"
        Buy 5 AAPL at $184.50 or better, tp $195.00, sl $178.00 · until canceled · extended hours
        Sell $50.00 of BRK.B at the market · day
        Buy AAPL for 25% of the buying power at the market · day
        Sell 100% of the BTC/USD you hold at the market · until canceled
        Buy AAPL with 1% of the account at risk at the market, sl $170.00 ($169.00 or better) · day
        Sell 5 AAPL at $200.00 or better, or sl $170.00 · day
        Sell 2 AAPL 18 Dec 2026 $250.00 call at $1.05 or better · day
        sell 5 AAPL stp 100000.12 lmt 100001.12 tp 100002.12 sl 100003.12 sll 100004.12 gtc
        ");
    }

    #[test]
    fn where_a_line_stops_is_told_while_it_is_typed() {
        let lines = [
            "",
            "buy",
            "buy 5",
            "buy 5 aapl lmt",
            "buy 5 aapl lmt 184,5 gtc",
            "buy 5 aapl gtc day",
            "buy 5 aapl hello",
        ];
        let said = lines.map(|text| stuck(&Line::read(text).unwrap_err()));
        insta::assert_snapshot!(said.join("\n"), @r"
        ›…‹ begin with buy or sell (bto, btc, sto, stc for options)
        buy ›…‹ here comes how much: 5, $50, 25%, risk 1%; sell all
        buy 5 ›…‹ here comes what: AAPL, BTC/USD, an option contract
        buy 5 aapl lmt ›…‹ here comes the limit, such as 184.5
        buy 5 aapl lmt ›184,5‹ the limit has a comma: write 1000, 0.5
        buy 5 aapl gtc ›day‹ this has been said before
        buy 5 aapl ›hello‹ this is no term of an order
        ");
        let long = format!("buy 5 aapl lmt 184.5 gtc ext tp 195 sl 178 {}", "z".repeat(90));
        let said = stuck(&Line::read(&long).unwrap_err());
        assert!(said.chars().count() <= LABEL && said.contains("this is no term"), "{said}");
        let secret = "aB3".repeat(13) + "x";
        let said = stuck(&Line::read(&format!("buy 5 {secret}")).unwrap_err());
        assert!(!said.contains(&secret) && said.contains("Alpaca key"), "{said}");
    }

    #[test]
    fn carets_stand_under_the_word_whatever_it_holds() {
        for word in HOSTILE.into_iter().chain(["184,5", "```", "\u{200b}"]) {
            let word: String = word.split_whitespace().collect();
            let misread = Line::read(&format!("buy 5 aapl {word} gtc")).unwrap_err();
            let shown = underlined(&misread);
            let lines: Vec<_> = shown.lines().collect();
            let [open, line, carets, close] = lines[..] else { panic!("{shown}") };
            assert_eq!((open, close), ("```", "```"), "{shown}");
            assert!(!line.contains('`') && !carets.contains('`'), "{shown}");
            let width = carets.chars().filter(|c| *c == '^').count();
            assert_eq!(carets, format!("{}{}", " ".repeat(11), "^".repeat(width)), "{shown}");
            assert_eq!(line.chars().count(), 11 + width + " gtc".len(), "{shown}");
        }
        let end = underlined(&Line::read("buy 5 aapl lmt").unwrap_err());
        assert_eq!(end, "```\nbuy 5 aapl lmt\n               ^\n```");
    }
}
