//! What is looked at, through the whole: the market, positions, pages that are turned, pictures and files.

use crate::harness::{Friend, Town};
use rust_decimal::Decimal;
use sim::discord::{MessageView, Place};
use sim::exchange::Environment;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A command, its options, and what its answer says.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

async fn town() -> (Town, Friend) {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    (town, ham)
}

/// The picture of a message, which its embed shows.
fn picture(message: &MessageView) -> Vec<u8> {
    let [file] = message.attachments.as_slice() else { panic!("one picture: {}", message.text()) };
    assert!(file.bytes.starts_with(PNG), "{}", file.filename);
    let shown = message.embeds[0]["image"]["url"].as_str().unwrap_or_default();
    assert!(shown.contains("chart.png"), "the embed shows it: {shown}");
    file.bytes.to_vec()
}

async fn buys(ham: &Friend, options: &[(&str, &str)], ends: &str) {
    let order = ham.runs(Place::Server, "buy", options).await;
    order.message_when(|m| m.text().contains(ends)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_market_is_shown_to_its_asker_alone() {
    let (town, ham) = town().await;
    let cases: [Case; 8] = [
        ("quote", &[("symbol", "aapl")], "AAPL $184."),
        ("quote", &[("symbol", "NOSUCH")], "knows no"),
        ("clock", &[], "The market is open"),
        ("calendar", &[("from", "2026-11-23")], "Closed on weekdays"),
        ("asset", &[("symbol", "AAPL")], "Fractions and dollars"),
        ("news", &[("symbol", "AAPL")], "News about AAPL"),
        ("movers", &[], "Movers of the day"),
        ("calendar", &[("from", "23.11.2026")], "year first"),
    ];
    for (command, options, wanted) in cases {
        let shown = ham.says(command, options).await;
        assert!(shown.ephemeral, "/{command}");
        assert!(shown.text().contains(wanted), "/{command} {options:?}: {}", shown.text());
    }
    let stranger = town.friend("mara");
    let none = stranger.says("quote", &[("symbol", "AAPL")]).await;
    assert!(none.text().contains("No account yet"), "{}", none.text());
    assert!(town.discord.pings().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_is_a_picture_whose_span_is_changed_by_a_button() {
    let (_town, ham) = town().await;
    buys(&ham, &[("symbol", "AAPL"), ("quantity", "5")], "Filled").await;
    let month = ham.says("chart", &[("symbol", "AAPL")]).await;
    assert!(month.text().contains("one month") && month.text().contains("Your entry"), "{}", month.text());
    assert!(month.text().contains("PAPER"), "whose entry it is: {}", month.text());
    let first = picture(&month);
    let year = ham.presses(&month, "1A").await.message_when(|m| m.text().contains("one year")).await.unwrap();
    assert_ne!(picture(&year), first, "another picture, and only that one");
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_paged_by_buttons_that_outlive_the_bot_and_serve_their_owner_alone() {
    let (mut town, ham) = town().await;
    for n in 0..12 {
        let limit = format!("{}", 50 + n);
        buys(&ham, &[("symbol", "AAPL"), ("quantity", "1"), ("limit", &limit)], "Working").await;
    }
    let first = ham.says("orders", &[]).await;
    assert_eq!(first.text().matches("Buy 1 AAPL").count(), 10, "{}", first.text());
    town.restart().await;
    let second = ham.presses(&first, "Older ▶").await.message_when(|m| m.text().contains("Page 2")).await.unwrap();
    assert_eq!(second.text().matches("Buy 1 AAPL").count(), 2, "{}", second.text());
    let back = ham.presses(&second, "◀ Newer").await.message_when(|m| m.text().contains("Page 1")).await.unwrap();
    assert_eq!(back.text().matches("Buy 1 AAPL").count(), 10, "{}", back.text());

    let file = ham.presses(&back, "CSV").await.message_when(|m| !m.attachments.is_empty()).await.unwrap();
    assert!(file.ephemeral);
    let text = String::from_utf8(file.attachments[0].bytes.to_vec()).unwrap();
    assert_eq!(text.lines().count(), 13, "a head and all twelve: {text}");

    // In a direct message a button can be pressed for as long as the message is there, but by nobody else.
    let others = town.friend("mara");
    others.links(Environment::Paper).await;
    let rows = town.db.as_superuser("select view_id::text from app.views limit 1").await;
    let id = rows[0][0].clone().unwrap().replace('-', "");
    let own = others.says("orders", &[("show", "all")]).await;
    assert!(!own.text().contains("Buy 1 AAPL"), "{}", own.text());
    let stolen = town.db.as_superuser(&format!("select count(*)::text from app.views where view_id = '{id}'")).await;
    assert_eq!(stolen[0][0].as_deref(), Some("1"), "the row is there, and is ham's");
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_have_buttons_and_say_what_no_stop_protects() {
    let (town, ham) = town().await;
    town.exchange.set_quote("F", Decimal::new(1_210, 2), Decimal::new(1_211, 2));
    for symbol in ["AAPL", "F"] {
        buys(&ham, &[("symbol", symbol), ("quantity", "5")], "Filled").await;
    }
    let positions = ham.says("positions", &[]).await;
    assert!(positions.text().contains("Without a stop"), "{}", positions.text());
    let one = ham.presses(&positions, "⚠ F").await.message_when(|m| m.text().contains("Long 5 F")).await.unwrap();
    assert!(one.text().contains("No stop protects it"), "{}", one.text());
    let asked = ham.says("position", &[("symbol", "aapl")]).await;
    assert!(asked.text().contains("Long 5 AAPL"), "{}", asked.text());
    let none = ham.says("position", &[("symbol", "MSFT")]).await;
    assert!(none.text().contains("holds no **MSFT**"), "{}", none.text());
    let slices = ham.says("allocation", &[]).await;
    assert!(slices.text().contains("Largest"), "{}", slices.text());
    picture(&slices);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_paper_accounts_are_shown_together_and_never_with_live_ones() {
    let (town, ham) = town().await;
    let second = town.exchange.seed_account("second", Environment::Paper, Decimal::from(50_000));
    ham.links_with(Environment::Paper, &second.key_id, &second.secret, &[("name", "second")]).await;
    ham.links(Environment::Live).await;
    let offered = ham.user.autocomplete(Place::Server, "balance", &[("account", "")], "account").await.unwrap();
    let values: Vec<_> = offered.iter().filter_map(|choice| choice.value.as_str()).collect();
    assert!(values.contains(&"*paper") && !values.contains(&"*live"), "{values:?}");
    let all = ham.says("balance", &[("account", "*paper")]).await;
    assert!(all.text().contains("Equity $150,000.00"), "{}", all.text());
    assert!(all.text().contains("PAPER · all 2 accounts") && !all.text().contains("LIVE"), "{}", all.text());
    let one = ham.says("orders", &[("account", "*paper")]).await;
    assert!(one.text().contains("One account at a time"), "{}", one.text());
}
