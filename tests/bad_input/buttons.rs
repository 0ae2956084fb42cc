//! Custom ids: altered, old, foreign, and far too long.

use super::Watch;
use crate::harness::{PATIENCE, Town};
use rust_decimal::Decimal;
use sim::exchange::Environment;

const ID: &str = "0123456789abcdef0123456789abcdef";
const NOT_OURS: &str = "Not a button of ours";
const OTHER_VERSION: &str = "Too old or too new";
const NOT_YOUR_CARD: &str = "Not your card";

fn catalogue() -> Vec<(String, &'static str)> {
    vec![
        (String::new(), NOT_OURS),
        ("confirm".into(), NOT_OURS),
        ("v1:confirm".into(), NOT_OURS),
        (format!("paddock:confirm:{ID}"), NOT_OURS),
        (format!("v0:confirm:{ID}"), OTHER_VERSION),
        (format!("v2:confirm:{ID}"), OTHER_VERSION),
        (format!("v1:transfer:{ID}"), OTHER_VERSION),
        (format!("v1:confirm:{}", ID.to_uppercase()), NOT_OURS),
        (format!("v1:confirm:{ID}0"), NOT_OURS),
        ("v1:confirm:01234567-89ab-cdef-0123-456789abcdef".into(), NOT_OURS),
        ("v1:confirm:０123456789abcdef0123456789abc".into(), NOT_OURS),
        (format!("\u{202e}v1:confirm:{ID}"), NOT_OURS),
        ("x".repeat(100), NOT_OURS),
        (format!("v1:confirm:{}", "a".repeat(5_000)), NOT_OURS),
        (format!("v1:confirm:{}", "\0".repeat(32)), NOT_OURS),
        ("@everyone".into(), NOT_OURS),
        (format!("v1:form:{ID}"), NOT_OURS),
        (format!("v1:pick:{ID}"), NOT_OURS),
        (format!("v1:order:{ID}"), "This button is too old"),
        (format!("v1:filled:{ID}"), NOT_OURS),
        (format!("v1:confirm:{ID}"), NOT_YOUR_CARD),
        (format!("v1:discard:{ID}"), NOT_YOUR_CARD),
        (format!("v1:switch:{ID}"), NOT_YOUR_CARD),
        (format!("v1:remove:{ID}"), NOT_YOUR_CARD),
        (format!("v1:cancel_all:{ID}"), NOT_YOUR_CARD),
        (format!("v1:keep:{ID}"), NOT_YOUR_CARD),
        (format!("v1:check:{ID}"), "No such order"),
        (format!("v1:cancel:{ID}"), "No such order"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_custom_id_but_our_own_does_anything() {
    let mut town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let (ham, mara) = (town.friend("ham"), town.friend("mara"));
    for friend in [&ham, &mara] {
        friend.links(Environment::Live).await;
        friend.links(Environment::Paper).await;
    }
    let card = ham.says("buy", &[("symbol", "AAPL"), ("quantity", "1"), ("account", "live")]).await;
    let mut watch = Watch::on(&town, "custom_id");
    for (custom_id, says) in catalogue() {
        let told = town.discord.force_press(&ham.user, &card, &custom_id).within(PATIENCE).reply().await;
        let told = told.unwrap_or_else(|missed| panic!("{custom_id:?}: {missed}"));
        watch.answer(&custom_id, &told, says);
        let alone = told.ephemeral;
        watch.note(&custom_id, alone, &told.text(), "an answer for one pair of eyes");
    }
    let label =
        card.buttons().into_iter().find(|label| label.starts_with("Confirm") || label.starts_with("Buy")).unwrap();
    let confirm = card.custom_id(&label).unwrap();
    // The same ticket under another action, from another user, and from another bot's copy of the message.
    let ticket = confirm.rsplit(':').next().unwrap();
    for action in ["switch", "remove", "cancel_all"] {
        let forged = format!("v1:{action}:{ticket}");
        let told = town.discord.force_press(&ham.user, &card, &forged).within(PATIENCE).reply().await.unwrap();
        watch.note(&forged, !told.text().contains("Filled"), &told.text(), "no order");
    }
    let told = town.discord.force_press(&mara.user, &card, &confirm).within(PATIENCE).reply().await.unwrap();
    watch.answer("another user", &told, "Not yours");
    let mut copy = card.clone();
    copy.raw["interaction_metadata"] = serde_json::Value::Null;
    copy.raw["application_id"] = serde_json::json!("42");
    let told = town.discord.force_press(&mara.user, &copy, &confirm).within(PATIENCE).reply().await.unwrap();
    watch.answer("another user, from another bot's copy", &told, NOT_YOUR_CARD);
    watch.verdict(&mut town, &ham).await;
}
