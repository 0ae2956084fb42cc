//! Everything that the bot sends, to Alpaca and to Discord, judged by the vendors' OpenAPI documents.

#[path = "../crates/sim/tests/specification/book.rs"]
#[expect(dead_code, reason = "answers are judged by the simulator's own test")]
mod book;

use crate::harness::{Friend, PATIENCE, Town};
use book::{Book, Quirk, folder, unexplained};
use domain::clock::{Clock, SystemClock};
use rust_decimal::Decimal;
use serde_json::Value;
use sim::discord::{MessageView, Place};
use sim::exchange::{Arrival, Endpoint, Environment, Fault, FaultRule, Origin};
use std::collections::BTreeMap;
use std::time::Duration;

/// Where the documents and what is known of the services differ.
const QUIRKS: &[Quirk] = &[Quirk {
    of: "PATCH /webhooks/",
    complaint: "/attachments/0/id 0 is not of type \"string\"",
    reason: "new files are numbered, as in the examples of Discord's reference; the document knows snowflakes only",
}];
/// What is answered to an option of this name; a command is not run whose required options have no answer here.
const ANSWERS: &[(&str, &str)] = &[
    ("symbol", "AAPL"),
    ("quantity", "1"),
    ("underlying", "AAPL"),
    ("name", "mine"),
    ("list", "mine"),
    ("range", "1D"),
    ("period", "1M"),
    ("query", "AAPL"),
];
/// Orders of every kind, as they are typed.
const ORDERS: &[(&str, &[(&str, &str)])] = &[
    ("buy", &[("symbol", "AAPL"), ("quantity", "5")]),
    ("buy", &[("symbol", "AAPL"), ("dollars", "50")]),
    ("buy", &[("symbol", "AAPL"), ("quantity", "1"), ("limit", "90.5")]),
    ("buy", &[("symbol", "AAPL"), ("percent", "1%"), ("limit", "91"), ("tif", "gtc")]),
    ("buy", &[("symbol", "AAPL"), ("quantity", "1"), ("stop", "130")]),
    ("buy", &[("symbol", "AAPL"), ("quantity", "1"), ("stop", "130"), ("limit", "131")]),
    ("buy", &[("symbol", "AAPL"), ("risk", "1%"), ("limit", "95"), ("take_profit", "120"), ("stop_loss", "80")]),
    ("sell", &[("symbol", "AAPL"), ("quantity", "1"), ("trail", "2.5%")]),
    ("sell", &[("symbol", "AAPL"), ("quantity", "1"), ("trail", "2")]),
    ("sell", &[("symbol", "AAPL"), ("quantity", "1"), ("oco", "true"), ("take_profit", "120"), ("stop_loss", "80")]),
    ("sell", &[("symbol", "AAPL"), ("quantity", "1"), ("limit", "120"), ("extended", "true")]),
    ("buy", &[("symbol", "BTC/USD"), ("dollars", "20")]),
    ("buy", &[("symbol", "AAPL261218C00250000"), ("quantity", "1"), ("limit", "5"), ("effect", "open")]),
    ("spread", &[("legs", "buy AAPL261218C00250000, sell AAPL261218C00260000"), ("net", "0.85 debit")]),
    ("close", &[("symbol", "AAPL"), ("percent", "10%")]),
];
/// Commands that would take away what others need, or lead out of the town.
const LEFT_OUT: &[&str] = &["account remove", "account add", "account rotate", "mydata delete"];

/// Every command and subcommand that was registered, with its options.
fn commands(town: &Town) -> Vec<(String, Vec<Value>)> {
    let put =
        town.discord.received().into_iter().rev().find(|sent| sent.method == "PUT" && sent.path.ends_with("/commands"));
    let list: Value = serde_json::from_slice(&put.expect("commands were registered").body).expect("JSON");
    let mut found = Vec::new();
    for command in list.as_array().expect("a list") {
        gather(command, "", &mut found);
    }
    found
}

fn gather(command: &Value, before: &str, found: &mut Vec<(String, Vec<Value>)>) {
    let name = format!("{before} {}", command["name"].as_str().unwrap_or_default()).trim().to_owned();
    let options = command["options"].as_array().cloned().unwrap_or_default();
    let is_nested = |option: &&Value| matches!(option["type"].as_u64(), Some(1 | 2));
    if options.iter().any(|option| is_nested(&option)) {
        options.iter().filter(is_nested).for_each(|option| gather(option, &name, found));
    } else {
        found.push((name, options));
    }
}

/// Options for a command: those that are required, or all that have an answer.
fn answers(options: &[Value], all: bool) -> Option<Vec<(String, String)>> {
    let mut answers = Vec::new();
    for option in options {
        let name = option["name"].as_str()?;
        let choice = option["choices"][0]["name"].as_str().or_else(|| option["choices"][0]["value"].as_str());
        let known = ANSWERS.iter().find(|(known, _)| *known == name).map(|(_, answer)| *answer);
        let required = option["required"] == true;
        match choice.or(known) {
            Some(answer) if required || all => answers.push((name.to_owned(), answer.to_owned())),
            None if required => return None,
            _ => {}
        }
    }
    Some(answers)
}

/// Runs a command and lets it answer, if it will; what it shows is other tests' business.
async fn tries(friend: &Friend, command: &str, options: &[(String, String)]) -> Option<MessageView> {
    let options: Vec<(&str, &str)> = options.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let act = friend.user.run(Place::Server, command, &options).await.ok()?.within(Duration::from_secs(10));
    act.message_when(|message| !message.loading).await.ok()
}

/// A day at the bot: everything it can be told, and the main path on paper and live.
async fn a_day(town: &mut Town) -> usize {
    town.exchange.turn(|knobs| knobs.requests_per_minute = 10_000);
    town.exchange.set_quote("AAPL", Decimal::new(9_998, 2), Decimal::new(10_002, 2));
    let (ham, mara) = (town.friend("ham"), town.friend("mara"));
    ham.links(Environment::Paper).await;
    mara.links(Environment::Live).await;
    for (command, options) in ORDERS {
        let said = ham.says(command, options).await.text();
        assert!(!said.contains("Nothing was sent"), "/{command} {options:?}: {said}");
    }
    let choices = ham.user.autocomplete(Place::Server, "replace", &[("order", "")], "order").await.expect("choices");
    let working = choices.iter().find(|choice| choice.name.contains("90.5")).and_then(|choice| choice.value.as_str());
    ham.says("replace", &[("order", working.expect("the limit order")), ("limit", "90.6")]).await;
    // An order whose answer is lost is asked for by its own id.
    town.exchange.push_fault(FaultRule::once(Endpoint::SubmitOrder, Fault::ResetAfter));
    let lost = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "1")]).await;
    lost.message_when(|message| message.text().contains("Filled")).await.expect("the lost order is found");
    let card = mara.says("buy", &[("symbol", "AAPL"), ("quantity", "2")]).await;
    let button = card.buttons().into_iter().find(|label| label.starts_with("Confirm"));
    if let Some(button) = button {
        let pressed = mara.presses(&card, &button).await;
        pressed.message_when(|message| message.text().contains("Filled")).await.expect("the live order fills");
    }
    let mut ran = 0;
    for (command, options) in commands(town) {
        if LEFT_OUT.contains(&command.as_str()) {
            continue;
        }
        for all in [false, true] {
            let Some(chosen) = answers(&options, all) else { continue };
            ran += usize::from(tries(&ham, &command, &chosen).await.is_some());
        }
    }
    let choices = ham.user.autocomplete(Place::Server, "cancel", &[("order", "")], "order").await.expect("choices");
    let working = choices.iter().find_map(|choice| choice.value.as_str().filter(|value| *value != "all"));
    ham.says("cancel", &[("order", working.expect("an order that works"))]).await;

    // Who asked for it is written to. Answers that still stand in line count as under way, and of those four are enough: who is
    // turned away asks again.
    let clock = SystemClock::start();
    while !ham.says("settings", &[("notices", "on")]).await.text().contains("**on**: Paddock tells you") {
        assert!(clock.elapsed() < PATIENCE * 2, "the line of answers gets shorter");
        clock.sleep(Duration::from_millis(200)).await;
    }
    town.restart().await;
    town.until("a direct message comes", || !ham.user.dms().is_empty()).await;
    ran
}

/// Undoes percent-encoding.
fn plain(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let hex = others.get(..2).and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        match hex {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &others[2..];
            }
            _ => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = others;
            }
        }
    }
    String::from_utf8(bytes).expect("text")
}

/// A path whose parts are plain; a slash inside of one stays encoded.
fn plain_path(path: &str) -> String {
    path.split('/').map(|part| plain(part).replace('/', "%2F")).collect::<Vec<_>>().join("/")
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (plain(name), plain(value)))
        .collect()
}

/// What was found out about one vendor's requests.
#[derive(Default)]
struct Verdict {
    counts: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

impl Verdict {
    fn add(
        &mut self,
        book: &Book,
        used: &mut [usize],
        method: &str,
        path: &str,
        query: &str,
        body: Option<(&str, &[u8])>,
    ) {
        let Some(operation) = book.find(method, path) else {
            self.wrong.push(format!("{method} {path} is not in the document"));
            return;
        };
        let name = format!("{} {}", operation.method, operation.template);
        let mut complaints = operation.judge_params(path, &pairs(query));
        if let Some((content_type, body)) = body {
            complaints.extend(operation.judge_body(content_type, body));
        }
        self.wrong.extend(unexplained(QUIRKS, used, &name, complaints));
        *self.counts.entry(name).or_default() += 1;
    }

    /// Tells how much was judged, and gives what is wrong.
    fn conclude(mut self, vendor: &str, ran: usize) -> Vec<String> {
        self.wrong.sort_unstable();
        self.wrong.dedup();
        let cases: usize = self.counts.values().sum();
        let (violations, endpoints) = (self.wrong.len(), self.counts.len());
        println!(
            "PROMISE specification-{vendor} cases={cases} violations={violations} endpoints={endpoints} commands={ran}"
        );
        for (name, count) in &self.counts {
            println!("  {count:5} {name}");
        }
        self.wrong
    }
}

fn of_exchange(folder: &std::path::Path, arrivals: &[Arrival], used: &mut [usize]) -> Verdict {
    let trading = Book::open(folder, "alpaca-trading-api.json");
    let data = Book::open(folder, "alpaca-market-data-api.json");
    let mut verdict = Verdict::default();
    for arrival in arrivals.iter().filter(|arrival| arrival.path != "/stream") {
        let book = if arrival.origin == Origin::Data { &data } else { &trading };
        let body = (!arrival.body.is_empty()).then_some(("application/json", arrival.body.as_slice()));
        verdict.add(book, used, &arrival.method, &plain_path(&arrival.path), &arrival.query, body);
    }
    verdict
}

/// The JSON of a body that carries files beside it.
fn payload(body: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(body);
    let boundary = text.lines().next()?.trim_end();
    let part = text.split(boundary).find(|part| part.contains("name=\"payload_json\""))?;
    let (_, content) = part.split_once("\r\n\r\n")?;
    Some(content.trim_end().as_bytes().to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_of_the_bot_is_as_the_vendors_documents_say() {
    let Some(folder) = folder("the bot's requests against both vendors' documents") else { return };
    let mut town = Town::open().await;
    let ran = a_day(&mut town).await;
    let mut used = vec![0; QUIRKS.len()];
    let alpaca = of_exchange(&folder, &town.exchange.requests(), &mut used);
    let book = Book::open(&folder, "discord-openapi.json");
    let mut discord = Verdict::default();
    for sent in town.discord.received().iter().filter(|sent| sent.method != "GATEWAY") {
        let (path, query) = sent.path.split_once('?').unwrap_or((&sent.path, ""));
        let path = path.strip_prefix("/api/v10").unwrap_or(path);
        let files = payload(&sent.body);
        let json = files.as_deref().unwrap_or(&sent.body);
        let body = (!json.is_empty()).then_some(("application/json", json));
        discord.add(&book, &mut used, &sent.method, &plain_path(path), query, body);
    }
    let idle = QUIRKS.iter().zip(&used).find(|(_, used)| **used == 0);
    let orders = alpaca.counts.get("POST /v2/orders").copied().unwrap_or_default();
    assert!(orders >= ORDERS.len() && ran > 30, "the day was spent: {orders} orders, {ran} commands");
    let wrong = [alpaca.conclude("alpaca-requests", ran), discord.conclude("discord-requests", ran)].concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    if let Some((quirk, _)) = idle {
        panic!("{} {} has become true: take the quirk out ({})", quirk.of, quirk.complaint, quirk.reason);
    }
}
