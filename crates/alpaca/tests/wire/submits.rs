//! The table of `POST /v2/orders`, row by row.

use crate::broker::{Act, answer, with};
use crate::world::{access, access_of, buy, intent, paper, problem, shown};
use domain::account::Environment;
use domain::brokerage::Brokerage;
use domain::money::Usd;
use domain::order::{BrokerStatus, Pricing, Size, TimeInForce};
use domain::outcome::{Doubt, Outcome, RefusalReason};
use rust_decimal::Decimal;
use std::sync::{Arc, Mutex};

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Submits once per act, each on a budget of its own.
pub async fn outcomes(acts: Vec<Act>) -> Vec<Outcome> {
    let next: Arc<Mutex<std::vec::IntoIter<Act>>> = Arc::new(Mutex::new(acts.clone().into_iter()));
    let (broker, alpaca) = paper(move |_| next.lock().unwrap().next().expect("one request per row")).await;
    let mut outcomes = Vec::new();
    for (row, _) in acts.iter().enumerate() {
        outcomes.push(alpaca.submit(&access_of(row), &buy(), &intent()).await);
    }
    assert_eq!(broker.count("POST"), acts.len(), "one POST per submit");
    outcomes
}

#[tokio::test]
async fn an_order_lands_only_when_it_is_shown_and_ours() {
    let outcome = outcomes(vec![answer(200, shown(&[("brand_new_field", "{\"a\":[1]}")]))]).await.remove(0);
    let Outcome::Landed(order) = outcome else { panic!("{outcome:?}") };
    assert_eq!(order.client_order_id, intent());
    assert_eq!(order.status, BrokerStatus::PendingNew);
    assert!(order.matches(&buy()));
    assert_eq!(order.submitted_at.unwrap().timestamp_subsec_nanos(), 118_001_223);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one row per answer")]
async fn every_refusal_that_the_table_proves_is_a_refusal_with_its_reason() {
    use RefusalReason::*;
    let rows: Vec<(u16, String, RefusalReason)> = vec![
        (400, problem(40_010_000, "unexpected parameter(s): x"), Invalid),
        (400, problem(40_010_001, "bad parameter"), Invalid),
        (401, problem(40_110_000, "request is not authorized"), Credentials),
        (401, "{\"message\":\"unauthorized.\"}".to_owned(), Credentials),
        (
            403,
            r#"{"code":40310000,"message":"insufficient buying power","buying_power":"10.5","cost_basis":"123.21"}"#
                .to_owned(),
            BuyingPower { available: Some(number("10.5")), cost: Some(number("123.21")) },
        ),
        (
            403,
            r#"{"code":40310000,"message":"insufficient qty available for order (requested: 5, available: 1.5)",
                "available":1.5,"existing_qty":"5","held_for_orders":"3.5","symbol":"XYZ"}"#
                .to_owned(),
            Quantity { available: Some(number("1.5")), existing: Some(number("5")), held: Some(number("3.5")) },
        ),
        (
            403,
            r#"{"code":40310000,"message":"insufficient balance for USD (requested: 9, available: 1)","available":"1"}"#
                .to_owned(),
            BuyingPower { available: Some(number("1")), cost: None },
        ),
        (
            403,
            r#"{"code":40310000,"message":"potential wash trade detected. use complex orders",
                "existing_order_id":"abc","reject_reason":"opposite side limit order exists"}"#
                .to_owned(),
            WashTrade { existing_order: Some("abc".to_owned()) },
        ),
        (403, problem(40_310_000, "asset \\\"XYZ\\\" cannot be sold short"), CannotShort),
        (403, problem(40_310_000, "account is not allowed to short"), CannotShort),
        (403, problem(40_310_000, "cannot open a short sell while a long buy order is open"), CannotShort),
        (403, problem(40_310_000, "new orders are rejected by user request"), SuspendedByUser),
        (403, problem(40_310_000, "account is not authorized to trade"), AccountRestricted),
        (403, problem(40_310_000, "account is restricted to liquidation only"), AccountRestricted),
        (403, problem(40_310_100, "trade denied due to pattern day trading protection"), AccountRestricted),
        (403, problem(40_310_000, "asset XYZ is not fractionable"), NotFractionable),
        (403, problem(40_310_000, "fractional trading is disabled for this account"), NotFractionable),
        (403, problem(40_310_000, "cost basis must be >= minimal amount of order 10"), BelowMinimum),
        (403, problem(40_310_000, "opg orders must be submitted after 7:00pm and before 9:28am"), AuctionHours),
        (403, problem(40_310_000, "unable to open new notional orders while having open closing position orders"), Invalid),
        (403, problem(40_310_000, "account not eligible for level2 options trading"), OptionsLevel),
        (403, problem(40_310_000, "account not authorized to trade options"), OptionsLevel),
        (403, problem(40_310_000, "account not eligible to trade uncovered option contracts"), OptionsLevel),
        (403, problem(40_310_000, "account not eligible to trade spreads or uncovered contracts"), OptionsLevel),
        (403, problem(40_310_000, "submit mleg order is disabled"), OptionsLevel),
        (403, problem(40_310_000, "exceeded account limit for contracts expiring today"), ContractExpires),
        (
            403,
            r#"{"code":40310000,"message":"insufficient underlying qty available for covered call (required: 100, available: 0)",
                "available_qty":"0","required_qty":"100","symbol":"XYZ"}"#
                .to_owned(),
            Uncovered { available: Some(number("0")), required: Some(number("100")) },
        ),
        (
            403,
            r#"{"code":40310000,"message":"insufficient options buying power for cash-secured put",
                "buying_power":"10","required_options_buying_power":"4000"}"#
                .to_owned(),
            Uncovered { available: Some(number("10")), required: Some(number("4000")) },
        ),
        (
            403,
            r#"{"code":40310000,"message":"insufficient options buying power","options_buying_power":"10","cost_basis":"115"}"#
                .to_owned(),
            BuyingPower { available: Some(number("10")), cost: Some(number("115")) },
        ),
        (422, problem(42_210_000, "contract \\\"XYZ261218C00045000\\\" not found"), UnknownSymbol),
        (422, problem(42_210_000, "contract \\\"X\\\" is expired"), ContractExpires),
        (422, problem(42_210_000, "contract \\\"X\\\" expires soon, unable to open new positions"), ContractExpires),
        (422, problem(42_210_000, "options market orders are only allowed during market hours"), OptionHours),
        (422, problem(42_210_000, "extended hours is not supported for options trading"), ExtendedHours),
        (422, problem(42_210_000, "qty must be integer for options trading"), Invalid),
        (422, problem(42_210_000, "position intent mismatch, inferred: buy_to_open, specified: buy_to_close"), OpensOrCloses),
        (422, problem(42_210_000, "take_profit.limit_price must be > stop_loss.stop_price"), Exits),
        (422, problem(42_210_000, "stop_loss.stop_price must be <= base_price - 0.01"), Exits),
        (422, problem(42_210_000, "fractional orders must be simple orders"), FractionTerms),
        (422, problem(42_210_000, "cannot replace order in filled status"), NotReplaceable),
        (422, problem(42_210_000, "order parameters are not changed"), NotReplaceable),
        (422, problem(40_010_001, "unable to replace order, order isn't sent to exchange yet"), NotReplaceable),
        (403, problem(40_310_000, "something that nobody has seen before"), Unrecognised),
        (403, "{\"code\":40310000}".to_owned(), Unrecognised),
        (422, problem(40_010_001, "qty must be > 0"), Invalid),
        (422, problem(40_010_001, "extended hours order must be DAY limit orders"), ExtendedHours),
        (422, problem(40_010_001, "us_equity orders not allowed for account"), AccountRestricted),
        (422, problem(40_010_001, "client_order_id must be no more than 128 characters"), Invalid),
        (422, problem(42_210_000, "asset \\\"XYZ\\\" not found"), UnknownSymbol),
        (422, problem(42_210_000, "asset \\\"XYZ\\\" is not tradable"), NotTradable),
        (422, problem(42_210_000, "asset \\\"XYZ\\\" is not active"), NotTradable),
        (
            422,
            problem(42_210_000, "invalid limit_price 1.001. sub-penny increment does not fulfill minimum pricing criteria"),
            PriceIncrement,
        ),
        (422, problem(42_210_000, "potential wash trade detected"), WashTrade { existing_order: None }),
        (422, problem(42_210_000, "fractional orders must be DAY orders"), FractionTerms),
    ];
    let acts = rows.iter().map(|(status, body, _)| with(*status, &[("x-request-id", "req-1")], body.clone())).collect();
    for ((status, body, reason), outcome) in rows.iter().zip(outcomes(acts).await) {
        let Outcome::Refused(refusal) = outcome else { panic!("{status} {body}: {outcome:?}") };
        assert_eq!((&refusal.reason, refusal.status), (reason, *status), "{body}");
        assert_eq!(refusal.request_id.as_deref(), Some("req-1"));
    }
}

#[tokio::test]
async fn whatever_the_table_does_not_prove_is_unknown() {
    let html = "<html><body>403 Forbidden</body></html>";
    let unreadable = |status| Doubt::Unreadable { status };
    let rows: Vec<(Act, Doubt)> = vec![
        (answer(422, problem(40_010_001, "client_order_id must be unique")), Doubt::DuplicateId),
        (answer(422, problem(40_010_001, "client order id must be unique")), Doubt::DuplicateId),
        (answer(422, problem(40_010_001, "Client_Order_ID already exists")), Doubt::DuplicateId),
        (answer(422, problem(40_010_001, "")), Doubt::DuplicateId),
        (answer(400, html), unreadable(400)),
        (answer(400, problem(40_010_002, "?")), unreadable(400)),
        (answer(401, html), unreadable(401)),
        (answer(401, problem(40_310_000, "swapped")), unreadable(401)),
        (answer(403, html), unreadable(403)),
        (answer(403, "{\"message\":\"forbidden.\"}"), unreadable(403)),
        (answer(403, problem(40_110_000, "swapped")), unreadable(403)),
        (answer(403, problem(42_210_000, "swapped")), unreadable(403)),
        (answer(404, problem(40_410_000, "endpoint not found.")), unreadable(404)),
        (answer(408, ""), unreadable(408)),
        (answer(409, problem(40_910_000, "?")), unreadable(409)),
        (answer(422, "{\"message\":\"no code\"}"), unreadable(422)),
        (answer(422, ""), unreadable(422)),
        (answer(429, problem(42_910_000, "rate limit exceeded")), Doubt::RateLimited { until: None }),
        (answer(429, "{\"message\":\"too many requests.\"}"), Doubt::RateLimited { until: None }),
        (answer(500, problem(50_010_000, "internal error")), Doubt::ServerError { status: 500 }),
        (answer(502, html), Doubt::ServerError { status: 502 }),
        (answer(503, ""), Doubt::ServerError { status: 503 }),
        (answer(504, problem(50_410_000, "request timed out")), Doubt::ServerError { status: 504 }),
        (answer(500, problem(40_310_000, "a refusal inside a 500")), Doubt::ServerError { status: 500 }),
        (answer(207, "[]"), unreadable(207)),
        (answer(302, ""), unreadable(302)),
    ];
    let acts = rows.iter().map(|(act, _)| act.clone()).collect();
    for ((act, doubt), outcome) in rows.iter().zip(outcomes(acts).await) {
        assert_eq!(outcome, Outcome::Unknown(doubt.clone()), "{act:?}");
    }
}

#[tokio::test]
async fn an_order_goes_out_with_strings_for_money_and_our_id() {
    let (broker, alpaca) = paper(|_| answer(200, shown(&[]))).await;
    let on = access(Environment::Paper);
    let mut order = buy();
    alpaca.submit(&on, &order, &intent()).await;
    order.size = Size::Dollars(Usd::parse("25.50").unwrap());
    order.pricing = Pricing::Market;
    alpaca.submit(&on, &order, &intent()).await;
    order = buy();
    order.extended_hours = true;
    order.time_in_force = TimeInForce::Gtc;
    alpaca.submit(&on, &order, &intent()).await;
    let id = intent();
    let sent: Vec<_> = broker.seen().into_iter().map(|seen| seen.body).collect();
    let start = r#"{"symbol":"XYZ","#;
    let end = format!(r#""client_order_id":"{id}"}}"#);
    assert_eq!(
        sent,
        [
            format!(
                r#"{start}"qty":"3","side":"buy","type":"limit","time_in_force":"day","limit_price":"41.07",{end}"#
            ),
            format!(r#"{start}"notional":"25.5","side":"buy","type":"market","time_in_force":"day",{end}"#),
            format!(
                r#"{start}"qty":"3","side":"buy","type":"limit","time_in_force":"gtc","limit_price":"41.07","extended_hours":true,{end}"#
            ),
        ]
    );
}

#[tokio::test]
async fn a_rate_limited_submit_says_when_the_broker_listens_again_and_is_not_repeated() {
    let (broker, alpaca, clock) = crate::world::paper_at_rest(|_| {
        with(429, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1790000030")], "")
    })
    .await;
    let outcome = alpaca.submit(&access(Environment::Paper), &buy(), &intent()).await;
    let until = domain::clock::Clock::now(&*clock) + chrono::TimeDelta::seconds(30);
    assert_eq!(outcome, Outcome::Unknown(Doubt::RateLimited { until: Some(until) }));
    assert_eq!(broker.count("POST"), 1);
}

#[tokio::test]
async fn an_order_that_would_wait_too_long_for_its_budget_is_refused_unsent() {
    let (broker, _, clock) =
        crate::world::paper_at_rest(|_| with(429, &[("x-ratelimit-reset", "1790000060")], "")).await;
    let on = access(Environment::Paper);
    let limits = alpaca::Limits { orders_wait: std::time::Duration::from_secs(20), ..alpaca::Limits::default() };
    let origins = alpaca::Origins::parse(&broker.origin, crate::world::NOBODY, &broker.origin).unwrap();
    let impatient = alpaca::Alpaca::new(origins, clock, limits).unwrap();
    assert!(matches!(impatient.submit(&on, &buy(), &intent()).await, Outcome::Unknown(_)));
    let Outcome::Refused(refusal) = impatient.submit(&on, &buy(), &intent()).await else { panic!("not refused") };
    let until = chrono::DateTime::from_timestamp(1_790_000_060, 0).unwrap();
    assert_eq!((refusal.reason, refusal.status), (RefusalReason::BudgetFull { until }, 0));
    assert_eq!(broker.count("POST"), 1);
    assert!(impatient.wait(&on.meter, domain::brokerage::Lane::Orders) > std::time::Duration::from_secs(55));
}
