//! A round through everything that the exchange serves.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sim::exchange::{AccountHandle, Booking, Environment, Exchange, Origin, Request};

/// A request and its answer.
pub struct Asked {
    pub data: bool,
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub sent: Vec<u8>,
    pub status: u16,
    pub body: Vec<u8>,
}

struct Visitor {
    exchange: Exchange,
    now: DateTime<Utc>,
    keys: AccountHandle,
    asked: Vec<Asked>,
}

fn dec(text: &str) -> Decimal {
    text.parse().expect("decimal")
}

impl Visitor {
    fn ask(&mut self, data: bool, method: &str, target: &str, body: &Value) -> Value {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: vec![
                header("apca-api-key-id", &self.keys.key_id),
                header("apca-api-secret-key", &self.keys.secret),
            ],
            body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
        };
        let origin = if data { Origin::Data } else { Origin::Trading(Environment::Paper) };
        let sent = request.body.clone();
        let (answer, _) = self.exchange.answer(self.now, origin, &request);
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let query = pairs.map(|(name, value)| (name.to_owned(), value.replace("%2F", "/"))).collect();
        let value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let path = path.to_owned();
        self.asked.push(Asked {
            data,
            method: method.to_owned(),
            path,
            query,
            sent,
            status: answer.status,
            body: answer.body,
        });
        value
    }

    fn get(&mut self, target: &str) -> Value {
        self.ask(false, "GET", target, &Value::Null)
    }

    fn data(&mut self, target: &str) -> Value {
        self.ask(true, "GET", target, &Value::Null)
    }

    fn order(&mut self, body: &Value) -> String {
        let order = self.ask(false, "POST", "/v2/orders", body);
        self.wait(TimeDelta::milliseconds(200));
        order["id"].as_str().unwrap_or_default().to_owned()
    }

    fn wait(&mut self, span: TimeDelta) {
        self.now += span;
        self.exchange.settle(self.now);
    }
}

/// Asks for everything, with an account that has done a little of everything.
pub fn all() -> Vec<Asked> {
    let now = "2026-11-23T17:00:00Z".parse().expect("moment");
    let mut exchange = Exchange::new(5, now);
    exchange.knobs.requests_per_minute = 10_000;
    let keys = exchange.seed_account(now, "ann", Environment::Paper, Decimal::from(100_000));
    exchange.configure(keys.account_id, |account| account.configurations.no_shorting = false);
    exchange.market.set_quote("AAPL", dec("99.98"), dec("100.02"), now);
    let mut visitor = Visitor { exchange, now, keys, asked: Vec::new() };
    trading(&mut visitor);
    records(&mut visitor);
    reference(&mut visitor);
    shares(&mut visitor);
    coins(&mut visitor);
    rest_of_data(&mut visitor);
    visitor.asked
}

fn trading(visitor: &mut Visitor) {
    let order = |change: Value| {
        let mut body = json!({"symbol": "AAPL", "side": "buy", "type": "market", "time_in_force": "day"});
        body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        body
    };
    let bought = visitor.order(&order(json!({"qty": "10"})));
    visitor.order(&order(json!({"notional": "250.50"})));
    visitor.order(&order(json!({"symbol": "F", "qty": "5"})));
    let resting =
        visitor.order(&order(json!({"qty": "1", "type": "limit", "limit_price": "90", "client_order_id": "mine"})));
    visitor.order(&order(json!({"qty": "1", "type": "stop", "stop_price": "120"})));
    visitor.order(&order(json!({"qty": "1", "type": "stop_limit", "stop_price": "120", "limit_price": "121"})));
    visitor.order(&order(json!({"qty": "1", "side": "sell", "type": "trailing_stop", "trail_percent": "5"})));
    visitor.order(&order(json!({
        "symbol": "MSFT", "qty": "1", "time_in_force": "gtc", "order_class": "bracket",
        "take_profit": {"limit_price": "1000"}, "stop_loss": {"stop_price": "10"},
    })));
    for target in [
        "/v2/orders?status=all&limit=500&direction=asc&nested=true",
        "/v2/orders?status=open&symbols=AAPL,MSFT&side=buy",
        "/v2/orders:by_client_order_id?client_order_id=mine",
        "/v2/account",
        "/v2/account/configurations",
        "/v2/positions",
        "/v2/positions/AAPL",
    ] {
        visitor.get(target);
    }
    visitor.get(&format!("/v2/orders/{bought}"));
    visitor.ask(false, "PATCH", "/v2/account/configurations", &json!({"trade_confirm_email": "none"}));
    visitor.ask(false, "PATCH", &format!("/v2/orders/{resting}"), &json!({"limit_price": "91"}));
    visitor.wait(TimeDelta::seconds(1));
    let other = visitor.order(&order(json!({"qty": "1", "type": "limit", "limit_price": "80"})));
    visitor.ask(false, "DELETE", &format!("/v2/orders/{other}"), &Value::Null);
    visitor.ask(false, "DELETE", "/v2/orders", &Value::Null);
    visitor.wait(TimeDelta::seconds(1));
    visitor.ask(false, "DELETE", "/v2/positions/AAPL?qty=1", &Value::Null);
    visitor.wait(TimeDelta::seconds(1));
    visitor.ask(false, "DELETE", "/v2/positions?cancel_orders=true", &Value::Null);
    visitor.wait(TimeDelta::seconds(1));
}

fn records(visitor: &mut Visitor) {
    let (account, now) = (visitor.keys.account_id, visitor.now);
    visitor.order(&json!({"symbol": "AAPL", "qty": "3", "side": "buy", "type": "market", "time_in_force": "day"}));
    for booking in [
        Booking::Transfer(Decimal::from(500)),
        Booking::Transfer(Decimal::from(-200)),
        Booking::Dividend { symbol: "AAPL".to_owned(), per_share: dec("0.26") },
        Booking::Fee { kind: "TAF", amount: dec("0.02") },
        Booking::Interest(dec("1.17")),
    ] {
        visitor.exchange.book(account, booking, now);
    }
    for target in [
        "/v2/account/activities",
        "/v2/account/activities?activity_types=DIV,FEE&direction=asc&page_size=10",
        "/v2/account/activities?category=trade_activity&after=2026-11-01T00:00:00Z",
        "/v2/account/activities/FILL?page_size=2",
        "/v2/account/portfolio/history?period=1D&timeframe=5Min",
        "/v2/account/portfolio/history?period=1M&timeframe=1D&cashflow_types=ALL",
        "/v2/account/portfolio/history?start=2026-11-23T00:00:00Z&timeframe=1H&intraday_reporting=continuous&pnl_reset=no_reset",
        "/v2/watchlists",
    ] {
        visitor.get(target);
    }
    let list = visitor.ask(false, "POST", "/v2/watchlists", &json!({"name": "tech", "symbols": ["AAPL", "MSFT"]}));
    let path = format!("/v2/watchlists/{}", list["id"].as_str().unwrap_or_default());
    visitor.get("/v2/watchlists");
    visitor.get(&path);
    visitor.ask(false, "POST", &path, &json!({"symbol": "BTC/USD"}));
    visitor.ask(false, "PUT", &path, &json!({"name": "tech", "symbols": ["F", "TSLA"]}));
    visitor.ask(false, "DELETE", &format!("{path}/F"), &Value::Null);
    visitor.get("/v2/watchlists:by_name?name=tech");
    visitor.ask(false, "POST", "/v2/watchlists:by_name?name=tech", &json!({"symbol": "GM"}));
    visitor.ask(false, "PUT", "/v2/watchlists:by_name?name=tech", &json!({"name": "cars", "symbols": ["GM"]}));
    visitor.ask(false, "DELETE", "/v2/watchlists:by_name?name=cars", &Value::Null);
    let other = visitor.ask(false, "POST", "/v2/watchlists", &json!({"name": "other"}));
    let path = format!("/v2/watchlists/{}", other["id"].as_str().unwrap_or_default());
    visitor.ask(false, "DELETE", &path, &Value::Null);
}

fn reference(visitor: &mut Visitor) {
    for target in [
        "/v2/clock",
        "/v3/clock?markets=NYSE,NASDAQ",
        "/v2/calendar?start=2026-11-20&end=2026-12-31",
        "/v2/calendar?start=2026-11-20&end=2026-12-31&date_type=SETTLEMENT",
        "/v3/calendar/NYSE?start=2026-11-20&end=2026-12-31",
        "/v2/assets?status=active",
        "/v2/assets?asset_class=crypto",
        "/v2/assets?attributes=has_options&exchange=NYSE",
        "/v2/assets/BRK.B",
        "/v2/assets/NOPE",
        "/v2/options/contracts?underlying_symbols=AAPL&limit=20&show_deliverables=true",
    ] {
        visitor.get(target);
    }
    let contracts = visitor.get("/v2/options/contracts?underlying_symbols=AAPL&type=call&limit=2");
    let symbol = contracts["option_contracts"][0]["symbol"].as_str().unwrap_or("AAPL261127C00100000").to_owned();
    visitor.get(&format!("/v2/options/contracts/{symbol}"));
    visitor.get("/v2/options/contracts/AAPL991217C00100000");
    visitor.ask(false, "POST", &format!("/v2/positions/{symbol}/exercise"), &Value::Null);
    visitor.ask(false, "POST", &format!("/v2/positions/{symbol}/do-not-exercise"), &Value::Null);
}

fn shares(visitor: &mut Visitor) {
    let span = "start=2026-11-16&end=2026-11-21&feed=iex&limit=50";
    for series in ["bars", "trades", "quotes", "auctions"] {
        let more = match series {
            "bars" => "&timeframe=15Min&adjustment=split",
            _ => "",
        };
        let span = if series == "auctions" { span.replace("&feed=iex", "") } else { span.to_owned() };
        let page = visitor.data(&format!("/v2/stocks/{series}?symbols=MSFT,BRK.B&{span}{more}&sort=desc&asof=-"));
        if let Some(token) = page["next_page_token"].as_str() {
            visitor.data(&format!(
                "/v2/stocks/{series}?symbols=MSFT,BRK.B&{span}{more}&sort=desc&asof=-&page_token={token}"
            ));
        }
        visitor.data(&format!("/v2/stocks/MSFT/{series}?{span}{more}"));
    }
    for latest in ["bars", "trades", "quotes"] {
        visitor.data(&format!("/v2/stocks/{latest}/latest?symbols=AAPL,MSFT,NOPE&feed=iex&currency=USD"));
        visitor.data(&format!("/v2/stocks/MSFT/{latest}/latest?feed=delayed_sip"));
    }
    for target in [
        "/v2/stocks/snapshots?symbols=AAPL,MSFT,SPY",
        "/v2/stocks/MSFT/snapshot",
        "/v2/stocks/meta/exchanges",
        "/v2/stocks/meta/conditions/trade?tape=A",
        "/v2/stocks/meta/conditions/quote?tape=C",
        "/v2/stocks/quotes/latest?symbols=aapl",
        "/v2/stocks/quotes/latest?symbols=AAPL&feed=sip",
        "/v2/stocks/bars?symbols=AAPL&timeframe=1Day&limit=10000&start=2026-01-01&feed=iex",
        "/v2/stocks/bars?symbols=AAPL&timeframe=1Month&start=2020-01-01&feed=iex",
    ] {
        visitor.data(target);
    }
}

fn coins(visitor: &mut Visitor) {
    let pairs = "symbols=BTC%2FUSD,ETH%2FUSD,NO%2FUSD";
    for series in ["bars", "trades", "quotes"] {
        let more = if series == "bars" { "&timeframe=1Hour" } else { "" };
        visitor.data(&format!("/v1beta3/crypto/us/{series}?{pairs}&start=2026-11-20&limit=30{more}"));
    }
    for latest in ["bars", "trades", "quotes", "orderbooks"] {
        visitor.data(&format!("/v1beta3/crypto/us/latest/{latest}?{pairs}"));
    }
    visitor.data(&format!("/v1beta3/crypto/us/snapshots?{pairs}"));
}

fn rest_of_data(visitor: &mut Visitor) {
    for target in [
        "/v1beta1/news?symbols=AAPL,TSLA&limit=50&include_content=true",
        "/v1beta1/news?start=2026-11-01&sort=asc&exclude_contentless=true",
        "/v1beta1/screener/stocks/movers?top=5",
        "/v1beta1/screener/crypto/movers?top=5",
        "/v1beta1/screener/stocks/most-actives?by=trades&top=5",
        "/v1/corporate-actions?start=2026-08-01&end=2026-11-30&limit=20",
        "/v1/corporate-actions?symbols=NVDA&types=forward_split&start=2024-01-01&end=2024-12-31",
        "/v1beta1/options/snapshots/AAPL?limit=20&type=call",
        "/v1beta1/options/meta/exchanges",
        "/v1beta1/options/meta/conditions/trade",
        "/v1beta1/options/meta/conditions/quote",
    ] {
        visitor.data(target);
    }
    let contracts = visitor.get("/v2/options/contracts?underlying_symbols=AAPL&type=call&limit=2");
    let symbol = contracts["option_contracts"][0]["symbol"].as_str().unwrap_or("AAPL261127C00100000").to_owned();
    for target in ["snapshots", "quotes/latest", "trades/latest", "trades", "bars"] {
        let more = if target == "bars" { "&timeframe=1Day" } else { "" };
        visitor.data(&format!("/v1beta1/options/{target}?symbols={symbol}{more}"));
    }
}
