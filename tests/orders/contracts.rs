//! Option contracts: single ones, and spreads of two to four legs.

use super::{cents, is_settled, ready, told};
use crate::harness::{Friend, Town};
use chrono::TimeDelta;
use rust_decimal::Decimal;
use serde_json::Value;
use sim::discord::Place;
use sim::exchange::{Class, Endpoint, Environment, Intent, Kind, Origin, Request, Size, Status};

/// What the exchange answers the friend's paper keys.
fn asked(town: &Town, friend: &Friend, origin: Origin, path: &str, query: String) -> Value {
    let request = Request { query, ..request(friend, "GET", path, &Value::Null) };
    let body = town.exchange.with(|exchange, now| exchange.answer(now, origin, &request).0.body);
    serde_json::from_slice(&body).unwrap()
}

/// With the friend's paper keys, past the bot: as at the vendor's own site.
fn request(friend: &Friend, method: &str, path: &str, body: &Value) -> Request {
    let headers = [("apca-api-key-id", &friend.paper.key_id), ("apca-api-secret-key", &friend.paper.secret)];
    Request {
        method: method.into(),
        path: path.into(),
        query: String::new(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.clone())).to_vec(),
        body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
    }
}

/// Bid and ask of a contract.
fn quoted(town: &Town, friend: &Friend, contract: &str) -> (Decimal, Decimal) {
    let path = "/v1beta1/options/quotes/latest";
    let answer = asked(town, friend, Origin::Data, path, format!("symbols={contract}"));
    let price = |end: &str| answer["quotes"][contract][end].to_string().parse().unwrap();
    (price("bp"), price("ap"))
}

/// A contract on AAPL that the exchange lists, some weeks before its end.
pub(super) fn listed(town: &Town, friend: &Friend, right: &str, strike: i64) -> String {
    let now = town.exchange.with(|_, now| now);
    let (from, to) = (now + TimeDelta::days(20), now + TimeDelta::days(70));
    let query = format!(
        "underlying_symbols=AAPL&type={right}&strike_price_gte={strike}&strike_price_lte={strike}&expiration_date_gte={}&expiration_date_lte={}",
        from.format("%Y-%m-%d"),
        to.format("%Y-%m-%d")
    );
    let answer = asked(town, friend, Origin::Trading(Environment::Paper), "/v2/options/contracts", query);
    answer["option_contracts"][0]["symbol"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

pub(super) fn held(town: &Town, friend: &Friend, symbol: &str) -> Decimal {
    let positions = town.exchange.positions(friend.paper.account_id);
    positions.iter().find(|position| position.symbol == symbol).map_or(Decimal::ZERO, |position| position.qty)
}

/// A friend with a paper account, and AAPL around $250.
pub(super) async fn writer(town: &Town) -> Friend {
    let ham = ready(town, "ham", &[]).await;
    town.exchange.set_quote("AAPL", cents(24_998), cents(25_002));
    ham
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_bought_at_the_market_or_a_limit_and_sold_to_close() {
    let town = Town::open().await;
    let ham = writer(&town).await;
    let call = listed(&town, &ham, "call", 250);
    let (bought, said) = told(&town, &ham, "buy", &call, &[("quantity", "2")]).await;
    let got = (bought.kind, bought.size, bought.position_intent);
    assert_eq!(got, (Kind::Market, Size::Qty(2.into()), Intent::BuyToOpen), "{said}");
    assert!(said.contains("AAPL") && said.contains("$250.00 call"), "a contract reads as a trader says it: {said}");
    town.until("two are held", || held(&town, &ham, &call) == Decimal::TWO).await;
    let (waits, said) =
        told(&town, &ham, "buy", &call, &[("quantity", "1"), ("limit", "0.05"), ("effect", "open")]).await;
    assert_eq!((waits.kind, waits.position_intent), (Kind::Limit(cents(5)), Intent::BuyToOpen), "{said}");
    let (sold, said) =
        told(&town, &ham, "sell", &call, &[("quantity", "1"), ("limit", "0.50"), ("effect", "close")]).await;
    assert_eq!(sold.position_intent, Intent::SellToClose, "{said}");
    let closed = ham.runs(Place::Server, "close", &[("symbol", &call)]).await;
    closed.message_when(|m| m.text().contains("Filled")).await.unwrap();
    town.until("nothing is held", || held(&town, &ham, &call).is_zero()).await;
    for wrong in [
        [("quantity", "1.5"), ("limit", "1")],
        [("dollars", "500"), ("limit", "1")],
        [("quantity", "1"), ("stop", "1")],
        [("quantity", "1"), ("tif", "gtc")],
    ] {
        let options: Vec<_> = [("symbol", call.as_str())].into_iter().chain(wrong).collect();
        let said = ham.says("buy", &options).await;
        assert!(said.text().contains("Nothing was sent"), "{wrong:?}: {}", said.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spreads_of_two_three_and_four_legs_trade_as_one_order() {
    let town = Town::open().await;
    let ham = writer(&town).await;
    let strike = |right, strike| listed(&town, &ham, right, strike);
    let (c250, c255, c260) = (strike("call", 250), strike("call", 255), strike("call", 260));
    let (p245, p240) = (strike("put", 245), strike("put", 240));
    let spread = async |legs: String, net: &str, quantity: &str| {
        let before = town.exchange.orders(ham.paper.account_id).len();
        let act = ham.runs(Place::Server, "spread", &[("legs", &legs), ("net", net), ("quantity", quantity)]).await;
        let over = |text: &str| is_settled(text) && !text.contains("Working");
        let said = act.message_when(|m| over(&m.text())).await.unwrap().text();
        assert!(said.contains("Filled"), "{legs}: {said}");
        let orders = town.exchange.orders(ham.paper.account_id).split_off(before);
        assert!(orders.iter().all(|order| order.bond.is_some_and(|bond| bond.class == Class::MultiLeg)), "{said}");
        assert!(orders.iter().all(|order| order.status == Status::Filled), "{said}");
        orders.len() - 1
    };
    assert_eq!(spread(format!("buy {c250}, sell {c255}"), "4.90 debit", "2").await, 2);
    assert_eq!((held(&town, &ham, &c250), held(&town, &ham, &c255)), (2.into(), (-2).into()));
    let back = format!("sell {c250} to close, buy {c255} to close");
    assert_eq!(spread(back, "0.05 credit", "2").await, 2);
    assert!(town.exchange.positions(ham.paper.account_id).is_empty());
    let butterfly = format!("buy {c250}, sell 2 {c255}, buy {c260}");
    assert_eq!(spread(butterfly, "4.90 debit", "1").await, 3);
    assert_eq!(held(&town, &ham, &c255), (-2).into(), "the ratio is kept");
    let condor = format!("sell {p245}, buy {p240}, sell {c255} , buy {c260}");
    assert_eq!(spread(condor, "0.05 credit", "1").await, 4);
    assert_eq!((held(&town, &ham, &p245), held(&town, &ham, &p240)), ((-1).into(), 1.into()));

    for (legs, net) in [
        (format!("buy {c250}"), "1 debit"),
        (format!("buy {c250}, sell {c250}"), "1 debit"),
        (format!("buy {c250}, sell {c255}"), "1"),
        ("buy AAPL, sell MSFT".to_owned(), "1 debit"),
    ] {
        let said = ham.says("spread", &[("legs", &legs), ("net", net)]).await;
        assert!(said.text().contains("Nothing was sent"), "{legs} {net}: {}", said.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_shows_the_quote_of_the_contract_or_of_the_spread_and_names_the_underlyings() {
    let town = Town::open().await;
    let ham = writer(&town).await;
    let (low, high) = (listed(&town, &ham, "call", 250), listed(&town, &ham, "call", 255));
    // A contract loses a cent now and then: what it was before the card, or after it.
    let quotes = || [&low, &high].map(|contract| quoted(&town, &ham, contract));
    let before = quotes();
    let single = ham.says("buy", &[("symbol", &low), ("quantity", "1"), ("card", "true")]).await.text();
    let legs = format!("buy {low}, sell {high}");
    let debit = ham.says("spread", &[("legs", &legs), ("net", "2 debit"), ("card", "true")]).await.text();
    let legs = format!("sell {low}, buy {high}");
    let credit = ham.says("spread", &[("legs", &legs), ("card", "true")]).await.text();
    let shows = |text: &str, shown: &dyn Fn([(Decimal, Decimal); 2]) -> String| {
        let wanted = [before, quotes()].map(shown);
        assert!(wanted.iter().any(|wanted| text.contains(wanted)), "{wanted:?}: {text}");
    };
    shows(&single, &|[(bid, ask), _]| format!("${bid:.2} / ${ask:.2}"));
    let net = |[(bid, ask), (other_bid, other_ask)]: [(Decimal, Decimal); 2]| {
        format!("${:.2} / ${:.2}", bid - other_ask, ask - other_bid)
    };
    shows(&debit, &|quotes| format!("{} debit", net(quotes)));
    shows(&credit, &|quotes| format!("{} credit", net(quotes)));
    assert!(debit.contains("AAPL $249.98 / $250.02"), "{debit}");
    assert!(credit.contains("Estimated proceeds"), "at the market it is what it comes to: {credit}");
    assert!(!single.contains("$249.98"), "{single}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spread_that_waits_is_compared_with_its_own_quote_and_is_not_replaced() {
    let town = Town::open().await;
    let ham = writer(&town).await;
    let legs = format!("buy {}, sell {}", listed(&town, &ham, "call", 250), listed(&town, &ham, "call", 255));
    let act = ham.runs(Place::Server, "spread", &[("legs", &legs), ("net", "0.05 debit"), ("quantity", "2")]).await;
    let working = act.message_when(|m| m.text().contains("Working")).await.unwrap();
    assert!(!working.buttons().contains(&"Replace".to_owned()), "{:?}", working.buttons());
    let details = ham.presses(&working, "Details").await;
    let details = details.message_when(|m| m.text().contains("Why it is not filled")).await.unwrap();
    assert!(details.text().contains("Its limit is $0.05, which is"), "{}", details.text());
    let listed = ham.says("orders", &[]).await.text();
    assert!(listed.contains("Trade 2 AAPL spreads") && listed.contains("$0.05 debit"), "{listed}");
    let parent = town.exchange.orders(ham.paper.account_id).into_iter().find(|order| order.symbol.is_empty());
    let id = parent.unwrap().id.to_string();
    let refused = ham.says("replace", &[("order", &id), ("limit", "0.06")]).await.text();
    assert!(refused.contains("A spread keeps its terms"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adjusted_contract_is_closed_here_and_neither_opened_nor_exercised() {
    let town = Town::open().await;
    let ham = writer(&town).await;
    // A tenth of the share's price: what stands behind it are ten shares.
    let adjusted = listed(&town, &ham, "call", 20);
    assert!(adjusted.starts_with("AAPL1"), "{adjusted}");
    let refused = ham.says("buy", &[("symbol", &adjusted), ("quantity", "1"), ("limit", "5")]).await.text();
    assert!(refused.contains("is not for 100 shares") && refused.contains("Nothing was sent"), "{refused}");
    let legs = format!("buy {adjusted}, sell {}", listed(&town, &ham, "call", 25));
    let refused = ham.says("spread", &[("legs", &legs), ("net", "1 debit")]).await.text();
    assert!(refused.contains("is not for 100 shares"), "{refused}");

    let body = serde_json::json!({ "symbol": adjusted, "qty": "2", "side": "buy", "type": "market",
        "time_in_force": "day", "position_intent": "buy_to_open" });
    let bought = request(&ham, "POST", "/v2/orders", &body);
    town.exchange.with(|exchange, now| exchange.answer(now, Origin::Trading(Environment::Paper), &bought).0);
    town.until("two are held", || held(&town, &ham, &adjusted) == Decimal::TWO).await;
    let refused = ham.says("exercise", &[("contract", &adjusted)]).await.text();
    assert!(refused.contains("is not for 100 shares") && refused.contains("`/close`"), "{refused}");
    assert_eq!(town.exchange.count_of(ham.paper.account_id, Endpoint::Exercise), 0);

    let card = ham.says("sell", &[("symbol", &adjusted), ("quantity", "1"), ("limit", "1"), ("card", "true")]).await;
    assert!(card.text().contains("This is an adjusted contract"), "{}", card.text());
    assert!(
        card.text().contains("unknown") && !card.text().contains("$100.00"),
        "no worth is made up: {}",
        card.text()
    );
    let closed = ham.runs(Place::Server, "close", &[("symbol", &adjusted)]).await;
    let closed = closed.message_when(|m| m.text().contains("Filled")).await.unwrap().text();
    assert!(!closed.contains("Value"), "{closed}");
    town.until("nothing is held", || held(&town, &ham, &adjusted).is_zero()).await;
}
