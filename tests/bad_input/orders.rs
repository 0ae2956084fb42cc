//! What is typed into `/buy` and `/sell`.

use super::{Watch, asked};
use crate::harness::{PATIENCE, Town};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sim::discord::Place;
use sim::exchange::Environment;

const NOT_A_SYMBOL: &str = "Not a symbol";
const NOT_A_NUMBER: &str = "Not a number that an order can have";
const SECRET: &str = "That looks like an Alpaca key";

/// Entries that end before anybody is asked: symbol, quantity, dollars, limit, and the answer's title.
fn refused_at_once() -> Vec<([String; 4], &'static str)> {
    let symbols = [
        ("   ", NOT_A_SYMBOL),
        ("BRK/B", NOT_A_SYMBOL),
        ("ＡＡＰＬ", NOT_A_SYMBOL),
        ("ААРL", NOT_A_SYMBOL),
        ("🚀", NOT_A_SYMBOL),
        ("\u{202e}AAPL", NOT_A_SYMBOL),
        ("AA\u{200b}PL", NOT_A_SYMBOL),
        ("A..B", NOT_A_SYMBOL),
        ("../v2/wallets", NOT_A_SYMBOL),
        ("AAPL; drop table", NOT_A_SYMBOL),
        ("@everyone", NOT_A_SYMBOL),
        ("<@1150000000000000009>", NOT_A_SYMBOL),
        ("[AAPL](https://evil.example)", NOT_A_SYMBOL),
        ("AAPL261318C00250000", NOT_A_SYMBOL),
        ("PKTEST0000000000TEST", SECRET),
        ("aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3x", SECRET),
    ];
    let numbers = [
        "0",
        "-0",
        "-1",
        "1e5",
        "1e-9",
        "NaN",
        "inf",
        "0x10",
        "1,000",
        "1.000,00",
        "½",
        "١٢",
        "+1",
        "1 000",
        "1_000",
        ".",
        "--1",
        "0.1234567891",
        "9223372036854775808",
        "100000000001",
        "0.111111111111111111111111111111",
        "@everyone",
    ];
    let prices = ["0", "-3", "1.005", "0.00001", "1e2", "NaN", "1,5"];
    let row = |symbol: &str, quantity: &str, dollars: &str, limit: &str| {
        [symbol, quantity, dollars, limit].map(str::to_owned)
    };
    let mut rows: Vec<_> = symbols.iter().map(|(symbol, says)| (row(symbol, "1", "", ""), *says)).collect();
    rows.push((row(&"A".repeat(200), "1", "", ""), NOT_A_SYMBOL));
    rows.push((row("AAPL", &"9".repeat(6_000), "", ""), NOT_A_NUMBER));
    rows.extend(numbers.iter().map(|number| (row("AAPL", number, "", ""), NOT_A_NUMBER)));
    rows.extend(numbers.iter().map(|number| (row("AAPL", "", number, ""), NOT_A_NUMBER)));
    rows.extend(prices.iter().map(|price| (row("AAPL", "1", "", price), NOT_A_NUMBER)));
    rows.push((row("AAPL", "1", "50", ""), "Which size?"));
    rows.push((row("AAPL", "", "", ""), "How much?"));
    rows.push((row("AAPL", "aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3x", "", ""), SECRET));
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn no_odd_order_entry_reaches_the_broker() {
    let mut town = Town::open().await;
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let before = asked(&town, &ham);
    let mut watch = Watch::on(&town, "order_entry");
    for ([symbol, quantity, dollars, limit], says) in refused_at_once() {
        for side in ["buy", "sell"] {
            let fields = [("symbol", &symbol), ("quantity", &quantity), ("dollars", &dollars), ("limit", &limit)];
            let options: Vec<(&str, &str)> = fields
                .into_iter()
                .filter(|(_, text)| !text.is_empty())
                .map(|(name, text)| (name, text.as_str()))
                .collect();
            let answer = ham.says(side, &options).await;
            watch.answer(&format!("{side} {options:?}"), &answer, says);
            let quoted = says == SECRET && answer.text().contains("aB3aB3");
            watch.note("a secret is not repeated", !quoted, &answer.text(), "no secret");
        }
    }
    assert_eq!(asked(&town, &ham), before, "nobody was asked about what cannot be an order");
    watch.verdict(&mut town, &ham).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_breaks_a_rule_of_the_broker_is_not_sent() {
    let mut town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let mut watch = Watch::on(&town, "order_rules");
    let rows: [(&[(&str, &str)], &str); 12] = [
        (&[("symbol", "GONE"), ("quantity", "1")], "Cannot be traded"),
        (&[("symbol", "HALTD"), ("quantity", "1")], "Cannot be traded"),
        (&[("symbol", "NOSUCH"), ("quantity", "1")], "No such symbol"),
        (&[("symbol", "WHOLE"), ("quantity", "0.5")], "Whole shares only"),
        (&[("symbol", "WHOLE"), ("dollars", "50")], "Whole shares only"),
        (&[("symbol", "AAPL"), ("quantity", "0.5"), ("tif", "gtc")], "Fractions are day orders"),
        (&[("symbol", "AAPL"), ("dollars", "50"), ("tif", "gtc")], "Fractions are day orders"),
        (&[("symbol", "AAPL"), ("dollars", "0.99")], "Too small"),
        (&[("symbol", "AAPL"), ("quantity", "1"), ("extended", "true")], "Extended hours need a limit"),
        // What only looks odd is understood, and shown before anything is sent.
        (&[("symbol", "aapl"), ("quantity", "1"), ("card", "true")], "AAPL"),
        (&[("symbol", "AAPL "), ("quantity", "007"), ("card", "true")], "AAPL"),
        (&[("symbol", "brk.b"), ("quantity", "1"), ("card", "true")], "BRK.B"),
    ];
    // Each has an account of its own, so that none waits for the request budget.
    for (at, (options, says)) in rows.into_iter().enumerate() {
        let friend = town.friend(&format!("friend{at}"));
        friend.links(Environment::Paper).await;
        let answer = friend.says("buy", options).await;
        watch.answer(&format!("{options:?}"), &answer, says);
    }
    let short = ham.says("sell", &[("symbol", "AAPL"), ("quantity", "0.5")]).await;
    watch.answer("a fraction sold short", &short, "Whole shares only");
    watch.verdict(&mut town, &ham).await;
}

/// What no client of Discord's sends, and an old or forged one could.
fn forged() -> Vec<(&'static str, Value, &'static str)> {
    let buy = |options: Value| json!({"id": "1", "name": "buy", "type": 1, "options": options});
    let text = |name: &str, value: Value| json!({"type": 3, "name": name, "value": value});
    let changed = "This command has changed";
    vec![
        ("empty symbol", buy(json!([text("symbol", json!("")), text("quantity", json!("1"))])), NOT_A_SYMBOL),
        ("empty quantity", buy(json!([text("symbol", json!("AAPL")), text("quantity", json!(""))])), NOT_A_NUMBER),
        ("no symbol", buy(json!([text("quantity", json!("1"))])), changed),
        ("no options", buy(json!([])), changed),
        (
            "a quantity as a floating point number",
            buy(json!([text("symbol", json!("AAPL")), {"type": 10, "name": "quantity", "value": 0.1}])),
            changed,
        ),
        (
            "a quantity as a whole number",
            buy(
                json!([text("symbol", json!("AAPL")), {"type": 4, "name": "quantity", "value": 9_007_199_254_740_993_u64}]),
            ),
            changed,
        ),
        (
            "a word that is not offered",
            buy(json!([text("symbol", json!("AAPL")), text("quantity", json!("1")), text("tif", json!("gtd"))])),
            changed,
        ),
        ("an unknown command", json!({"id": "1", "name": "transfer", "type": 1, "options": []}), changed),
        ("a subcommand that is none", json!({"id": "1", "name": "account", "type": 1, "options": []}), changed),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_command_is_turned_away_in_words() {
    let mut town = Town::open().await;
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let mut watch = Watch::on(&town, "forged_commands");
    for place in [Place::Server, Place::Dm] {
        for (case, data, says) in forged() {
            let answer = ham.user.run_raw(place, &data).within(PATIENCE).reply().await;
            let answer = answer.unwrap_or_else(|missed| panic!("{case}: {missed}"));
            watch.answer(case, &answer, says);
        }
    }
    watch.verdict(&mut town, &ham).await;
}
