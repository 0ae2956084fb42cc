//! Requests and answers as bytes.

use crate::client::{Client, request};
use base64::Engine as _;
use rust_decimal::Decimal;
use sim::exchange::{Endpoint, Environment, Origin, Surface};

#[tokio::test]
async fn an_order_is_submitted_found_and_filled_over_http() {
    let client = Client::open(Environment::Paper).await;
    let submitted = client.order("bot-1").await.expect("answer");
    assert_eq!(submitted.status, 200);
    assert_eq!(submitted.header("content-type"), Some("application/json; charset=UTF-8"));
    assert!(submitted.header("x-request-id").is_some());
    assert_eq!(submitted.header("x-ratelimit-remaining"), Some("199"));
    assert_eq!(submitted.json()["status"], "pending_new");
    client.wait(100);
    let found = client.get("/v2/orders:by_client_order_id?client_order_id=bot-1").await.expect("answer");
    assert_eq!((&found.json()["id"], &found.json()["status"]), (&submitted.json()["id"], &"filled".into()));
    let account = client.get("/v2/account").await.expect("answer").json();
    assert_eq!(account["cash"], "9989.99");
    let requests = client.server.requests();
    let seen: Vec<_> = requests.iter().map(|arrival| (arrival.endpoint, arrival.status)).collect();
    let expected =
        [Endpoint::SubmitOrder, Endpoint::OrderByClientId, Endpoint::Account].map(|endpoint| (endpoint, Some(200)));
    assert_eq!(seen, expected);
    assert_eq!(requests[0].client_order_id.as_deref(), Some("bot-1"));
    assert_eq!(requests[1].client_order_id.as_deref(), Some("bot-1"));
    assert_eq!(client.server.count_of(client.keys.account_id, Endpoint::SubmitOrder), 1);
    assert_eq!(client.server.max_in_any_minute(client.keys.account_id, Surface::Trading), 3);
}

#[tokio::test]
async fn each_origin_knows_whose_keys_it_takes() {
    let client = Client::open(Environment::Live).await;
    let origins = client.server.origins().clone();
    let paper = client.server.seed_account("ann on paper", Environment::Paper, Decimal::ONE_HUNDRED);
    let header = |id: &str, secret: &str| format!("APCA-API-KEY-ID: {id}\r\nAPCA-API-SECRET-KEY: {secret}\r\n");
    let (live_keys, paper_keys) = (client.credentials(), header(&paper.key_id, &paper.secret));
    let wrong_secret = header(&paper.key_id, "not-the-secret");
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", paper.key_id, paper.secret));
    let basic = format!("Authorization: Basic {pair}\r\n");
    let quote = "/v2/stocks/F/quotes/latest";
    for (url, target, headers, status) in [
        (&origins.live, "/v2/account", &live_keys, 200),
        (&origins.paper, "/v2/account", &live_keys, 401),
        (&origins.paper, "/v2/account", &paper_keys, 200),
        (&origins.paper, "/v2/account", &basic, 200),
        (&origins.live, "/v2/account", &paper_keys, 401),
        (&origins.paper, "/v2/account", &wrong_secret, 401),
        (&origins.data, quote, &live_keys, 200),
        (&origins.data, quote, &paper_keys, 200),
        (&origins.data, quote, &wrong_secret, 401),
        (&origins.live, "/v2/wallets", &live_keys, 404),
        (&origins.paper, quote, &paper_keys, 404),
    ] {
        let answer = request(url, "GET", target, headers, "").await.expect("answer");
        assert_eq!(answer.status, status, "{url}{target}");
    }
    let silent = request(&origins.live, "GET", "/v2/account", "", "").await.expect("answer");
    assert_eq!((silent.status, silent.header("content-type")), (401, Some("text/html")));
    assert!(silent.body.starts_with(b"<html>") && silent.header("x-request-id").is_some());
    client.server.regenerate_keys(client.keys.account_id).expect("account");
    assert_eq!(client.get("/v2/account").await.expect("answer").status, 401, "the old pair is dead");
}

#[tokio::test]
async fn a_delete_answers_without_a_body() {
    let client = Client::open(Environment::Paper).await;
    let order = client.order("gone").await.expect("answer").json();
    let path = format!("/v2/orders/{}", order["id"].as_str().expect("id"));
    let canceled = client.delete(&path).await.expect("answer");
    assert_eq!((canceled.status, canceled.body.len(), canceled.header("content-type")), (204, 0, None));
    assert_eq!(client.delete(&path).await.expect("answer").status, 422);
    assert_eq!(client.delete("/v2/orders").await.expect("answer").status, 207);
}

#[tokio::test]
async fn the_dashboard_shows_the_account() {
    let client = Client::open(Environment::Paper).await;
    client.order("shown").await.expect("answer");
    client.wait(100);
    let page = client.server.dashboard(client.keys.account_id);
    assert_eq!((&page["name"], &page["environment"]), (&"ann".into(), &"paper".into()));
    assert_eq!((&page["key_id"], &page["cash"]), (&client.keys.key_id.as_str().into(), &"9989.99".into()));
    assert_eq!((&page["orders"][0]["status"], &page["positions"][0]["qty"]), (&"filled".into(), &"1".into()));
    assert_eq!(page["quotes"]["F"]["ask"], "10.01");
    assert!(client.server.dashboard(uuid::Uuid::nil()).is_null());
}

#[tokio::test]
async fn an_origin_that_is_down_resets_connections_until_it_is_up() {
    let client = Client::open(Environment::Paper).await;
    let paper = Origin::Trading(Environment::Paper);
    let mut stream = client.listening().await;
    client.server.set_down(paper, true);
    assert!(stream.hear().await.is_null(), "open connections are cut");
    assert!(client.get("/v2/account").await.is_err());
    assert!(client.server.requests().is_empty());
    client.server.set_down(paper, false);
    assert_eq!(client.get("/v2/account").await.expect("answer").status, 200);
}
