#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
use super::*;
use crate::money::{Percent, Quantity, Usd};
use crate::order::{Class, Pieces};
use crate::symbol::Symbol;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn read(text: &str) -> String {
    Line::read(text).unwrap_or_else(|misread| panic!("{text}: {misread:?}")).to_string()
}

#[test]
fn a_line_is_read_as_a_trader_means_it() {
    for (typed, line) in [
        ("buy 5 aapl", "buy 5 AAPL mkt day"),
        ("  B  5\tAAPL  MKT ", "buy 5 AAPL mkt day"),
        ("buy 5 aapl lmt 184.5 gtc ext tp 195 sl 178", "buy 5 AAPL lmt 184.5 tp 195 sl 178 gtc ext"),
        ("s 0.25 brk.b @ 300.10", "sell 0.25 BRK.B lmt 300.1 day"),
        ("s 0.25 brk.b @300.10", "sell 0.25 BRK.B lmt 300.1 day"),
        ("buy $50 $tsla", "buy $50 TSLA mkt day"),
        ("buy 25% aapl", "buy 25% AAPL mkt day"),
        ("sell all all", "sell 100% ALL mkt day"),
        ("buy risk 1% aapl sl 170 sll 169.5", "buy risk 1% AAPL mkt sl 170 sll 169.5 day"),
        ("sell 5 aapl stp 180 lmt 179.5", "sell 5 AAPL stp 180 lmt 179.5 day"),
        ("sell 5 aapl trail 2.50% gtc", "sell 5 AAPL trail 2.5% gtc"),
        ("sell 5 aapl trail $2", "sell 5 AAPL trail 2 day"),
        ("sell 5 aapl oco tp 200 sl 170", "sell 5 AAPL oco tp 200 sl 170 day"),
        ("buy 0.5 btc/usd limit 64000.125", "buy 0.5 BTC/USD lmt 64000.125 gtc"),
        ("sto 2 aapl261218c00250000 lmt 1.05", "sto 2 AAPL261218C00250000 lmt 1.05 day"),
        ("buy 100 aapl moo", ""),
    ] {
        if line.is_empty() {
            assert!(Line::read(typed).is_err(), "{typed}");
        } else {
            assert_eq!(read(typed), line, "{typed}");
        }
    }
}

#[test]
fn every_misread_line_names_its_word_and_its_place() {
    use crate::money::NumberRefusal::{Comma, NotPlain, TooFine, TooLarge, Zero};
    use Why::{Exits, NoNumber, NoSymbol, Number, Prices, Side, Size, Twice, Unknown};
    let cases: [(&str, usize, Why); 26] = [
        ("", 0, Side),
        ("long 5 aapl", 0, Side),
        ("buy", 1, Size),
        ("buy aapl 5", 1, Size),
        ("buy $aapl 5", 1, Size),
        ("buy all aapl", 1, Size),
        ("buy 1,000 aapl", 1, Number(Piece::Quantity, Comma)),
        ("buy $0 aapl", 1, Number(Piece::Dollars, Zero)),
        ("buy 101% aapl", 1, Number(Piece::Percent, TooLarge)),
        ("buy risk", 2, NoNumber(Piece::Risk)),
        ("buy risk much aapl", 2, Number(Piece::Risk, NotPlain)),
        ("buy 5", 2, NoSymbol),
        ("buy 5 brk/b", 2, Why::Symbol(SymbolRefusal::NotLetters)),
        ("buy 5 aapl lmt", 4, NoNumber(Piece::Limit)),
        ("buy 5 aapl lmt 184,5", 4, Number(Piece::Limit, Comma)),
        ("buy 5 aapl lmt 184.505", 4, Number(Piece::Limit, TooFine { max: 2 })),
        ("buy 5 aapl lmt gtc", 4, Number(Piece::Limit, NotPlain)),
        ("buy 5 aapl @x", 3, Number(Piece::Limit, NotPlain)),
        ("buy 5 aapl please", 3, Unknown),
        ("buy 5 aapl day lmt 5 gtc", 6, Twice),
        ("buy 5 aapl mkt gtc lmt 5", 5, Prices),
        ("buy 5 aapl lmt 5 trail 1% gtc", 5, Prices),
        ("sell 5 aapl oco tp 200 gtc", 4, Exits),
        ("sell 5 aapl oco mkt tp 200 sl 170", 4, Prices),
        ("sell 5 aapl sll 170", 3, Exits),
        (&format!("buy 5 aapl {}", "x ".repeat(40)), 24, Why::TooLong),
    ];
    for (text, at, why) in cases {
        let misread = Line::read(text).unwrap_err();
        assert_eq!((misread.at, &misread.why), (at, &why), "{text}");
        assert_eq!(misread.words, text.split_whitespace().take(25).collect::<Vec<_>>(), "{text}");
    }
}

#[test]
fn a_secret_is_not_kept_wherever_it_stands() {
    let secret = "aB3".repeat(13) + "x";
    for text in [
        format!("buy 5 {secret}"),
        format!("buy {secret} aapl"),
        format!("buy 5 aapl secret={secret} gtc"),
        format!("buy 5 aapl {} '{secret}'", "gtc ".repeat(40)),
        "PK0000000000EXAMPLE0".to_owned(),
    ] {
        let misread = Line::read(&text).unwrap_err();
        assert_eq!(misread, Misread { words: Vec::new(), at: 0, why: Why::LooksLikeSecret }, "{text}");
    }
}

fn price() -> impl Strategy<Value = Price> {
    prop_oneof![
        (100_i64..100_000_000).prop_map(|cents| Price::new(Decimal::new(cents, 2)).unwrap()),
        (1_i64..10_000).prop_map(|digits| Price::new(Decimal::new(digits, 4)).unwrap()),
    ]
}

fn percent() -> impl Strategy<Value = Percent> {
    (1_i64..=1_000_000).prop_map(|digits| Percent::new(Decimal::new(digits, 4)).unwrap())
}

fn pieces() -> impl Strategy<Value = Pieces> {
    let prices = prop::array::uniform5(prop::option::of(price()));
    let trail = prop_oneof![price().prop_map(Trail::Price), percent().prop_map(Trail::Percent)];
    let effect = prop::option::of(prop::sample::select(vec![Effect::Open, Effect::Close]));
    let time = prop::option::of(prop::sample::select(TimeInForce::ALL.to_vec()));
    (prices, prop::option::of(trail), any::<bool>(), effect, time, any::<bool>()).prop_map(
        |(
            [limit, stop, take_profit, stop_loss, stop_loss_limit],
            trail,
            oco,
            effect,
            time_in_force,
            extended_hours,
        )| {
            Pieces {
                limit,
                stop,
                trail,
                take_profit,
                stop_loss,
                stop_loss_limit,
                oco,
                effect,
                time_in_force,
                extended_hours,
            }
        },
    )
}

/// Any order that pieces make, sensible or not.
fn order() -> impl Strategy<Value = Order<Amount>> {
    let symbols = ["AAPL", "BRK.B", "ALL", "RISK", "BTC/USD", "AAPL261218C00250000", "GTC"];
    let side = prop::sample::select(vec![Side::Buy, Side::Sell]);
    let quantity = (1_i64..100_000_000_000, 0_u32..=9)
        .prop_map(|(digits, scale)| Amount::Exactly(Size::Shares(Quantity::new(Decimal::new(digits, scale)).unwrap())));
    let dollars =
        (1_i64..100_000_000).prop_map(|cents| Amount::Exactly(Size::Dollars(Usd(Decimal::new(cents, 2).normalize()))));
    let amount =
        prop_oneof![quantity, dollars, percent().prop_map(Amount::OfBuyingPower), percent().prop_map(Amount::Risk),];
    (pieces(), side, prop::sample::select(symbols.to_vec()), amount).prop_filter_map("makes an order", |parts| {
        let (pieces, side, symbol, amount) = parts;
        let amount = match (side, amount) {
            (Side::Sell, Amount::OfBuyingPower(part)) => Amount::OfPosition(part),
            (_, amount) => amount,
        };
        pieces.order(side, Symbol::from_broker(symbol), amount).ok()
    })
}

proptest! {
    #[test]
    fn what_a_line_says_reads_back_the_same(order in order()) {
        let line = Line(order);
        prop_assert_eq!(Line::read(&line.to_string()), Ok(line.clone()));
        prop_assert_eq!(Line::of(&line.0), Some(line));
    }

    #[test]
    fn no_line_makes_the_reader_panic_and_every_misread_has_its_place(text in ".{0,80}") {
        if let Err(misread) = Line::read(&text) {
            prop_assert!(misread.at <= misread.words.len());
        }
    }

    /// Words of the grammar in any order: read, or refused at a place of theirs; and read again the same.
    #[test]
    fn what_is_understood_is_understood_the_same_again(
        words in prop::collection::vec(prop::sample::select(vec![
            "buy", "sell", "bto", "5", "$50", "25%", "all", "risk", "1%", "aapl", "btc/usd", "mkt", "lmt", "@", "@5", "stp", "trail",
            "tp", "sl", "sll", "oco", "ext", "day", "gtc", "184.5", "2.5%",
        ]), 0..12),
    ) {
        let text = words.join(" ");
        match Line::read(&text) {
            Ok(line) => prop_assert_eq!(Line::read(&line.to_string()), Ok(line)),
            Err(misread) => prop_assert!(misread.at <= words.len()),
        }
    }
}

#[test]
fn a_spread_and_a_replacement_have_no_line() {
    let mut order = Line::read("sell 5 aapl oco tp 200 sl 170").unwrap().into_order();
    assert!(Line::of(&order).is_some());
    order.class = Class::Oco(crate::order::StopLoss { stop: Price::new(Decimal::ONE).unwrap(), limit: None });
    order.pricing = crate::order::Pricing::Market;
    assert_eq!(Line::of(&order), None, "two exits need the price that takes the profit");
    let part = Percent::parse("10").unwrap();
    let cover = Order { size: Amount::OfPosition(part), ..Line::read("buy 5 aapl").unwrap().into_order() };
    assert_eq!(Line::of(&cover), None, "would be read as a part of the buying power");
}

#[test]
fn a_size_is_read_alone_as_in_a_line() {
    for text in ["5", "0.25", "$50", "25%", "risk 1%"] {
        let whole = Line::read(&format!("buy {text} aapl")).unwrap();
        assert_eq!(Line::amount(text, Side::Buy), Ok(whole.order().size), "{text}");
    }
    assert_eq!(Line::amount("all", Side::Sell), Line::amount("100%", Side::Sell));
    let odd = |text: &str| Line::amount(text, Side::Buy).unwrap_err();
    assert_eq!(odd("all"), Why::Size);
    assert_eq!(odd(""), Why::Size);
    assert_eq!(odd("five"), Why::Size);
    assert_eq!(odd("5 aapl"), Why::Unknown);
    assert_eq!(odd("5,5"), Why::Number(Piece::Quantity, NumberRefusal::Comma));
    assert_eq!(odd("risk"), Why::NoNumber(Piece::Risk));
    assert_eq!(odd(&("aB3".repeat(13) + "x")), Why::LooksLikeSecret);
}
