#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
use super::*;
use proptest::prelude::*;

fn line(seed: u64, price: Decimal) -> Line {
    Line::of(&Asset::listed("AAPL", "Apple", "NASDAQ", price), seed)
}

/// What a stretch of minutes comes to when its trades are added up one by one.
fn added_up(line: &Line, minutes: std::ops::Range<i64>) -> (Ohlc, u64, u64) {
    let prints: Vec<Print> = minutes.flat_map(|minute| line.prints(minute).collect::<Vec<_>>()).collect();
    let prices = || prints.iter().map(|print| print.price);
    let ohlc = Ohlc {
        open: prices().next().expect("a trade"),
        high: prices().max().expect("a trade"),
        low: prices().min().expect("a trade"),
        close: prices().next_back().expect("a trade"),
    };
    (ohlc, prints.iter().map(|print| print.size).sum(), prints.len() as u64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn minutes_and_half_hours_agree_with_their_trades(
        seed: u64, place in 700_000_i64..1_200_000, cents in 12_i64..80_000,
    ) {
        let line = line(seed, Decimal::new(cents, 2));
        let half_hour = line.half_hour(place);
        let minutes = place * 30..(place + 1) * 30;
        let (ohlc, volume, trades) = added_up(&line, minutes.clone());
        prop_assert_eq!(line.ohlc(&half_hour), ohlc);
        let traffic: Vec<(u64, u64)> = minutes.clone().map(|minute| line.traffic(minute)).collect();
        prop_assert_eq!(traffic.iter().map(|(volume, _)| volume).sum::<u64>(), volume);
        prop_assert_eq!(traffic.iter().map(|(_, trades)| trades).sum::<u64>(), trades);
        for minute in minutes {
            let stretch = line.minute_of(&half_hour, minute);
            prop_assert_eq!(line.ohlc(&stretch), added_up(&line, minute..minute + 1).0);
        }
    }

    #[test]
    fn half_hours_join_and_prices_stay_above_zero(seed: u64, place in -1_000_000_i64..2_000_000) {
        let line = line(seed, Decimal::new(500, 2));
        let (one, next) = (line.ohlc(&line.half_hour(place)), line.ohlc(&line.half_hour(place + 1)));
        prop_assert_eq!(one.close, next.open);
        prop_assert!(one.low > Decimal::ZERO && one.low <= one.open.min(one.close));
        prop_assert!(one.high >= one.open.max(one.close));
    }
}

#[test]
fn seed_and_symbol_make_the_tape() {
    let prices = |line: Line| (0..50).map(|second| line.price(1_796_000_000 + second)).collect::<Vec<_>>();
    let price = Decimal::new(27_150, 2);
    let other = Line::of(&Asset::listed("MSFT", "Microsoft", "NASDAQ", price), 7);
    assert_eq!(prices(line(7, price)), prices(line(7, price)));
    assert_ne!(prices(line(7, price)), prices(line(8, price)));
    assert_ne!(prices(line(7, price)), prices(other));
}

#[test]
fn a_print_is_the_price_of_its_second() {
    let line = line(3, Decimal::new(27_150, 2));
    for print in line.prints(29_900_000) {
        assert_eq!(line.price(print.second), print.price);
        assert_eq!(line.last_print(print.second), Some(print));
    }
}
