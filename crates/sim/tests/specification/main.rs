//! Everything that the simulated exchange answers, judged by Alpaca's OpenAPI documents.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "tests fail loudly and report")]

mod book;
mod rounds;

use book::{Book, Quirk, folder, unexplained};
use std::collections::{BTreeMap, BTreeSet};

/// Where the documents and what is known of the service differ.
const QUIRKS: &[Quirk] = &[
    Quirk {
        of: "",
        complaint: "the document knows no body of a 4",
        reason: "refusals are documented by status alone, but come with a message",
    },
    Quirk {
        of: "",
        complaint: "/exchange \"CRYPTO\" is not one of",
        reason: "what coins trade on is seen in answers and missing in the list",
    },
    Quirk {
        of: "GET ",
        complaint: "parameter start=",
        reason: "the parameter's own text allows a date without a time",
    },
    Quirk { of: "GET ", complaint: "parameter end=", reason: "the parameter's own text allows a date without a time" },
    Quirk {
        of: "GET /v2/assets",
        complaint: "/name \"\" is shorter",
        reason: "some assets have been seen without a name",
    },
    Quirk {
        of: "GET /v1beta1/news",
        complaint: "/content \"\" is shorter",
        reason: "articles come without content unless it is asked for",
    },
    Quirk {
        of: "GET /v1beta1/news",
        complaint: "/summary \"\" is shorter",
        reason: "an article may be nothing but its headline",
    },
    Quirk {
        of: "GET /v2/account/configurations",
        complaint: "/max_options_trading_level null",
        reason: "null until somebody sets it",
    },
    Quirk {
        of: "PATCH /v2/account/configurations",
        complaint: "/max_options_trading_level null",
        reason: "null until somebody sets it",
    },
    Quirk {
        of: "GET /v2/account/activities/{activity_type}",
        complaint: "valid under more than one",
        reason: "no field of either kind is required, so that every row fits both",
    },
    Quirk {
        of: "POST /v2/positions/{symbol_or_contract_id}",
        complaint: "is not a \"uuid\"",
        reason: "a symbol is taken too, as the parameter's name says",
    },
    Quirk {
        of: "POST /v2/positions/{symbol_or_contract_id}",
        complaint: "knows no status 404",
        reason: "a position that is not there is told by 404",
    },
];

/// Endpoints that are not simulated, and why. A path's beginning covers all below it.
const NOT_SERVED: &[(&str, &str)] = &[
    ("/v1/locates", "shares that are hard to borrow cannot be borrowed on paper, where these answer 404"),
    ("/v2beta1/events", "server-sent events: not known to be open to users of the trading API"),
    ("/v2/assets/fixed_income", "bonds are not traded here"),
    ("/v2/corporate_actions/announcements", "deprecated in favour of the data host's list, which is served"),
    ("/v2/perpetuals", "perpetual futures are not traded here"),
    ("/v2/tokenization", "tokens are not traded here"),
    ("/v2/wallets", "moves money out of accounts, which nothing here may"),
    ("/v1beta1/crypto-perps", "perpetual futures are not traded here"),
    ("/v1beta1/fixed_income", "bonds are not traded here"),
    ("/v1beta1/forex", "currencies are not traded here"),
    ("/v1beta1/indices", "indices are not listed here"),
    ("/v1beta1/logos", "pictures"),
];

#[test]
fn every_answer_of_the_exchange_is_as_the_documents_say() {
    let Some(folder) = folder("the exchange's answers against Alpaca's documents") else { return };
    let trading = Book::open(&folder, "alpaca-trading-api.json");
    let data = Book::open(&folder, "alpaca-market-data-api.json");
    let mut used = vec![0; QUIRKS.len()];
    let (mut counts, mut wrong) = (BTreeMap::<String, usize>::new(), Vec::new());
    for asked in rounds::all() {
        let book = if asked.data { &data } else { &trading };
        let Some(operation) = book.find(&asked.method, &asked.path) else {
            wrong.push(format!("{} {} is in no document", asked.method, asked.path));
            continue;
        };
        let name = format!("{} {}", operation.method, operation.template);
        let mut complaints = operation.judge_answer(asked.status, &asked.body);
        complaints.extend(operation.judge_params(&asked.path, &asked.query));
        if !asked.sent.is_empty() {
            complaints.extend(operation.judge_body("application/json", &asked.sent));
        }
        let left = unexplained(QUIRKS, &mut used, &name, complaints);
        let text = String::from_utf8_lossy(&asked.body).chars().take(300).collect::<String>();
        wrong.extend(left.into_iter().map(|complaint| format!("{complaint}\n      in {} {text}", asked.status)));
        *counts.entry(name).or_default() += 1;
    }
    let seen: BTreeSet<&String> = counts.keys().collect();
    let there: BTreeSet<String> = [&trading, &data]
        .iter()
        .flat_map(|book| book.operations())
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    let excused =
        |name: &&String| NOT_SERVED.iter().any(|(path, _)| name.split(' ').nth(1).unwrap_or("").starts_with(path));
    let unseen: Vec<&String> = there.iter().filter(|name| !seen.contains(name) && !excused(name)).collect();
    let idle: Vec<&Quirk> = QUIRKS.iter().zip(&used).filter(|(_, used)| **used == 0).map(|(quirk, _)| quirk).collect();
    println!(
        "PROMISE specification-answers cases={} violations={} endpoints={} not_served={} quirks={}",
        counts.values().sum::<usize>(),
        wrong.len(),
        counts.len(),
        there.len() - counts.len(),
        used.iter().sum::<usize>(),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(unseen.is_empty(), "nobody asked for {unseen:?}");
    if let Some(quirk) = idle.first() {
        panic!("{} {} has become true: take the quirk out ({})", quirk.of, quirk.complaint, quirk.reason);
    }
}
