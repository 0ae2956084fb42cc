#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use chrono::NaiveDate;
use domain::account::{Asset, Steps};
use domain::money::{Percent, Quantity};
use domain::order::Size;
use domain::policy;
use std::collections::HashSet;
use uuid::Uuid;

const CONTRACT: &str = "AAPL261218C00250000";

fn slip(symbol: &str) -> Slip {
    Slip::new(AccountId(Uuid::from_u128(1)), Symbol::parse(symbol).unwrap())
}

fn price(text: &str) -> Price {
    Price::parse(text).unwrap()
}

fn five() -> Amount {
    Amount::Exactly(Size::Shares(Quantity::parse("5").unwrap()))
}

/// With every number there is.
fn full(symbol: &str) -> Slip {
    let mut slip = slip(symbol);
    slip.amount = Some(five());
    slip.pieces.limit = Some(price("184.5"));
    slip.pieces.stop = Some(price("180"));
    slip.pieces.trail = Some(Trail::Price(price("2")));
    slip
}

fn line(slip: &Slip) -> String {
    slip.order().unwrap().unwrap().wished()
}

#[test]
fn a_new_ticket_buys_at_the_market_and_wants_only_a_size() {
    assert_eq!(slip("AAPL").gaps(), [Gap::Size]);
    assert!(slip("AAPL").order().is_none());
    let sized = slip("AAPL").filled(&Filled { amount: Some(five()), ..Filled::default() });
    assert_eq!(line(&sized), "v1|buy|AAPL|5 shares|market|day|regular");
    assert_eq!(slip("BTC/USD").time(), (TimeInForce::Gtc, false));
    assert_eq!(slip(CONTRACT).pieces.effect, Some(Effect::Open));
}

#[test]
fn each_kind_wants_its_own_numbers_and_takes_no_others() {
    use Gap::{Limit, Size, Stop, Trail};
    let kinds = [
        (Kind::Market, vec![Size], "at the market"),
        (Kind::Limit, vec![Size, Limit], "at $184.50 or better"),
        (Kind::Stop, vec![Size, Stop], "at the market once it trades at $180.00"),
        (Kind::StopLimit, vec![Size, Stop, Limit], "at $184.50 or better once it trades at $180.00"),
        (Kind::Trail, vec![Size, Trail], "at the market once it turns by $2.00"),
    ];
    for (kind, gaps, said) in kinds {
        assert_eq!(slip("AAPL").by(kind).gaps(), gaps, "{kind:?}");
        assert_eq!(full("AAPL").by(kind).order().unwrap().unwrap().pricing.to_string(), said, "{kind:?}");
    }
}

#[test]
fn a_price_that_is_typed_says_of_what_kind_the_order_is() {
    let limit = Filled { limit: Some(price("184.5")), ..Filled::default() };
    let stop = Filled { trigger: Some(Trigger::At(price("180"))), ..Filled::default() };
    let trail =
        Filled { trigger: Some(Trigger::Behind(Trail::Percent(Percent::parse("2").unwrap()))), ..Filled::default() };
    let both = Filled { limit: limit.limit, ..stop };
    let cases = [
        (Kind::Market, Filled::default(), Kind::Market),
        (Kind::Stop, Filled::default(), Kind::Stop),
        (Kind::Market, limit, Kind::Limit),
        (Kind::Trail, limit, Kind::Limit),
        (Kind::Stop, limit, Kind::StopLimit),
        (Kind::StopLimit, limit, Kind::StopLimit),
        (Kind::Market, stop, Kind::Stop),
        (Kind::Trail, stop, Kind::Stop),
        (Kind::Limit, stop, Kind::StopLimit),
        (Kind::Market, both, Kind::StopLimit),
        (Kind::Limit, trail, Kind::Trail),
    ];
    for (before, typed, after) in cases {
        assert_eq!(slip("AAPL").by(before).filled(&typed).kind, after, "{before:?} {typed:?}");
    }
}

#[test]
fn what_is_left_empty_stays_and_an_exit_can_be_taken_away() {
    let exits = Filled { take_profit: Exit::At(price("195")), stop_loss: Exit::At(price("178")), ..Filled::default() };
    let bracket = full("AAPL").by(Kind::Limit).filled(&exits);
    assert!(line(&bracket).contains("bracket"), "{}", line(&bracket));
    assert_eq!(bracket.filled(&Filled::default()), bracket);
    let plain = bracket.filled(&Filled { take_profit: Exit::Gone, stop_loss: Exit::Gone, ..Filled::default() });
    assert_eq!(plain, full("AAPL").by(Kind::Limit));
}

#[test]
fn a_percentage_goes_with_its_side_and_a_number_stays() {
    let part = Amount::OfBuyingPower(Percent::parse("25").unwrap());
    let bought = Slip { amount: Some(part), ..slip("AAPL") };
    assert_eq!(bought.on(Side::Sell, None).gaps(), [Gap::Size]);
    assert_eq!(bought.on(Side::Buy, None), bought);
    assert_eq!(full("AAPL").on(Side::Sell, None).amount, Some(five()));
}

#[test]
fn a_time_that_a_kind_cannot_have_falls_back_to_the_usual_one() {
    let limit = full("AAPL").by(Kind::Limit);
    let extended = limit.lasting(TimeInForce::Gtc, true);
    assert_eq!(extended.by(Kind::Limit).time(), (TimeInForce::Gtc, true));
    assert_eq!(extended.by(Kind::Stop).time(), (TimeInForce::Day, false));
    assert_eq!(limit.lasting(TimeInForce::Gtc, false).by(Kind::Stop).time(), (TimeInForce::Gtc, false));
    assert_eq!(full("BTC/USD").lasting(TimeInForce::Ioc, false).by(Kind::StopLimit).time(), (TimeInForce::Gtc, false));
}

/// What a menu offers is never what a rule forbids.
#[test]
fn everything_that_can_be_chosen_can_be_ordered() {
    let asset = |symbol: &Symbol| Asset {
        symbol: symbol.clone(),
        name: String::new(),
        active: true,
        tradable: true,
        fractionable: true,
        shortable: true,
        easy_to_borrow: true,
        attributes: Vec::new(),
        steps: Steps::default(),
        exchange: "NASDAQ".into(),
        terms: None,
    };
    let today = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
    let mut tried = 0;
    for symbol in ["AAPL", "BTC/USD", CONTRACT] {
        for (_, _, sided) in full(symbol).sides() {
            for (_, priced) in sided.kinds() {
                for (time, slip) in priced.times() {
                    let order = slip.order().unwrap().unwrap();
                    let order = order.sized(Size::Shares(Quantity::parse("5").unwrap()));
                    let checked = policy::check(&order, &asset(&slip.symbol), today);
                    assert_eq!(checked, Ok(()), "{symbol} {:?} {time:?}", slip.kind);
                    tried += 1;
                }
            }
        }
    }
    assert_eq!(tried, 2 * (6 + 8 + 2 + 2 + 2) + 2 * (2 + 2 + 1) + 4 * 2);
}

#[test]
fn no_two_lines_of_its_menus_lead_to_the_same() {
    for symbol in ["AAPL", "BTC/USD", CONTRACT] {
        for (_, slip) in full(symbol).kinds() {
            let leads = slip.leads();
            let texts: HashSet<_> = leads.iter().map(|view| serde_json::to_string(view).unwrap()).collect();
            assert_eq!(texts.len(), leads.len(), "{symbol} {:?}", slip.kind);
            assert_eq!(leads[0], View::Ticket(slip));
        }
    }
}

#[test]
fn a_stored_slip_keeps_its_spelling_and_fits_into_its_row() {
    let mut slip = full(CONTRACT).on(Side::Sell, Some(Effect::Close));
    slip.amount = Some(Amount::OfPosition(Percent::parse("33.3333").unwrap()));
    slip.pieces.take_profit = Some(price("195"));
    let text = serde_json::to_string(&View::Ticket(slip.clone())).unwrap();
    insta::assert_snapshot!(text, @r#"{"view":"ticket","account":"00000000-0000-0000-0000-000000000001","symbol":"AAPL261218C00250000","side":"sell","kind":"market","amount":{"of_position":"33.3333"},"pieces":{"limit":"184.5","stop":"180","trail":{"price":"2"},"take_profit":"195","stop_loss":null,"stop_loss_limit":null,"oco":false,"effect":"close","time_in_force":"day","extended_hours":false}}"#);
    assert_eq!(serde_json::from_str::<View>(&text).unwrap(), View::Ticket(slip));
    for odd in [text.replace("33.3333", "133"), text.replace("184.5", "-1")] {
        assert!(serde_json::from_str::<View>(&odd).is_err(), "{odd}");
    }
    assert!(text.len() < 1_024);
}
