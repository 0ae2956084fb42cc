//! What comes back from the form for an account's keys.

use super::Watch;
use crate::harness::{Friend, PATIENCE, Town};
use serde_json::{Value, json};
use sim::discord::{Missed, Place};
use sim::exchange::Environment;

const MISSING: &str = "Something is missing";
const EXTRAS: &str = "More than the key was pasted";
const GONE: &str = "This form can no longer be used";
const NOT_OURS: &str = "Not a button of ours";

#[expect(clippy::needless_pass_by_value, reason = "rows of a table read better without ampersands")]
fn input(id: &str, value: Value) -> Value {
    json!({"type": 4, "custom_id": id, "value": value})
}

fn row(inputs: &[Value]) -> Value {
    json!({"type": 1, "components": inputs})
}

fn pair(key_id: &str, secret: &str) -> Value {
    json!([row(&[input("key_id", json!(key_id))]), row(&[input("secret", json!(secret))])])
}

/// What is sent instead of a good pair of keys, and what the user reads.
fn catalogue(ham: &Friend) -> Vec<(&'static str, Value, &'static str)> {
    let (id, secret) = (ham.paper.key_id.as_str(), ham.paper.secret.as_str());
    let text = |value: &str| json!(value);
    vec![
        ("no components", json!([]), MISSING),
        ("empty row", json!([row(&[])]), MISSING),
        ("one component missing", json!([row(&[input("key_id", text(id))])]), MISSING),
        ("other custom ids", json!([row(&[input("a", text(id))]), row(&[input("b", text(secret))])]), MISSING),
        (
            "an id twice",
            json!([
                row(&[input("key_id", text(id))]),
                row(&[input("key_id", text(id))]),
                row(&[input("secret", text(secret))])
            ]),
            MISSING,
        ),
        ("values absent", json!([row(&[json!({"type": 4, "custom_id": "key_id"})])]), MISSING),
        ("values null", json!([row(&[input("key_id", Value::Null)]), row(&[input("secret", Value::Null)])]), MISSING),
        ("values empty", pair("", ""), MISSING),
        ("white space only", pair(" \n ", secret), MISSING),
        ("four thousand characters", pair(&"x".repeat(4_000), &"y".repeat(4_000)), "Alpaca does not take these keys"),
        ("line break inside the key", pair(&format!("{}\n{}", &id[..8], &id[8..]), secret), EXTRAS),
        ("header smuggled in", pair(&format!("{id}\r\nx-evil: 1"), secret), EXTRAS),
        ("white space around", pair(&format!(" {id}"), secret), EXTRAS),
        ("quotes around", pair(id, &format!("\"{secret}\"")), EXTRAS),
        ("Bearer before", pair(id, &format!("Bearer {secret}")), EXTRAS),
        ("bidi marks", pair(&format!("\u{202e}{id}"), secret), EXTRAS),
        ("mention", pair("@everyone", "@everyone"), "Twice the same"),
        ("swapped", pair(secret, id), "The two are swapped"),
        ("keys of the other environment", pair(&ham.live.key_id, &ham.live.secret), "Keys of the other kind"),
        (
            "keys of nobody",
            pair("PKNOBODY000000000000", "nobody0000000000000000000000000000000000"),
            "Alpaca does not take these keys",
        ),
    ]
}

async fn open(ham: &Friend) -> String {
    let form = ham.runs(Place::Server, "account add", &[("environment", "paper"), ("name", "second")]).await;
    form.modal().await.unwrap().custom_id
}

#[tokio::test(flavor = "multi_thread")]
async fn every_odd_form_has_its_answer_and_stores_nothing() {
    let mut town = Town::open().await;
    let (ham, mara) = (town.friend("ham"), town.friend("mara"));
    mara.links(Environment::Paper).await;
    let mut watch = Watch::on(&town, "modals");
    for (case, components, says) in catalogue(&ham) {
        let form = open(&ham).await;
        let answer = ham.user.submit_raw(Place::Server, &form, &components).within(PATIENCE).reply().await;
        watch.answer(case, &answer.unwrap_or_else(|missed| panic!("{case}: {missed}")), says);
    }
    let good = pair(&ham.paper.key_id, &ham.paper.secret);
    let id = "0123456789abcdef0123456789abcdef";
    for (case, custom_id, says) in [
        ("unknown form", format!("v1:form:{id}"), GONE),
        ("a card's id", format!("v1:confirm:{id}"), NOT_OURS),
        ("no id of ours", "hello".to_owned(), NOT_OURS),
        ("an old version", format!("v0:form:{id}"), "Too old or too new"),
    ] {
        let answer = ham.user.submit_raw(Place::Server, &custom_id, &good).within(PATIENCE).reply().await.unwrap();
        watch.answer(case, &answer, says);
    }
    let form = open(&ham).await;
    let answer = mara.user.submit_raw(Place::Server, &form, &good).within(PATIENCE).reply().await.unwrap();
    watch.answer("another user's form", &answer, GONE);
    let form = open(&ham).await;
    town.until_sql("select (count(*) > 0)::text from app.forms where expires_at > now()", "true").await;
    town.db.as_superuser("update app.forms set opened_at = opened_at - interval '16 minutes', expires_at = expires_at - interval '16 minutes'").await;
    let answer = ham.user.submit_raw(Place::Server, &form, &good).within(PATIENCE).reply().await.unwrap();
    watch.answer("after fifteen minutes", &answer, GONE);
    let stored = town.db.as_superuser("select count(*)::text from app.accounts").await;
    assert_eq!(stored, vec![vec![Some("1".to_owned())]], "only mara's account is there");

    // A form that was open while the bot was restarted still works, once.
    let form = open(&ham).await;
    town.until_sql("select (count(*) > 0)::text from app.forms where expires_at > now()", "true").await;
    town.restart().await;
    let answer = ham.user.submit_raw(Place::Server, &form, &good).within(PATIENCE).reply().await.unwrap();
    watch.answer("a session that the bot forgot", &answer, "second");
    let answer = ham.user.submit_raw(Place::Server, &form, &good).within(PATIENCE).reply().await.unwrap();
    watch.answer("submitted twice", &answer, GONE);
    watch.verdict(&mut town, &mara).await;
}

/// serenity 0.12.5 reads action rows only. A form of the newer shape is none of ours; it must not do more than stay silent.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_the_newer_shape_is_not_answered_and_its_secret_is_nowhere() {
    let mut town = Town::open().await;
    let (ham, mara) = (town.friend("ham"), town.friend("mara"));
    mara.links(Environment::Paper).await;
    let mut watch = Watch::on(&town, "modal_labels");
    let form = open(&ham).await;
    let labels = json!([
        {"type": 18, "id": 1, "component": input("key_id", json!(ham.paper.key_id))},
        {"type": 18, "id": 2, "component": input("secret", json!(ham.paper.secret))},
    ]);
    let answer = ham.user.submit_raw(Place::Server, &form, &labels).within(PATIENCE).reply().await;
    let silent =
        matches!(&answer, Err(Missed::NotResponding)) || answer.is_ok_and(|told| told.text().contains(MISSING));
    watch.note("labels", silent, "something else", "silence, or that the fields are missing");
    watch.note("labels in the log", !town.log().contains(&ham.paper.secret), "the secret", "no secret in the log");
    watch.verdict(&mut town, &mara).await;
}
