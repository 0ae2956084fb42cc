//! The tape: what a symbol trades at, in every second, as a pure function of seed, symbol and time.
//!
//! It is drawn from coarse to fine. The edges of half-hours lie on a sum of slow waves, and each half-hour reaches a
//! little above and below its edges. Minutes are drawn between the edges of their half-hour and seconds between those of
//! their minute, so that the extremes of the larger piece are touched by exactly one of the smaller ones. A bar of any
//! span therefore follows from the largest pieces that make it up, agrees with every trade in it, and needs no memory.

use super::assets::Asset;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

pub(super) const MINUTE: i64 = 60;
pub(super) const HALF_HOUR: i64 = 30 * MINUTE;
const DAY: i64 = 48 * HALF_HOUR;

/// Length in seconds, and height in millionths of the base price, of the waves that a price rides on. The heights add up
/// to less than a third: at the widest swing a price stays above zero.
const WAVES: [(i64, i64); 8] = [
    (730 * DAY, 160_000),
    (160 * DAY, 70_000),
    (40 * DAY, 35_000),
    (9 * DAY, 18_000),
    (2 * DAY, 9_000),
    (20 * HALF_HOUR, 5_000),
    (4 * HALF_HOUR, 2_500),
    (HALF_HOUR, 1_200),
];
/// How far a half-hour may reach beyond its edges, in millionths.
const REACH: i64 = 1_800;
/// The widest and the calmest symbols, in percent of the waves above.
const SWINGS: (u64, u64) = (60, 220);

/// A hash of a place on the tape (the finalizer of `SplitMix64`).
const fn hash(key: u64, salt: u64, place: i64) -> u64 {
    let mut z =
        key ^ salt.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ place.cast_unsigned().wrapping_mul(0xD1B5_4A32_D192_ED03);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A number in `0..bound` that belongs to a place.
fn draw(key: u64, salt: u64, place: i64, bound: i64) -> i64 {
    let bound = u64::try_from(bound).unwrap_or_default().max(1);
    i64::try_from(hash(key, salt, place) % bound).unwrap_or_default()
}

/// A way from one price to another through two others, with a little wobble in between that leaves no bounds.
#[derive(Clone, Copy, Debug)]
struct Path {
    knots: [(i64, i64); 4],
    low: i64,
    high: i64,
    key: u64,
}

impl Path {
    fn through(key: u64, span: (i64, i64), high: (i64, i64), low: (i64, i64), end: i64) -> Self {
        let (first, second) = if high.0 <= low.0 { (high, low) } else { (low, high) };
        Self { knots: [(0, span.0), first, second, (end, span.1)], low: low.1, high: high.1, key }
    }

    fn at(&self, place: i64) -> i64 {
        let [start, .., end] = self.knots;
        let legs = self.knots.iter().zip(&self.knots[1..]);
        let leg = legs.map(|(from, to)| (*from, *to)).find(|(_, to)| place <= to.0);
        let (from, to) = leg.unwrap_or((start, end));
        if place == from.0 || place == to.0 || from.0 == to.0 {
            return if place == from.0 { from.1 } else { to.1 };
        }
        let straight = from.1 + (to.1 - from.1) * (place - from.0) / (to.0 - from.0);
        let wobble = (self.high - self.low) / 6;
        (straight + draw(self.key, 1, place, 2 * wobble + 1) - wobble).clamp(self.low, self.high)
    }
}

/// A stretch of the tape, in billionths of a dollar before they are put on the price grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    open: i64,
    high: i64,
    low: i64,
    close: i64,
    path: Path,
}

/// A trade that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Print {
    /// Seconds since 1970; also the id of the trade.
    pub second: i64,
    pub price: Decimal,
    /// In units of [`Line::unit`].
    pub size: u64,
}

/// Open, high, low and close of a stretch, on the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ohlc {
    pub open: Decimal,
    pub high: Decimal,
    pub low: Decimal,
    pub close: Decimal,
}

/// The tape of one symbol.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    key: u64,
    base: i64,
    swing: i64,
    depth: u64,
    /// The smallest price step; none for the grid of shares, which depends on the price.
    step: Option<i64>,
    /// What one unit of a size stands for.
    pub unit: Decimal,
}

impl Line {
    pub fn of(asset: &Asset, seed: u64) -> Self {
        let symbol = asset.symbol.bytes().fold(seed, |key, byte| hash(key, 2, i64::from(byte)));
        let (calm, wide) = SWINGS;
        let swing = i64::try_from(calm + symbol % (wide - calm)).unwrap_or(100);
        Self {
            key: symbol,
            base: billionths(asset.base_price),
            swing: swing * asset.class.swing() / 100,
            depth: asset.depth.max(MINUTE.unsigned_abs()),
            step: asset.price_step().map(billionths),
            unit: asset.size_unit(),
        }
    }

    /// Where the waves are at an edge between two half-hours.
    fn edge(&self, half_hour: i64) -> i64 {
        let place = half_hour * HALF_HOUR;
        let wave = |(salt, (length, height)): (u64, (i64, i64))| {
            let (turn, rest) = (place.div_euclid(length), place.rem_euclid(length));
            let crest = |turn| draw(self.key, salt, turn, 2 * height + 1) - height;
            (crest(turn) * (length - rest) + crest(turn + 1) * rest) / length
        };
        let swing: i64 = (10..).zip(WAVES).map(wave).sum();
        self.base + share(self.base, swing * self.swing / 100)
    }

    /// A whole half-hour, counted since 1970.
    pub fn half_hour(&self, place: i64) -> Stretch {
        let (open, close) = (self.edge(place), self.edge(place + 1));
        let reach = |salt| share(self.base, draw(self.key, salt, place, REACH) * self.swing / 100);
        let (high, low) = (open.max(close) + reach(3), open.min(close) - reach(4));
        let top = draw(self.key, 5, place, 30);
        let bottom = (top + 1 + draw(self.key, 6, place, 29)) % 30;
        let key = hash(self.key, 7, place);
        let path = Path::through(key, (open, close), (2 * top + 1, high), (2 * bottom + 1, low), 60);
        Stretch { open, high, low, close, path }
    }

    /// A minute, counted since 1970, of the half-hour that it lies in.
    pub fn minute_of(&self, half_hour: &Stretch, place: i64) -> Stretch {
        let edge = 2 * place.rem_euclid(30);
        let (open, close) = (half_hour.path.at(edge), half_hour.path.at(edge + 2));
        let touches = |price| half_hour.path.knots.contains(&(edge + 1, price));
        let reach = |salt| share(self.base, draw(self.key, salt, place, REACH / 6) * self.swing / 100);
        let high = if touches(half_hour.high) { half_hour.high } else { open.max(close) + reach(8) };
        let low = if touches(half_hour.low) { half_hour.low } else { open.min(close) - reach(9) };
        let (high, low) = (high.min(half_hour.high), low.max(half_hour.low));
        let (top, bottom) = self.turns(place);
        let path = Path::through(hash(self.key, 20, place), (open, close), (top, high), (bottom, low), MINUTE - 1);
        Stretch { open, high, low, close, path }
    }

    /// A minute, counted since 1970.
    pub fn minute(&self, place: i64) -> Stretch {
        self.minute_of(&self.half_hour(place.div_euclid(30)), place)
    }

    /// The seconds of a minute in which it is highest and lowest.
    fn turns(&self, minute: i64) -> (i64, i64) {
        let top = draw(self.key, 21, minute, 58);
        let bottom = (top + 1 + draw(self.key, 22, minute, 57)) % 58;
        (1 + top, 1 + bottom)
    }

    /// The seconds of a minute in which somebody trades, as bits. The first, the last and the extremes are among them.
    fn busy(&self, minute: i64) -> u64 {
        let (top, bottom) = self.turns(minute);
        (hash(self.key, 23, minute) >> 4) | 1 | 1 << (MINUTE - 1) | 1 << top | 1 << bottom
    }

    /// How much trades in a minute, and in how many trades.
    pub fn traffic(&self, minute: i64) -> (u64, u64) {
        let percent = 40 + hash(self.key, 24, minute) % 100 + hash(self.key, 25, minute.div_euclid(17)) % 120;
        (self.depth * percent / 100, self.busy(minute).count_ones().into())
    }

    /// The price in a second, whether or not somebody trades in it.
    pub fn price(&self, second: i64) -> Decimal {
        self.on_grid(self.minute(second.div_euclid(MINUTE)).path.at(second.rem_euclid(MINUTE)))
    }

    /// The trades of a minute, in order.
    pub fn prints(&self, minute: i64) -> impl DoubleEndedIterator<Item = Print> {
        let (stretch, busy) = (self.minute(minute), self.busy(minute));
        let (volume, trades) = self.traffic(minute);
        // The volume is cut at uneven places, each within its own share.
        let cut = move |trade: u64| match trade {
            0 => 0,
            _ if trade == trades => volume,
            _ => volume * (8 * trade + hash(self.key, 26 + trade, minute) % 8) / (8 * trades),
        };
        let seconds: Vec<i64> = (0..MINUTE).filter(|second| busy >> second & 1 == 1).collect();
        let print = move |(trade, second): (u64, i64)| Print {
            second: minute * MINUTE + second,
            price: self.on_grid(stretch.path.at(second)),
            size: cut(trade + 1) - cut(trade),
        };
        let numbered: Vec<(u64, i64)> = (0..).zip(seconds).collect();
        numbered.into_iter().map(print)
    }

    /// The last trade at or before a second.
    pub fn last_print(&self, second: i64) -> Option<Print> {
        self.prints(second.div_euclid(MINUTE)).rev().find(|print| print.second <= second)
    }

    /// Hundreds of units on each side of the quote in a second.
    pub fn sizes(&self, second: i64) -> (u64, u64) {
        let drawn = hash(self.key, 100, second);
        (1 + drawn % 9, 1 + drawn / 9 % 9)
    }

    /// A stretch in prices.
    pub fn ohlc(&self, stretch: &Stretch) -> Ohlc {
        let price = |raw| self.on_grid(raw);
        Ohlc {
            open: price(stretch.open),
            high: price(stretch.high),
            low: price(stretch.low),
            close: price(stretch.close),
        }
    }

    fn on_grid(&self, raw: i64) -> Decimal {
        let step = self.step.unwrap_or(if raw >= 1_000_000_000 { 10_000_000 } else { 100_000 }).max(1);
        Decimal::new((raw + step / 2).div_euclid(step) * step, 9).normalize()
    }
}

fn billionths(price: Decimal) -> i64 {
    (price * Decimal::from(1_000_000_000)).to_i64().unwrap_or_default()
}

/// So many millionths of an amount.
fn share(amount: i64, millionths: i64) -> i64 {
    i64::try_from(i128::from(amount) * i128::from(millionths) / 1_000_000).unwrap_or_default()
}

#[cfg(test)]
mod tests;
