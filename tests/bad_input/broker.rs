//! What Alpaca answers, for every endpoint that a command leads to. Each row has an account of its own.

use super::{Watch, says_any};
use crate::harness::{Friend, PATIENCE, Town};
use futures::StreamExt;
use rust_decimal::Decimal;
use sim::discord::{MessageView, Place};
use sim::exchange::{Endpoint, Environment, Fault, FaultRule};

const SILENT: &str = "Alpaca does not answer";
const KEYS: &str = "Alpaca no longer takes the keys|Alpaca does not take the keys";
const FORBIDDEN: &str = "Alpaca does not allow it";
/// At once, or while it waits for its turn.
const BUSY: &str = "Alpaca is busy|Queued, about";
const CONFUSED: &str = "Alpaca did not understand";
const UNSURE: &str = "Sent, not yet confirmed";
const REFUSED: &str = "Refused by Alpaca|Alpaca no longer takes the keys";

/// An answer: status, type, body; what a reader of it says, and what a sender of an order says.
struct Row {
    case: &'static str,
    status: u16,
    body: &'static str,
    reading: &'static str,
    sending: &'static str,
}

const fn row(case: &'static str, status: u16, body: &'static str, reading: &'static str, sending: &'static str) -> Row {
    Row { case, status, body, reading, sending }
}

const HOSTILE: &str =
    r#"{"code":40310000,"message":"@everyone **[free](https://evil.example)** ```x``` <@1150000000000000009>"}"#;

const CATALOGUE: &[Row] = &[
    row("HTML with 200", 200, "<html>ok</html>", SILENT, UNSURE),
    row("empty with 200", 200, "", SILENT, UNSURE),
    row("text with 200", 200, "\"ok\"", SILENT, UNSURE),
    row("another shape", 200, r#"[{"some":"thing"}]"#, SILENT, UNSURE),
    row("an error with 200", 200, r#"{"code":40310000,"message":"no"}"#, "Alpaca does not answer|No quote", UNSURE),
    row("cut off", 200, r#"{"id":"0f1c2b7e-6f53-4a75"#, SILENT, UNSURE),
    row("204", 204, "", SILENT, UNSURE),
    row("301", 301, "", SILENT, UNSURE),
    row("401 of the keys", 401, r#"{"code":40110000,"message":"access key verification failed"}"#, KEYS, REFUSED),
    row("401 with a rule's code", 401, r#"{"code":40310000,"message":"insufficient buying power"}"#, FORBIDDEN, UNSURE),
    row("403 with the keys' code", 403, r#"{"code":40110000,"message":"request is not authorized"}"#, KEYS, UNSURE),
    row("403 with a hostile message", 403, HOSTILE, FORBIDDEN, REFUSED),
    row("400 without a code", 400, r#"{"message":"bad"}"#, CONFUSED, UNSURE),
    row(
        "422 of a duplicate id",
        422,
        r#"{"code":40010001,"message":"client_order_id must be unique"}"#,
        CONFUSED,
        UNSURE,
    ),
    row("429 in HTML", 429, "<html>slow down</html>", BUSY, UNSURE),
    row("502 in HTML", 502, "<html>bad gateway</html>", SILENT, UNSURE),
    row("404 in HTML", 404, "<html>not here</html>", SILENT, UNSURE),
];

/// A read, and the command that leads to it.
type Read = (Endpoint, &'static str, &'static [(&'static str, &'static str)]);
const READS: &[Read] = &[
    (Endpoint::Account, "balance", &[]),
    (Endpoint::Positions, "positions", &[]),
    (Endpoint::ListOrders, "orders", &[]),
    (Endpoint::Asset, "buy", &[("symbol", "AAPL"), ("quantity", "1"), ("card", "true")]),
    (Endpoint::Positions, "buy", &[("symbol", "AAPL"), ("quantity", "1"), ("card", "true")]),
    (Endpoint::Snapshot, "buy", &[("symbol", "AAPL"), ("quantity", "1"), ("card", "true")]),
];

async fn town() -> Town {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    town
}

/// A friend whose account gets this answer from now on.
async fn troubled(town: &Town, name: &str, on: Endpoint, row: &Row) -> Friend {
    let friend = town.friend(name);
    friend.links(Environment::Paper).await;
    spoil(town, &friend, on, row);
    friend
}

fn spoil(town: &Town, friend: &Friend, on: Endpoint, row: &Row) {
    let content_type = if row.body.starts_with('<') { "text/html" } else { "application/json" };
    let fault = Fault::Canned { status: row.status, content_type, body: row.body.to_owned(), lands: false };
    let account = Some(friend.paper.account_id);
    town.exchange.push_fault(FaultRule { on: Some(on), account, fault, times: 1_000 });
}

/// Foreign words are shown as words: no link, no mention, no style.
fn is_tame(answer: &MessageView) -> bool {
    let raw = answer.raw.to_string();
    !raw.contains("](https://evil") && !raw.contains("\"@everyone **")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_odd_answer_to_a_read_is_told_in_words() {
    let mut town = town().await;
    let calm = town.friend("calm");
    calm.links(Environment::Paper).await;
    let mut watch = Watch::on(&town, "alpaca_reads");
    let rows: Vec<_> =
        READS.iter().enumerate().flat_map(|(at, read)| CATALOGUE.iter().map(move |row| (at, read, row))).collect();
    let answers: Vec<_> = futures::stream::iter(rows)
        .map(|(at, (endpoint, command, options), row)| {
            let town = &town;
            async move {
                let name = format!("r{at}{}", row.case.replace(|c: char| !c.is_ascii_alphanumeric(), ""));
                let friend = troubled(town, &name.to_lowercase(), *endpoint, row).await;
                (format!("{endpoint:?} {command}: {}", row.case), friend.says(command, options).await, row.reading)
            }
        })
        .buffer_unordered(6)
        .collect()
        .await;
    for (case, answer, says) in answers {
        watch.answer(&case, &answer, says);
        watch.note(&case, is_tame(&answer), &answer.raw.to_string(), "tame words");
    }
    watch.verdict(&mut town, &calm).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_odd_answer_to_an_order_is_taken_for_a_verdict() {
    let mut town = town().await;
    let calm = town.friend("calm");
    calm.links(Environment::Paper).await;
    let answers: Vec<_> = futures::stream::iter(CATALOGUE)
        .map(|row| {
            let town = &town;
            async move {
                let name = format!("s{}", row.case.replace(|c: char| !c.is_ascii_alphanumeric(), "")).to_lowercase();
                let friend = troubled(town, &name, Endpoint::SubmitOrder, row).await;
                let order = friend.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "1")]).await;
                let told = order.message_when(|m| says_any(&m.text(), row.sending)).await;
                let posts = town.exchange.count_of(friend.paper.account_id, Endpoint::SubmitOrder);
                (row, told.or(order.reply().await), posts)
            }
        })
        .buffer_unordered(6)
        .collect()
        .await;
    // The orders themselves were sound: each was posted once, and the posts are no work of bad input.
    let mut watch = Watch::on(&town, "alpaca_orders");
    for (row, told, posts) in answers {
        let told = told.unwrap_or_else(|missed| panic!("{}: {missed}", row.case));
        watch.answer(row.case, &told, row.sending);
        watch.note(row.case, is_tame(&told) && posts == 1, &format!("{posts} posts"), "tame words and one post");
    }
    watch.verdict(&mut town, &calm).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_odd_answer_to_a_look_up_or_a_cancel_changes_what_is_known() {
    let mut town = town().await;
    let calm = town.friend("calm");
    calm.links(Environment::Paper).await;
    let mut cases = Vec::new();
    for row in CATALOGUE {
        let name = format!("c{}", row.case.replace(|c: char| !c.is_ascii_alphanumeric(), "")).to_lowercase();
        let friend = town.friend(&name);
        friend.links(Environment::Paper).await;
        let options = [("symbol", "AAPL"), ("quantity", "1"), ("limit", "1.00")];
        let working = friend.runs(Place::Server, "buy", &options).await;
        let working = working.message_when(|m| m.buttons().iter().any(|label| label == "Cancel order")).await.unwrap();
        for endpoint in [Endpoint::Order, Endpoint::OrderByClientId, Endpoint::CancelOrder] {
            spoil(&town, &friend, endpoint, row);
        }
        cases.push((row, friend, working));
    }
    let mut watch = Watch::on_what_is_asked_for(&town, "alpaca_look_ups", Endpoint::CancelOrder);
    let mut canceled = 0;
    for (row, friend, working) in cases {
        let checked = friend.presses(&working, "Check again").await.reply().await.unwrap();
        let claims = ["Filled", "Canceled", "Rejected", "Refused by", "Never arrived", "Something broke"];
        let text = checked.text();
        watch.note(row.case, !claims.iter().any(|claim| text.contains(claim)), &text, "no claim after a look-up");
        let pressed = friend.presses(&working, "Cancel order").await.reply().await.unwrap();
        let text = pressed.text();
        watch.note(row.case, !claims.iter().any(|claim| text.contains(claim)), &text, "no claim after a cancel");
        canceled += town.exchange.count_of(friend.paper.account_id, Endpoint::CancelOrder);
        let open = town.exchange.orders(friend.paper.account_id);
        watch.note(row.case, open.len() == 1, &format!("{open:?}"), "the one order");
    }
    assert!(canceled >= CATALOGUE.len(), "each cancel was asked for");
    watch.verdict(&mut town, &calm).await;
}

/// Cancel-all answers with a status per order; odd ones are not taken for "canceled".
#[tokio::test(flavor = "multi_thread")]
async fn an_odd_multi_status_is_not_taken_for_canceled() {
    let mut town = town().await;
    let calm = town.friend("calm");
    calm.links(Environment::Paper).await;
    let mut watch = Watch::on_what_is_asked_for(&town, "alpaca_cancel_all", Endpoint::CancelAllOrders);
    for (at, (status, body)) in
        [(207, "[]"), (207, "{}"), (207, "<html>"), (200, ""), (500, "<html>"), (301, "")].iter().enumerate()
    {
        let friend = town.friend(&format!("all{at}"));
        friend.links(Environment::Paper).await;
        let options = [("symbol", "AAPL"), ("quantity", "1"), ("limit", "1.00")];
        let working = friend.runs(Place::Server, "buy", &options).await;
        working.message_when(|m| m.buttons().iter().any(|label| label == "Cancel order")).await.unwrap();
        watch.writes += 1;
        spoil(&town, &friend, Endpoint::CancelAllOrders, &row("multi", *status, body, "", ""));
        let question = friend.says("cancel", &[("order", "all")]).await;
        let label = question.buttons().remove(0);
        let done = friend.user.press(&question, &label).await.unwrap().within(PATIENCE).reply().await.unwrap();
        let text = done.text();
        let wrong = text.contains("Something broke") || text.contains("Canceled 1");
        watch.note(&format!("{status} {body}"), !wrong, &text, "no claim");
    }
    watch.verdict(&mut town, &calm).await;
}
