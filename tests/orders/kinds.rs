//! Every type, time in force and size of an order in shares, word for word as the exchange got it.

use super::{cents, newest, ready, told};
use crate::harness::Town;
use rust_decimal::Decimal;
use sim::exchange::{Kind, Order, Side, Size, Status, TimeInForce, Trail};

/// Options besides the symbol; then type, size, time in force and extended hours as the exchange should have them.
type Meant<'a> = (&'a [(&'a str, &'a str)], Kind, Size, TimeInForce, bool);

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn qty(text: &str) -> Size {
    Size::Qty(dec(text))
}

fn limit(dollars: i64) -> Kind {
    Kind::Limit(dollars.into())
}

fn stop(dollars: i64) -> Kind {
    Kind::Stop(dollars.into())
}

fn stop_limit(stop: i64, limit: i64) -> Kind {
    Kind::StopLimit { stop: stop.into(), limit: limit.into() }
}

fn trail_dollars(dollars: i64) -> Kind {
    Kind::TrailingStop(Trail::Price(dollars.into()))
}

fn trail_percent(percent: &str) -> Kind {
    Kind::TrailingStop(Trail::Percent(dec(percent)))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_time_and_size_of_a_buy_reaches_the_exchange_as_it_was_meant() {
    use TimeInForce::{Day, Fok, Gtc, Ioc};
    let town = Town::open().await;
    let cases: [Meant<'_>; 16] = [
        (&[("quantity", "3")], Kind::Market, qty("3"), Day, false),
        (&[("quantity", "0.5")], Kind::Market, qty("0.5"), Day, false),
        (&[("dollars", "50")], Kind::Market, Size::Notional(dec("50")), Day, false),
        (&[("dollars", "$50.25"), ("limit", "90")], limit(90), Size::Notional(dec("50.25")), Day, false),
        (&[("quantity", "2"), ("tif", "ioc")], Kind::Market, qty("2"), Ioc, false),
        (&[("quantity", "2"), ("limit", "90")], limit(90), qty("2"), Day, false),
        (&[("quantity", "0.25"), ("limit", "90")], limit(90), qty("0.25"), Day, false),
        (&[("quantity", "2"), ("limit", "90"), ("tif", "gtc")], limit(90), qty("2"), Gtc, false),
        (&[("quantity", "2"), ("limit", "90"), ("tif", "ioc")], limit(90), qty("2"), Ioc, false),
        (&[("quantity", "2"), ("limit", "90"), ("tif", "fok")], limit(90), qty("2"), Fok, false),
        (&[("quantity", "2"), ("limit", "90"), ("extended", "true")], limit(90), qty("2"), Day, true),
        (&[("quantity", "2"), ("limit", "90"), ("tif", "gtc"), ("extended", "true")], limit(90), qty("2"), Gtc, true),
        (&[("quantity", "2"), ("stop", "110")], stop(110), qty("2"), Day, false),
        (
            &[("quantity", "2"), ("stop", "110"), ("limit", "112"), ("tif", "gtc")],
            stop_limit(110, 112),
            qty("2"),
            Gtc,
            false,
        ),
        (&[("quantity", "2"), ("trail", "2")], trail_dollars(2), qty("2"), Day, false),
        (&[("quantity", "2"), ("trail", "2.5%"), ("tif", "gtc")], trail_percent("2.5"), qty("2"), Gtc, false),
    ];
    // Several friends, because one account's budget of requests would make it a long test.
    for (at, cases) in cases.chunks(4).enumerate() {
        let ham = ready(&town, &format!("friend {at}"), &["MSFT"]).await;
        for (options, kind, size, time, extended) in cases {
            let (order, said) = told(&town, &ham, "buy", "MSFT", options).await;
            let got = (order.side, order.kind, order.size, order.time_in_force, order.extended_hours);
            assert_eq!(got, (Side::Buy, *kind, *size, *time, *extended), "{options:?}: {said}");
            assert!(order.bond.is_none() && order.replaces.is_none(), "{options:?} stands alone");
        }
        let orders = || town.exchange.orders(ham.paper.account_id);
        assert_eq!(orders().len(), cases.len(), "one order per command");
        let had_its_chance = |order: &Order| matches!(order.time_in_force, Ioc | Fok) && order.kind != Kind::Market;
        let over =
            || orders().iter().filter(|order| had_its_chance(order)).all(|order| order.status == Status::Canceled);
        town.until("orders that had one chance are over", over).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_time_and_size_of_a_sale_reaches_the_exchange_as_it_was_meant() {
    use TimeInForce::{Day, Fok, Gtc, Ioc};
    let town = Town::open().await;
    let cases: [Meant<'_>; 13] = [
        (&[("quantity", "1")], Kind::Market, qty("1"), Day, false),
        (&[("dollars", "50")], Kind::Market, Size::Notional(dec("50")), Day, false),
        (&[("quantity", "1"), ("tif", "ioc")], Kind::Market, qty("1"), Ioc, false),
        (&[("quantity", "1"), ("limit", "120"), ("tif", "fok")], limit(120), qty("1"), Fok, false),
        (&[("quantity", "1"), ("limit", "120")], limit(120), qty("1"), Day, false),
        (&[("quantity", "0.5"), ("limit", "120")], limit(120), qty("0.5"), Day, false),
        (&[("quantity", "1"), ("limit", "120"), ("tif", "gtc"), ("extended", "true")], limit(120), qty("1"), Gtc, true),
        (&[("quantity", "1"), ("stop", "80")], stop(80), qty("1"), Day, false),
        (&[("quantity", "0.5"), ("stop", "80")], stop(80), qty("0.5"), Day, false),
        (
            &[("quantity", "1"), ("stop", "80"), ("limit", "79"), ("tif", "gtc")],
            stop_limit(80, 79),
            qty("1"),
            Gtc,
            false,
        ),
        (&[("quantity", "1"), ("trail", "2")], trail_dollars(2), qty("1"), Day, false),
        (&[("quantity", "1"), ("trail", "2.5%"), ("tif", "gtc")], trail_percent("2.5"), qty("1"), Gtc, false),
        (&[("percent", "10")], Kind::Market, qty("4"), Day, false),
    ];
    for (at, cases) in cases.chunks(3).enumerate() {
        let ham = ready(&town, &format!("friend {at}"), &["AAPL"]).await;
        told(&town, &ham, "buy", "AAPL", &[("quantity", "40")]).await;
        for (options, kind, size, time, extended) in cases {
            let (order, said) = told(&town, &ham, "sell", "AAPL", options).await;
            let got = (order.side, order.kind, order.size, order.time_in_force, order.extended_hours);
            assert_eq!(got, (Side::Sell, *kind, *size, *time, *extended), "{options:?}: {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn auction_orders_are_taken_in_their_hours_and_turned_down_by_name_outside() {
    let town = Town::open().await;
    let ham = ready(&town, "ham", &["MSFT"]).await;
    for (word, time) in [("opg", TimeInForce::Opg), ("cls", TimeInForce::Cls)] {
        for more in [&[][..], &[("limit", "90")]] {
            let before = town.exchange.orders(ham.paper.account_id).len();
            let options: Vec<_> = [("symbol", "MSFT"), ("quantity", "1"), ("tif", word)]
                .into_iter()
                .chain(more.iter().copied())
                .collect();
            let said = ham.says("buy", &options).await.text();
            let orders = town.exchange.orders(ham.paper.account_id);
            let taken = orders.len() > before;
            // What the clock in New York says when this runs decides which.
            assert_ne!(taken, said.contains("19:00") && said.contains("Nothing was sent"), "{word} {more:?}: {said}");
            assert!(!taken || newest(&town, &ham).time_in_force == time, "{said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_size_by_percent_or_by_risk_is_reckoned_and_sent_as_whole_shares() {
    let town = Town::open().await;
    let ham = ready(&town, "ham", &["MSFT"]).await;
    let (part, said) = told(&town, &ham, "buy", "MSFT", &[("percent", "10%")]).await;
    let Size::Qty(shares) = part.size else { panic!("{said}") };
    assert!(shares.fract().is_zero() && shares >= dec("99"), "a tenth of at least $100,000 at $100.02: {said}");
    let (risk, said) = told(&town, &ham, "buy", "MSFT", &[("risk", "1%"), ("stop_loss", "90.02")]).await;
    // The equity has lost the spread of what was bought before.
    let Size::Qty(shares) = risk.size else { panic!("{said}") };
    assert!(shares == dec("99") || shares == dec("100"), "1% of $100,000 at $10 a share: {said}");
    let bond = risk.bond.expect("the stop that the size was reckoned by goes out with it");
    assert_eq!(bond.class, sim::exchange::Class::Oto);
    let legs = town.exchange.orders(ham.paper.account_id);
    assert!(legs.iter().any(|leg| leg.kind == Kind::Stop(cents(9_002)) && leg.size == risk.size), "{said}");
    let nothing = ham.says("buy", &[("symbol", "MSFT"), ("risk", "1%")]).await;
    assert!(nothing.text().contains("Nothing was sent"), "a risk without a stop: {}", nothing.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn stops_and_trails_sleep_until_the_market_wakes_them() {
    let town = Town::open().await;
    let ham = ready(&town, "ham", &["AAPL"]).await;
    told(&town, &ham, "buy", "AAPL", &[("quantity", "10")]).await;
    let mut asleep = Vec::new();
    for options in [[("quantity", "1"), ("stop", "95")], [("quantity", "2"), ("trail", "2")]] {
        asleep.push(told(&town, &ham, "sell", "AAPL", &options).await.0.id);
    }
    let now = |id| town.exchange.orders(ham.paper.account_id).into_iter().find(|order| order.id == id).unwrap();
    town.exchange.set_quote("AAPL", cents(10_999), cents(11_001));
    town.until("the trail has followed", || now(asleep[1]).high_water_mark >= Some(cents(11_000))).await;
    town.exchange.set_quote("AAPL", cents(10_789), cents(10_791));
    town.until("the trail has gone off", || now(asleep[1]).status == Status::Filled).await;
    assert_eq!(now(asleep[1]).filled_avg_price(), Some(cents(10_789)));
    assert_eq!(now(asleep[0]).status, Status::New, "the stop is further down");
    town.exchange.set_quote("AAPL", cents(9_489), cents(9_491));
    town.until("the stop has gone off", || now(asleep[0]).status == Status::Filled).await;
}
