#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use crate::strategy::Strategy;
use proptest::prelude::*;
use proptest::strategy::Strategy as _;

fn price(text: &str) -> Price {
    Price::new(text.parse().unwrap()).unwrap()
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn numbers(texts: &[&str]) -> Vec<Decimal> {
    texts.iter().map(|text| number(text)).collect()
}

/// One of each leg, at these strikes and premiums.
fn position(strategy: Strategy, legs: &[(&str, &str)]) -> Payoff {
    assert_eq!(legs.len(), strategy.strikes());
    let part = |((side, right), (strike, premium)): (&(Side, Right), &(&str, &str))| {
        Part::contracts(*side, *right, price(strike), 1, number(premium))
    };
    Payoff::of(strategy.legs().iter().zip(legs).map(part).collect())
}

/// Strategy, its strikes with premiums, the most lost, the most gained, break-evens.
type Case<'a> = (Strategy, &'a [(&'a str, &'a str)], Option<&'a str>, Option<&'a str>, &'a [&'a str]);

/// Reckoned by hand, as any book on options has them.
#[test]
fn each_strategy_comes_to_what_the_books_say() {
    let cases: [Case<'_>; 8] = [
        (Strategy::LongCall, &[("100", "3")], Some("300"), None, &["103"]),
        (Strategy::LongPut, &[("100", "3")], Some("300"), Some("9700"), &["97"]),
        (Strategy::CashSecuredPut, &[("100", "3")], Some("9700"), Some("300"), &["97"]),
        (Strategy::BullCall, &[("100", "3"), ("110", "1")], Some("200"), Some("800"), &["102"]),
        (Strategy::BearPut, &[("90", "1"), ("100", "3")], Some("200"), Some("800"), &["98"]),
        (Strategy::BullPut, &[("90", "1"), ("100", "3")], Some("800"), Some("200"), &["98"]),
        (Strategy::BearCall, &[("100", "3"), ("110", "1")], Some("800"), Some("200"), &["102"]),
        (
            Strategy::IronCondor,
            &[("85", "0.5"), ("90", "1"), ("110", "1.25"), ("115", "0.50")],
            Some("375"),
            Some("125"),
            &["88.75", "111.25"],
        ),
    ];
    for (strategy, legs, loss, gain, zeros) in cases {
        let payoff = position(strategy, legs);
        assert_eq!(payoff.max_loss(), loss.map(number), "{strategy:?}");
        assert_eq!(payoff.max_gain(), gain.map(number), "{strategy:?}");
        assert_eq!(payoff.break_evens(), numbers(zeros), "{strategy:?}");
    }
}

#[test]
fn a_covered_call_loses_with_its_shares_and_gains_up_to_its_strike() {
    let sold = Part::contracts(Side::Sell, Right::Call, price("110"), 1, number("2"));
    let covered = Payoff::of(vec![Part::shares(Side::Buy, 100, price("100")), sold]);
    assert_eq!(covered.max_loss(), Some(number("9800")));
    assert_eq!(covered.max_gain(), Some(number("1200")));
    assert_eq!(covered.break_evens(), numbers(&["98"]));
    let naked = Payoff::of(vec![sold]);
    assert_eq!((naked.max_loss(), naked.max_gain()), (None, Some(number("200"))), "without them there is no end to it");
}

#[test]
fn a_net_price_is_worth_what_its_premiums_are() {
    let (long, short) = (("100", "3"), ("110", "1"));
    let netted = position(Strategy::BullCall, &[("100", "0"), ("110", "0")]).paying(number("200"));
    let apart = position(Strategy::BullCall, &[long, short]);
    assert_eq!((netted.max_loss(), netted.break_evens()), (apart.max_loss(), apart.break_evens()));
}

#[test]
fn what_costs_nothing_is_even_on_a_whole_stretch() {
    let free = position(Strategy::BullCall, &[("100", "1"), ("110", "1")]);
    assert_eq!(free.break_evens(), numbers(&["0", "100"]));
    assert_eq!(free.max_loss(), Some(Decimal::ZERO));
    assert_eq!(Payoff::of(Vec::new()).max_gain(), Some(Decimal::ZERO));
}

fn part() -> impl proptest::strategy::Strategy<Value = Part> {
    let contracts = (any::<bool>(), any::<bool>(), 1_i64..200, 1_u16..4, 0_i64..3_000).prop_map(
        |(bought, call, strike, count, cents)| {
            let side = if bought { Side::Buy } else { Side::Sell };
            let right = if call { Right::Call } else { Right::Put };
            let strike = Price::new(Decimal::from(strike)).unwrap();
            Part::contracts(side, right, strike, count, Decimal::new(cents, 2))
        },
    );
    let shares = (any::<bool>(), 1_u32..400, 1_i64..200).prop_map(|(bought, count, at)| {
        let side = if bought { Side::Buy } else { Side::Sell };
        Part::shares(side, count, Price::new(Decimal::from(at)).unwrap())
    });
    prop_oneof![4 => contracts, 1 => shares]
}

/// Every half dollar up to far above all strikes.
fn grid() -> impl Iterator<Item = Decimal> {
    (0..1_000).map(|half| Decimal::new(half * 5, 1))
}

proptest! {
    #[test]
    fn bounds_hold_at_every_price_and_are_reached(parts in prop::collection::vec(part(), 1..5)) {
        let payoff = Payoff::of(parts);
        let values: Vec<_> = grid().map(|price| payoff.at(price)).collect();
        let (best, worst) = (*values.iter().max().unwrap(), -*values.iter().min().unwrap());
        match payoff.max_gain() {
            Some(gain) => prop_assert_eq!(gain, best),
            None => prop_assert!(payoff.at(Decimal::from(1_000_000)) > best, "the best is ever further up"),
        }
        match payoff.max_loss() {
            Some(loss) => prop_assert_eq!(loss, worst),
            None => prop_assert!(payoff.at(Decimal::from(1_000_000)) < -worst, "the worst is ever further up"),
        }
    }

    #[test]
    fn break_evens_are_zeros_and_none_is_missing(parts in prop::collection::vec(part(), 1..5)) {
        let payoff = Payoff::of(parts);
        let zeros = payoff.break_evens();
        prop_assert!(zeros.is_sorted());
        for zero in &zeros {
            prop_assert!(payoff.at(*zero).abs() < Decimal::new(1, 9), "{} at {zero}", payoff.at(*zero));
        }
        for (low, high) in grid().zip(grid().skip(1)) {
            let (below, above) = (payoff.at(low), payoff.at(high));
            if (below.is_sign_negative() != above.is_sign_negative()) && !below.is_zero() && !above.is_zero() {
                prop_assert!(zeros.iter().any(|zero| (low..=high).contains(zero)), "between {low} and {high}");
            }
        }
    }

    #[test]
    fn the_order_of_the_parts_does_not_matter(parts in prop::collection::vec(part(), 1..5), turn in 0_usize..5) {
        let mut turned = parts.clone();
        turned.rotate_left(turn % parts.len());
        turned.reverse();
        let (one, other) = (Payoff::of(parts), Payoff::of(turned));
        prop_assert_eq!((one.max_gain(), one.max_loss()), (other.max_gain(), other.max_loss()));
        prop_assert_eq!(one.break_evens(), other.break_evens());
    }
}
