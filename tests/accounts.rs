//! Linking: every wrong paste has its own answer, and two friends never meet.

use crate::harness::Town;
use sim::discord::Place;
use sim::exchange::Environment;

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_paste_has_its_own_answer_and_stores_nothing() {
    let town = Town::open().await;
    let ham = town.friend("ham");
    let (paper, live) = (&ham.paper, &ham.live);
    let quoted = format!("\"{}\"", paper.key_id);
    let spaced = format!("{} ", paper.secret);
    let mut answers = Vec::new();
    for (key_id, secret) in [
        (live.key_id.as_str(), live.secret.as_str()),
        (paper.secret.as_str(), paper.key_id.as_str()),
        (quoted.as_str(), paper.secret.as_str()),
        (paper.key_id.as_str(), spaced.as_str()),
        (paper.key_id.as_str(), paper.key_id.as_str()),
        (paper.key_id.as_str(), "wrongwrongwrongwrongwrongwrongwrongwrong"),
    ] {
        let answer = ham.links_with(Environment::Paper, key_id, secret, &[]).await;
        assert!(answer.ephemeral);
        let text = answer.text();
        assert!(!text.contains(&paper.secret) && !text.contains(&live.secret), "no secret is shown again: {text}");
        answers.push(text);
    }
    let list = ham.says("account list", &[]).await;
    assert!(!list.text().contains("PAPER"), "nothing was linked: {}", list.text());
    let stored = town.db.as_superuser("select count(*)::text from app.accounts").await;
    assert_eq!(stored, vec![vec![Some("0".to_owned())]]);
    let mut kinds: Vec<String> =
        answers.iter().map(|text| text.split("Reference").next().unwrap().to_owned()).collect();
    kinds.sort();
    kinds.dedup();
    assert!(kinds.len() >= 5, "each mistake has an answer of its own:\n{}", answers.join("\n---\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_typed_as_a_symbol_or_a_name_is_answered_with_a_warning() {
    let town = Town::open().await;
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let told = ham.says("buy", &[("symbol", &ham.paper.secret), ("quantity", "1")]).await;
    assert!(told.text().contains("secret") || told.text().contains("key"), "{}", told.text());
    assert!(!told.text().contains(&ham.paper.secret), "{}", told.text());
    let named = ham.says("account rename", &[("account", "paper"), ("name", &ham.live.key_id)]).await;
    assert!(!named.text().contains(&ham.live.key_id), "{}", named.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_renamed_rotated_and_removed() {
    let town = Town::open().await;
    let mut ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let renamed = ham.says("account rename", &[("account", "paper"), ("name", "swing")]).await;
    assert!(renamed.text().contains("swing"), "{}", renamed.text());

    ham.paper = town.exchange.regenerate_keys(ham.paper.account_id).unwrap();
    let refused = ham.says("balance", &[]).await;
    assert!(refused.text().contains("/account rotate"), "says what to do: {}", refused.text());
    let form = ham.runs(Place::Server, "account rotate", &[("account", "swing")]).await.modal().await.unwrap();
    ham.submits(&form, &ham.paper.key_id, &ham.paper.secret).await;
    assert!(ham.says("balance", &[]).await.text().contains("$100,000.00"));

    let other = town.friend("mara");
    let form = ham.runs(Place::Server, "account rotate", &[("account", "swing")]).await.modal().await.unwrap();
    let told = ham.submits(&form, &other.paper.key_id, &other.paper.secret).await;
    assert!(told.text().contains("another") || told.text().contains("different"), "{}", told.text());
    assert!(ham.says("balance", &[]).await.text().contains("$100,000.00"), "the old keys still work");

    let question = ham.says("account remove", &[("account", "swing")]).await;
    let label = question.buttons().remove(0);
    ham.presses(&question, &label).await.reply().await.unwrap();
    let sealed = town.db.as_superuser("select count(*)::text from app.credentials").await;
    assert_eq!(sealed, vec![vec![Some("0".to_owned())]], "the credential is gone at once");
    assert!(ham.says("balance", &[]).await.text().contains("/account add"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_a_card_for_paper_orders_too_gets_one_and_live_orders_always_have_one() {
    let town = Town::open().await;
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let asked = ham.says("account confirm", &[("mode", "always")]).await;
    assert!(asked.ephemeral && asked.text().contains("Every order of this account shows a card"), "{}", asked.text());
    let card = ham.says("buy", &[("symbol", "AAPL"), ("quantity", "1")]).await;
    assert!(card.buttons().iter().any(|label| label.contains("Confirm")), "{}", card.text());
    assert!(town.exchange.orders(ham.paper.account_id).is_empty(), "the card is only a card");

    let back = ham.says("account confirm", &[("mode", "live-only")]).await;
    assert!(back.text().contains("go out at once"), "{}", back.text());
    let order = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "1")]).await;
    order.message_when(|m| m.text().contains("Filled")).await.unwrap();

    ham.links(Environment::Live).await;
    let live = ham.says("account confirm", &[("mode", "live-only"), ("account", "live")]).await;
    assert!(live.text().contains("cannot be switched off"), "{}", live.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_friends_never_see_anything_of_each_other() {
    let town = Town::open().await;
    let (ham, mara) = (town.friend("ham"), town.friend("mara"));
    ham.links_with(Environment::Paper, &ham.paper.key_id, &ham.paper.secret, &[("name", "hamsnest")]).await;
    mara.links_with(Environment::Paper, &mara.paper.key_id, &mara.paper.secret, &[("name", "marasnest")]).await;
    let order = ham.runs(Place::Server, "buy", &[("symbol", "MSFT"), ("quantity", "1")]).await;
    order.message_when(|m| m.text().contains("Filled")).await.unwrap();

    for (command, options) in [
        ("balance", vec![("account", "hamsnest")]),
        ("positions", vec![]),
        ("orders", vec![("show", "all")]),
        ("account list", vec![]),
        ("account status", vec![("account", "hamsnest")]),
        ("account use", vec![("account", "hamsnest")]),
    ] {
        let answer = mara.says(command, &options).await;
        assert!(!answer.text().contains("MSFT"), "/{command}: {}", answer.text());
    }
    for message in mara.user.sees(Place::Server) {
        assert!(!message.text().contains("MSFT"), "{}", message.text());
    }
    let choices = mara.user.autocomplete(Place::Server, "cancel", &[("order", "")], "order").await.unwrap();
    assert!(choices.iter().all(|choice| !choice.name.contains("MSFT")), "{choices:?}");
    let names = mara.user.autocomplete(Place::Server, "balance", &[("account", "ham")], "account").await.unwrap();
    assert!(names.is_empty(), "{names:?}");
}
