//! An account's records, through the whole: what happened to it, what it was worth, its watchlists; and option chains.

use crate::harness::{Friend, Town};
use rust_decimal::Decimal;
use sim::discord::Place;
use sim::exchange::{Booking, Environment};

async fn town() -> (Town, Friend) {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    (town, ham)
}

#[tokio::test(flavor = "multi_thread")]
async fn history_shows_fills_and_money_by_kind_and_as_a_file() {
    let (town, ham) = town().await;
    let order = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "5")]).await;
    order.message_when(|m| m.text().contains("Filled")).await.unwrap();
    for booking in [
        Booking::Transfer(Decimal::from(1_000)),
        Booking::Dividend { symbol: "AAPL".into(), per_share: Decimal::new(25, 2) },
        Booking::Fee { kind: "TAF", amount: Decimal::new(1, 2) },
    ] {
        town.exchange.with(|exchange, now| exchange.book(ham.paper.account_id, booking, now));
    }
    let all = ham.says("history", &[]).await;
    for wanted in ["Bought 5 AAPL", "Paid in", "Dividend AAPL", "+$1.25", "Fee"] {
        assert!(all.text().contains(wanted), "{wanted}: {}", all.text());
    }
    assert!(all.ephemeral);
    let dividends = ham.says("history", &[("kind", "dividends")]).await;
    assert!(
        dividends.text().contains("Dividend AAPL") && !dividends.text().contains("Paid in"),
        "{}",
        dividends.text()
    );
    let id = town.exchange.orders(ham.paper.account_id)[0].id.to_string();
    let of_order = ham.says("history", &[("order", &id)]).await;
    assert!(of_order.text().contains("of one order") && !of_order.text().contains("Paid in"), "{}", of_order.text());
    let file = ham.presses(&all, "CSV").await.message_when(|m| !m.attachments.is_empty()).await.unwrap();
    let text = String::from_utf8(file.attachments[0].bytes.to_vec()).unwrap();
    assert!(text.contains("FILL,AAPL,buy,5,184.52,-922.6"), "{text}");
    let odd = ham.says("history", &[("since", "yesterday")]).await;
    assert!(odd.text().contains("year first"), "{}", odd.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portfolio_is_a_picture_or_says_that_it_has_no_curve_yet() {
    let (_town, ham) = town().await;
    for span in ["1D", "1W", "1M", "3M", "1A"] {
        let shown = ham.says("portfolio", &[("span", span)]).await;
        let drawn = shown.attachments.iter().any(|file| file.bytes.starts_with(b"\x89PNG"));
        assert!(drawn || shown.text().contains("No curve yet"), "{span}: {}", shown.text());
        assert!(shown.text().contains("PAPER"), "{span}: {}", shown.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watchlist_is_made_changed_shown_and_deleted() {
    let (_town, ham) = town().await;
    let says = async |command: &str, options: &[(&str, &str)]| ham.says(command, options).await.text();
    let made = says("watchlist create", &[("name", "Tech"), ("symbols", "AAPL, MSFT")]).await;
    assert!(made.contains("Watchlist Tech made") && made.contains("AAPL, MSFT"), "{made}");
    let added = says("watchlist add", &[("name", "tech"), ("symbol", "F")]).await;
    assert!(added.contains("F is on Tech"), "{added}");
    let removed = says("watchlist remove", &[("name", "Tech"), ("symbol", "MSFT")]).await;
    assert!(removed.contains("MSFT is not on Tech"), "{removed}");
    let unknown = says("watchlist add", &[("name", "Tech"), ("symbol", "NOSUCH")]).await;
    assert!(unknown.contains("Nothing was changed"), "{unknown}");
    let all = ham.says("watchlist show", &[]).await;
    let one = ham.presses(&all, "Tech").await.message_when(|m| m.text().contains("PRICE")).await.unwrap();
    assert!(one.text().contains("AAPL") && !one.text().contains("MSFT"), "{}", one.text());
    let offered = ham.user.autocomplete(Place::Server, "watchlist delete", &[("name", "te")], "name").await.unwrap();
    assert!(offered.iter().any(|choice| choice.value == "Tech"), "{offered:?}");
    let gone = says("watchlist delete", &[("name", "Tech")]).await;
    assert!(gone.contains("deleted"), "{gone}");
    let none = says("watchlist show", &[("name", "Tech")]).await;
    assert!(none.contains("No such watchlist"), "{none}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_is_shown_around_the_money_and_turned_by_buttons() {
    let (_town, ham) = town().await;
    let first = ham.says("chain", &[("symbol", "AAPL")]).await;
    assert!(first.text().contains("STRIKE") && first.text().contains("AAPL options"), "{}", first.text());
    let title = first.text().lines().find(|line| line.contains("AAPL options")).unwrap().to_owned();
    let later = ham.presses(&first, "Later ▶").await.message_when(|m| !m.text().contains(&title)).await.unwrap();
    assert!(later.text().contains("AAPL options"), "{}", later.text());
    let days = ham.user.autocomplete(Place::Server, "chain", &[("symbol", "AAPL"), ("expires", "")], "expires").await;
    assert!(days.unwrap().len() > 1);
}
