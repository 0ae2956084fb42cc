//! The main job on paper: link, look, buy, see it filled, cancel.

use crate::harness::{PATIENCE, Town};
use domain::clock::{Clock, SystemClock};
use rust_decimal::Decimal;
use sim::discord::Place;
use sim::exchange::{Environment, Status};

#[tokio::test(flavor = "multi_thread")]
async fn a_friend_links_an_account_looks_at_it_and_buys_on_paper() {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");

    let linked = ham.links(Environment::Paper).await;
    assert!(linked.ephemeral, "account data in a server is for its owner only");
    assert!(linked.text().contains("PAPER"), "{}", linked.text());

    let balance = ham.says("balance", &[]).await;
    assert!(balance.ephemeral);
    assert!(balance.text().contains("$100,000.00"), "{}", balance.text());

    let order = ham.runs(Place::Server, "buy", &[("symbol", "aapl"), ("quantity", "5")]).await;
    let filled = order.message_when(|m| m.text().contains("Filled")).await.unwrap();
    assert!(filled.ephemeral);
    assert!(filled.text().contains("184.52"), "the far side of the quote: {}", filled.text());

    let orders = town.exchange.orders(ham.paper.account_id);
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].status, Status::Filled);

    let positions = ham.says("positions", &[]).await;
    assert!(positions.text().contains("AAPL"), "{}", positions.text());
    let sold = ham.runs(Place::Server, "sell", &[("symbol", "AAPL"), ("quantity", "5")]).await;
    sold.message_when(|m| m.text().contains("Filled")).await.unwrap();
    assert!(town.exchange.positions(ham.paper.account_id).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_direct_message_answers_stay_and_in_a_server_they_are_private() {
    let town = Town::open().await;
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    for command in ["balance", "positions", "orders", "account list", "status"] {
        assert!(ham.says_in(Place::Server, command, &[]).await.ephemeral, "/{command} in the server");
        assert!(!ham.says_in(Place::Dm, command, &[]).await.ephemeral, "/{command} in a DM");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dollars_limits_and_cancel_work_and_wrong_input_never_reaches_the_broker() {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;

    let dollars = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("dollars", "50")]).await;
    dollars.message_when(|m| m.text().contains("Filled")).await.unwrap();

    let limit = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "1"), ("limit", "100")]).await;
    let working = limit.message_when(|m| m.text().contains("Working")).await.unwrap();
    let choices = ham.user.autocomplete(Place::Server, "cancel", &[("order", "")], "order").await.unwrap();
    let ours = choices.iter().find(|choice| choice.name.contains("AAPL")).expect("the open order is offered");
    let canceled = ham.says("cancel", &[("order", ours.value.as_str().unwrap())]).await;
    assert!(canceled.text().to_lowercase().contains("cancel"), "{}", canceled.text());
    limit.message_when(|m| m.text().contains("Canceled")).await.unwrap();
    assert!(working.text().contains("$100.00"), "{}", working.text());

    let before = town.exchange.orders(ham.paper.account_id).len();
    for options in [
        vec![("symbol", "AAPL"), ("quantity", "1e5")],
        vec![("symbol", "AAPL"), ("quantity", "1,000")],
        vec![("symbol", "AAPL"), ("quantity", "-1")],
        vec![("symbol", "AAPL")],
        vec![("symbol", "AAPL"), ("quantity", "1"), ("dollars", "5")],
        vec![("symbol", "ＡＡＰＬ"), ("quantity", "1")],
        vec![("symbol", "NOSUCH"), ("quantity", "1")],
        vec![("symbol", "AAPL"), ("quantity", "1"), ("limit", "100.001")],
        vec![("symbol", "@everyone"), ("quantity", "1")],
    ] {
        let answer = ham.says("buy", &options).await;
        assert!(answer.ephemeral);
        assert!(answer.text().contains("Nothing was sent"), "{options:?}: {}", answer.text());
    }
    assert_eq!(town.exchange.orders(ham.paper.account_id).len(), before);
    assert!(town.discord.pings().is_empty(), "nobody is pinged by what somebody typed");
}

#[tokio::test(flavor = "multi_thread")]
async fn autocomplete_offers_symbols_by_ticker_and_company_and_own_accounts() {
    let town = Town::open().await;
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    ham.says("balance", &[]).await;
    // The list of assets is fetched in the background; until it is there, what was typed is offered back.
    let clock = SystemClock::start();
    loop {
        let offered = ham.user.autocomplete(Place::Server, "buy", &[("symbol", "micros")], "symbol").await.unwrap();
        if offered.iter().any(|choice| choice.value == "MSFT") {
            break;
        }
        assert!(clock.elapsed() < PATIENCE, "{offered:?}");
    }
    let accounts = ham.user.autocomplete(Place::Server, "balance", &[("account", "")], "account").await.unwrap();
    assert_eq!(accounts.len(), 1, "{accounts:?}");
    let other = town.friend("mara");
    let none = other.user.autocomplete(Place::Server, "balance", &[("account", "")], "account").await.unwrap();
    assert!(none.is_empty(), "{none:?}");
}
