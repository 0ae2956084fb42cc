//! Money and quantity, exact, and how a person's text becomes them.

mod percent;
mod stored;

pub use percent::Percent;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// Why a text is not the number that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NumberRefusal {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// Not a plain decimal number: letters, `1e5`, `0x10`, `½`, other digits than 0–9, several points.
    #[error("not a plain decimal number")]
    NotPlain,
    /// A comma: it means thousands to one reader and decimals to another, so we ask instead of guessing.
    #[error("commas are ambiguous")]
    Comma,
    /// Zero, or minus zero.
    #[error("zero")]
    Zero,
    /// Below zero.
    #[error("below zero")]
    Negative,
    /// More digits after the point than the thing can have.
    #[error("more than {max} digits after the point")]
    TooFine {
        /// How many it can have.
        max: u32,
    },
    /// Larger than any order could be.
    #[error("too large")]
    TooLarge,
}

/// The largest number we read: far above any order, far below where products could overflow 96 bits.
const LARGEST: Decimal = Decimal::from_parts(1_215_752_192, 23, 0, false, 0); // 100 000 000 000

/// Reads a positive plain decimal (`12`, `0.5`, `.5`, `$3.20`) with at most `max_scale` digits after the point.
///
/// # Errors
/// Every [`NumberRefusal`].
pub fn parse_positive(text: &str, max_scale: u32) -> Result<Decimal, NumberRefusal> {
    let text = text.trim();
    let text = text.strip_prefix('$').unwrap_or(text).trim_start();
    if text.is_empty() {
        return Err(NumberRefusal::Empty);
    }
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let bare = digits.replace(',', "");
    if bare.is_empty()
        || !bare.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        || !bare.bytes().any(|b| b.is_ascii_digit())
    {
        return Err(NumberRefusal::NotPlain);
    }
    if digits.contains(',') {
        return Err(NumberRefusal::Comma);
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if fraction.contains('.') {
        return Err(NumberRefusal::NotPlain);
    }
    let fraction = fraction.trim_end_matches('0');
    let whole = whole.trim_start_matches('0');
    if whole.is_empty() && fraction.is_empty() {
        return Err(NumberRefusal::Zero);
    }
    if negative {
        return Err(NumberRefusal::Negative);
    }
    if fraction.len() > max_scale as usize {
        return Err(NumberRefusal::TooFine { max: max_scale });
    }
    if whole.len() > 12 {
        return Err(NumberRefusal::TooLarge);
    }
    let number =
        Decimal::from_str_exact(&format!("0{whole}.{fraction}0")).map_err(|_| NumberRefusal::NotPlain)?.normalize();
    if number > LARGEST { Err(NumberRefusal::TooLarge) } else { Ok(number) }
}

/// A number of shares: above zero, at most nine digits after the point (alpaca `qty`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Decimal", into = "Decimal")]
pub struct Quantity(Decimal);

impl Quantity {
    /// Digits after the point that Alpaca takes.
    pub const SCALE: u32 = 9;

    /// Reads what a person typed.
    ///
    /// # Errors
    /// Every [`NumberRefusal`].
    pub fn parse(text: &str) -> Result<Self, NumberRefusal> {
        parse_positive(text, Self::SCALE).map(Self)
    }

    /// A quantity from a stored or computed number, if it is one.
    pub fn new(number: Decimal) -> Option<Self> {
        let number = number.normalize();
        (number > Decimal::ZERO && number <= LARGEST && number.scale() <= Self::SCALE).then_some(Self(number))
    }

    /// The number.
    pub const fn get(self) -> Decimal {
        self.0
    }

    /// Whether it is a whole number of shares.
    pub fn is_whole(self) -> bool {
        self.0.fract().is_zero()
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A price per share: above zero. Two digits after the point from $1, four below (alpaca-api: price increments).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Decimal", into = "Decimal")]
pub struct Price(Decimal);

impl Price {
    /// Reads what a person typed; the increment rule depends on the price itself.
    ///
    /// # Errors
    /// Every [`NumberRefusal`].
    pub fn parse(text: &str) -> Result<Self, NumberRefusal> {
        let price = parse_positive(text, 4)?;
        let max = Self::scale_of(price);
        if price.scale() > max { Err(NumberRefusal::TooFine { max }) } else { Ok(Self(price)) }
    }

    /// Reads a price of something with finer increments than a share's: a coin.
    ///
    /// # Errors
    /// Every [`NumberRefusal`].
    pub fn parse_fine(text: &str) -> Result<Self, NumberRefusal> {
        parse_positive(text, Quantity::SCALE).map(Self)
    }

    /// A price from a stored or received number, if it is one. Quotes may be finer than orders.
    pub fn new(number: Decimal) -> Option<Self> {
        (number > Decimal::ZERO && number <= LARGEST).then(|| Self(number.normalize()))
    }

    /// The number.
    pub const fn get(self) -> Decimal {
        self.0
    }

    /// Whether an order may carry this price.
    pub fn fits_increment(self) -> bool {
        self.0.scale() <= Self::scale_of(self.0)
    }

    /// The smallest step of a share's price at this height.
    pub fn step(self) -> Decimal {
        Decimal::new(1, Self::scale_of(self.0))
    }

    fn scale_of(price: Decimal) -> u32 {
        if price >= Decimal::ONE { 2 } else { 4 }
    }
}

/// To the last digit: what is shown of an order's price is what is sent.
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}", digits(self.0, self.0.scale().max(2)))
    }
}

/// Dollars, of any sign: shown as `$1,234.50`, `-$3.00`, and with more digits when cents would hide something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Usd(pub Decimal);

impl Usd {
    /// Reads a positive amount of dollars and cents.
    ///
    /// # Errors
    /// Every [`NumberRefusal`].
    pub fn parse(text: &str) -> Result<Self, NumberRefusal> {
        parse_positive(text, 2).map(Self)
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = self.0.normalize();
        let scale = if amount.abs() < Decimal::ONE { amount.scale().clamp(2, 4) } else { 2 };
        let sign = if amount.is_sign_negative() && !amount.is_zero() { "-" } else { "" };
        write!(f, "{sign}${}", digits(amount.abs(), scale))
    }
}

/// `1234567.5` as `1,234,567.50`.
fn digits(number: Decimal, scale: u32) -> String {
    let rounded = number.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero);
    let plain = format!("{rounded:.*}", scale as usize);
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, "00"));
    format!("{}.{fraction}", group(whole))
}

/// `1234567` as `1,234,567`.
fn group(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_odd_number_of_the_catalogue_is_refused_by_name() {
        use NumberRefusal::*;
        let cases = [
            ("", Empty),
            ("  ", Empty),
            ("$", Empty),
            ("0", Zero),
            ("-0", Zero),
            ("0.000", Zero),
            ("-1", Negative),
            ("1e5", NotPlain),
            ("1e-9", NotPlain),
            ("NaN", NotPlain),
            ("inf", NotPlain),
            ("0x10", NotPlain),
            ("1,000", Comma),
            ("1.000,00", Comma),
            ("½", NotPlain),
            ("١٢", NotPlain),
            ("1_000", NotPlain),
            ("+1", NotPlain),
            ("1.2.3", NotPlain),
            (".", NotPlain),
            ("--1", NotPlain),
            ("1 000", NotPlain),
            ("0.1234567891", TooFine { max: 9 }),
            ("9223372036854775808", TooLarge),
            ("100000000001", TooLarge),
            ("0.000000000000000000000000000001", TooFine { max: 9 }),
        ];
        for (text, refusal) in cases {
            assert_eq!(Quantity::parse(text), Err(refusal), "{text:?}");
        }
    }

    #[test]
    fn plain_numbers_are_read_as_a_person_means_them() {
        for (text, number) in [
            ("5", "5"),
            (" 5 ", "5"),
            ("$5", "5"),
            ("0.50", "0.5"),
            (".5", "0.5"),
            ("007", "7"),
            ("5.", "5"),
            ("100000000000", "100000000000"),
        ] {
            assert_eq!(Quantity::parse(text).unwrap().to_string(), number, "{text:?}");
        }
    }

    #[test]
    fn sub_penny_prices_are_refused_from_one_dollar_up() {
        assert_eq!(Price::parse("1.005"), Err(NumberRefusal::TooFine { max: 2 }));
        assert_eq!(Price::parse("0.0001").unwrap().get().to_string(), "0.0001");
        assert_eq!(Price::parse("0.00001"), Err(NumberRefusal::TooFine { max: 4 }));
    }

    #[test]
    fn dollars_read_like_dollars() {
        for (number, text) in [
            ("1234567.5", "$1,234,567.50"),
            ("-3", "-$3.00"),
            ("0", "$0.00"),
            ("0.1234", "$0.1234"),
            ("999.999", "$1,000.00"),
            ("-0.001", "-$0.001"),
        ] {
            assert_eq!(Usd(number.parse().unwrap()).to_string(), text);
        }
    }

    /// Against integers of 128 bits, which know nothing of decimals.
    #[test]
    fn sums_over_a_million_random_fills_are_exact() {
        let mut seed = 17_u64;
        let mut draw = |below: u64| {
            // SplitMix64: the same fills every time.
            seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            (mixed ^ (mixed >> 27)) % below
        };
        let (mut shares, mut value) = (Decimal::ZERO, Decimal::ZERO);
        let (mut nano_shares, mut tiny_dollars) = (0_i128, 0_i128);
        let cases = 1_000_000;
        for _ in 0..cases {
            let qty = i64::try_from(1 + draw(10_000_000_000_000)).unwrap(); // up to 10 000 shares, in billionths
            let price = i64::try_from(1 + draw(10_000_000)).unwrap(); // up to $1 000, in hundredths of a cent
            let sign = if draw(2) == 0 { 1 } else { -1 };
            shares += Decimal::new(sign * qty, 9);
            value += Decimal::new(sign * qty, 9) * Decimal::new(price, 4);
            nano_shares += i128::from(sign * qty);
            tiny_dollars += i128::from(sign * qty) * i128::from(price);
        }
        assert_eq!(shares, Decimal::from_i128_with_scale(nano_shares, 9));
        assert_eq!(value, Decimal::from_i128_with_scale(tiny_dollars, 13));
        println!("PROMISE P17 cases={cases} violations=0 shares={} value={value}", shares.normalize());
    }

    /// The commas are for reading: typed, they are refused as ambiguous.
    #[test]
    fn what_is_shown_of_money_reads_back_the_same() {
        let cases = 200_000_u32;
        for step in 1..=cases {
            let cents = Decimal::new(i64::from(step) * 4_999_999, 2);
            let shown = Usd(cents).to_string().replace(',', "");
            assert_eq!(Usd::parse(&shown), Ok(Usd(cents.normalize())), "{shown}");
            let price = Price::new(cents).unwrap();
            assert_eq!(Price::parse(&price.to_string().replace(',', "")), Ok(price), "{price}");
            let small = Price::new(Decimal::new(i64::from(step % 9_999) + 1, 4)).unwrap();
            assert_eq!(Price::parse(&small.to_string()), Ok(small), "{small}");
        }
        println!("PROMISE P17 round_trips={} violations=0", cases * 3);
    }

    proptest! {
        #[test]
        fn what_is_shown_of_a_quantity_reads_back_the_same(mantissa in 1_i64..1_000_000_000_000_000, scale in 0_u32..=9) {
            let number = Decimal::new(mantissa, scale).normalize();
            prop_assume!(number <= LARGEST);
            let quantity = Quantity::new(number).unwrap();
            prop_assert_eq!(Quantity::parse(&quantity.to_string()), Ok(quantity));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".*") {
            let _ = Quantity::parse(&text);
            let _ = Price::parse(&text);
            let _ = Usd::parse(&text);
        }
    }
}
