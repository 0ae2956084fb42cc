//! Every kind of order, from a friend's words through Discord to the exchange and back.

mod closing;
mod coins;
mod contracts;
mod exercise;
mod groups;
mod kinds;
mod mending;

use crate::harness::{Friend, PATIENCE, Town};
use rust_decimal::Decimal;
use sim::discord::Place;
use sim::exchange::{Environment, Order, Status};

/// Options of a command, by name.
type Options<'a> = &'a [(&'a str, &'a str)];

fn cents(cents: i64) -> Decimal {
    Decimal::new(cents, 2)
}

/// A friend with a linked paper account, and these symbols at $100.00 to $100.02.
async fn ready(town: &Town, name: &str, symbols: &[&str]) -> Friend {
    for symbol in symbols {
        town.exchange.set_quote(symbol, cents(10_000), cents(10_002));
    }
    let friend = town.friend(name);
    friend.links(Environment::Paper).await;
    friend
}

/// What the command made of the friend's paper account: the order that the exchange has of it, and what was said of it.
async fn told(town: &Town, friend: &Friend, command: &str, symbol: &str, options: Options<'_>) -> (Order, String) {
    let known: Vec<_> = town.exchange.orders(friend.paper.account_id).iter().map(|order| order.id).collect();
    let options: Vec<_> = [("symbol", symbol)].into_iter().chain(options.iter().copied()).collect();
    let act = friend.runs(Place::Server, command, &options).await;
    let message = act.message_when(|m| is_settled(&m.text())).await.unwrap();
    let orders = town.exchange.orders(friend.paper.account_id);
    let order = orders.into_iter().find(|order| !known.contains(&order.id));
    (order.unwrap_or_else(|| panic!("{command} {options:?}: {}", message.text())), message.text())
}

/// Whether what a user reads is more than that the order is on its way.
fn is_settled(text: &str) -> bool {
    let words = ["Working", "Filled", "Queued", "Canceled", "Refused", "Nothing was sent"];
    words.iter().any(|word| text.contains(word)) && !text.contains("Queued, about")
}

/// Lets the friend's paper account sell short.
fn may_short(town: &Town, friend: &Friend) {
    let account = friend.paper.account_id;
    town.exchange.with(|exchange, _| {
        exchange.configure(account, |account| account.configurations.no_shorting = false);
    });
}

/// The order that the exchange got last.
fn newest(town: &Town, friend: &Friend) -> Order {
    town.exchange.orders(friend.paper.account_id).pop().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn stops_trails_and_brackets_reach_the_exchange_as_they_were_meant() {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", cents(18_450), cents(18_452));
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let bought = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "20")]).await;
    bought.message_when(|m| m.text().contains("Filled")).await.unwrap();

    let kinds: [(&str, Options<'_>, &str); 5] = [
        ("sell", &[("quantity", "1"), ("stop", "170")], "once it trades at $170.00"),
        (
            "sell",
            &[("quantity", "1"), ("stop", "170"), ("limit", "169")],
            "$169.00 or better once it trades at $170.00",
        ),
        ("sell", &[("quantity", "1"), ("trail", "2.5%")], "turns by 2.5%"),
        ("sell", &[("quantity", "1"), ("trail", "2")], "turns by $2.00"),
        ("sell", &[("quantity", "1"), ("limit", "200"), ("tif", "gtc")], "$200.00 or better"),
    ];
    for (command, options, said) in kinds {
        let options: Vec<_> = [("symbol", "AAPL")].into_iter().chain(options.iter().copied()).collect();
        let order = ham.runs(Place::Server, command, &options).await;
        let working = order.message_when(|m| m.text().contains("Working")).await.unwrap();
        assert!(working.text().contains(said), "{said}: {}", working.text());
    }
    assert_eq!(town.exchange.orders(ham.paper.account_id).len(), 6, "one order per command");

    let bracket =
        [("symbol", "AAPL"), ("quantity", "2"), ("limit", "180"), ("take_profit", "200"), ("stop_loss", "170")];
    let bracket = ham.runs(Place::Server, "buy", &bracket).await;
    let working = bracket.message_when(|m| m.text().contains("Working") || m.text().contains("Refused")).await.unwrap();
    assert!(working.text().contains("take profit at $200.00, stop loss at $170.00"), "{}", working.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_order_is_replaced_under_a_name_of_its_own() {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", cents(18_450), cents(18_452));
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let order = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "5"), ("limit", "100")]).await;
    order.message_when(|m| m.text().contains("Working")).await.unwrap();
    let choices = ham.user.autocomplete(Place::Server, "replace", &[("order", "")], "order").await.unwrap();
    let id = choices.iter().find(|choice| choice.name.contains("AAPL")).unwrap().value.as_str().unwrap().to_owned();

    let replaced = ham.runs(Place::Server, "replace", &[("order", &id), ("limit", "101"), ("quantity", "6")]).await;
    let working = replaced.message_when(|m| m.text().contains("Working")).await.unwrap();
    assert!(working.text().contains("Buy 6 AAPL at $101.00 or better"), "{}", working.text());
    order.message_when(|m| m.text().contains("Replaced")).await.unwrap();
    let orders = town.exchange.orders(ham.paper.account_id);
    assert_eq!(orders.len(), 2);
    assert_ne!(orders[0].client_order_id, orders[1].client_order_id);

    let same = ham.says("replace", &[("order", &id), ("limit", "102")]).await;
    assert!(same.text().contains("Cannot be replaced now"), "{}", same.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_is_closed_in_part_then_everything_with_one_press() {
    let town = Town::open().await;
    for symbol in ["AAPL", "MSFT"] {
        town.exchange.set_quote(symbol, cents(18_450), cents(18_452));
    }
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    for symbol in ["AAPL", "MSFT"] {
        let bought = ham.runs(Place::Server, "buy", &[("symbol", symbol), ("quantity", "10")]).await;
        bought.message_when(|m| m.text().contains("Filled")).await.unwrap();
    }
    let half = ham.runs(Place::Server, "close", &[("symbol", "AAPL"), ("percent", "50")]).await;
    let half = half.message_when(|m| m.text().contains("Filled")).await.unwrap();
    assert!(half.text().contains("Sell 5 AAPL"), "{}", half.text());
    let exit = ham.runs(Place::Server, "sell", &[("symbol", "MSFT"), ("quantity", "10"), ("limit", "300")]).await;
    exit.message_when(|m| m.text().contains("Working")).await.unwrap();

    let asked = ham.says("close-all", &[]).await;
    assert!(asked.text().contains("Close all 2 positions?"), "{}", asked.text());
    assert!(asked.text().contains("Sell 5 AAPL") && asked.text().contains("Sell 10 MSFT"), "{}", asked.text());
    let before = town.exchange.orders(ham.paper.account_id).len();
    let pressed = ham.presses(&asked, "Close all on paper").await;
    pressed.message_when(|m| m.text().contains("2 of 2 closing orders")).await.unwrap();
    town.until("nothing is held", || town.exchange.positions(ham.paper.account_id).is_empty()).await;
    let orders = town.exchange.orders(ham.paper.account_id);
    assert_eq!(orders.len(), before + 2, "one order per position");
    assert!(orders.iter().any(|order| order.status == Status::Canceled), "what was open is canceled first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_order_goes_out_only_with_its_words() {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", cents(18_450), cents(18_452));
    let ham = town.friend("ham");
    ham.links(Environment::Live).await;
    let settings = ham.says("settings", &[("typed_above", "500")]).await;
    assert!(settings.text().contains("above $500.00"), "{}", settings.text());

    let live = |quantity| [("symbol", "AAPL"), ("quantity", quantity), ("account", "live")];
    let small = ham.says("buy", &live("1")).await;
    assert!(!small.text().contains("large order"), "{}", small.text());
    let card = ham.says("buy", &live("5")).await;
    assert!(card.text().contains("BUY 5 AAPL LIVE"), "{}", card.text());

    let form = ham.presses(&card, "Confirm with real money").await.modal().await.unwrap();
    let wrong = ham.user.submit(&form, &[("words", "BUY 50 AAPL LIVE")]).await.unwrap().within(PATIENCE);
    wrong.ack().await.unwrap();
    let form = ham.presses(&card, "Confirm with real money").await.modal().await.unwrap();
    assert!(town.exchange.orders(ham.live.account_id).is_empty(), "neither a press nor other words send it");
    let right = ham.user.submit(&form, &[("words", " buy 5  aapl live ")]).await.unwrap().within(PATIENCE);
    right.ack().await.unwrap();
    let filled =
        || town.exchange.orders(ham.live.account_id).iter().filter(|o| o.status == Status::Filled).count() == 1;
    town.until("the order is filled", filled).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_the_way_of_a_refused_order_is_canceled_and_the_order_asked_for_again() {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", cents(18_450), cents(18_452));
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let bought = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "10")]).await;
    bought.message_when(|m| m.text().contains("Filled")).await.unwrap();
    let more = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "1"), ("limit", "100")]).await;
    more.message_when(|m| m.text().contains("Working")).await.unwrap();

    let warned = ham.says("sell", &[("symbol", "AAPL"), ("quantity", "5"), ("card", "true")]).await;
    assert!(warned.text().contains("would trade with this one"), "{}", warned.text());
    let sold = ham.runs(Place::Server, "sell", &[("symbol", "AAPL"), ("quantity", "5")]).await;
    let refused = sold.message_when(|m| m.text().contains("Refused")).await.unwrap();
    assert!(refused.text().contains("the two would trade with each other"), "{}", refused.text());
    let shown = ham.presses(&refused, "Show what is in the way").await;
    let shown = shown.message_when(|m| m.text().contains("Buy 1 AAPL")).await.unwrap();
    let again = ham.presses(&shown, "Cancel what is in the way, ask again").await;
    let card = again.message_when(|m| m.buttons().iter().any(|label| label == "Confirm on paper")).await.unwrap();
    let confirmed = ham.presses(&card, "Confirm on paper").await;
    confirmed.message_when(|m| m.text().contains("Filled")).await.unwrap();
    let orders = town.exchange.orders(ham.paper.account_id);
    assert!(orders.iter().any(|order| order.status == Status::Canceled));
}

#[tokio::test(flavor = "multi_thread")]
async fn sizes_that_are_wishes_become_a_quantity_on_the_card() {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", cents(10_000), cents(10_000));
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let risk = [("symbol", "AAPL"), ("risk", "1%"), ("stop_loss", "90"), ("card", "true")];
    let risk = ham.says("buy", &risk).await;
    assert!(risk.text().contains("Buy 100 AAPL"), "1% of $100,000 at $10 a share: {}", risk.text());
    let part = ham.says("buy", &[("symbol", "AAPL"), ("percent", "10"), ("card", "true")]).await;
    assert!(part.text().contains("AAPL at the market"), "{}", part.text());
    let nothing = ham.says("sell", &[("symbol", "AAPL"), ("percent", "50")]).await;
    assert!(nothing.text().contains("You hold none of it"), "{}", nothing.text());
}
