//! Command registration.

use crate::kit::{Stage, commands};
use serde_json::{Value, json};

fn slash(name: &str) -> Value {
    json!({"name": name, "description": "D"})
}

fn with_options(options: &Value) -> Value {
    json!([{"name": "a", "description": "D", "options": options}])
}

fn opt(kind: u64, extra: &Value) -> Value {
    let mut option = json!({"type": kind, "name": "o", "description": "D"});
    for (key, value) in extra.as_object().unwrap() {
        option[key] = value.clone();
    }
    option
}

fn many(count: usize, of: impl Fn(usize) -> Value) -> Value {
    (0..count).map(of).collect()
}

fn wrong() -> Vec<(&'static str, Value, &'static str)> {
    let sub = |inner: Value| json!({"type": 1, "name": "s", "description": "D", "options": inner});
    let group = |inner: Value| json!({"type": 2, "name": "g", "description": "D", "options": inner});
    let named = |n: usize| json!({"type": 3, "name": format!("o{n}"), "description": "D"});
    let choices = |count| many(count, |n| json!({"name": n.to_string(), "value": "v"}));
    let long = many(25, |n| json!({"name": format!("{n}{}", "n".repeat(90)), "value": "v".repeat(100)}));
    vec![
        ("upper case", json!([slash("Buy")]), "/0/name"),
        ("blank in a name", json!([slash("buy now")]), "/0/name"),
        ("33 characters", json!([slash(&"a".repeat(33))]), "/0/name"),
        ("no name", json!([{"description": "D"}]), "/0/name"),
        ("no description", json!([{"name": "a"}]), "/0/description"),
        ("long description", json!([{"name": "a", "description": "d".repeat(101)}]), "/0/description"),
        ("a description on a menu command", json!([{"name": "A", "type": 2, "description": "D"}]), "/0/description"),
        ("same name twice", json!([slash("a"), slash("a")]), "/1/name"),
        ("context", json!([{"name": "a", "description": "D", "contexts": [3]}]), "/0/contexts/0"),
        (
            "locale",
            json!([{"name": "a", "description": "D", "name_localizations": {"xx": "b"}}]),
            "/0/name_localizations/xx",
        ),
        ("26 options", with_options(&many(26, named)), "/0/options"),
        ("option name twice", with_options(&json!([named(1), named(1)])), "/0/options/1/name"),
        ("option without description", with_options(&json!([{"type": 3, "name": "o"}])), "/0/options/0/description"),
        (
            "required after optional",
            with_options(&json!([named(1), opt(3, &json!({"required": true}))])),
            "/0/options/1",
        ),
        ("unknown type", with_options(&json!([opt(12, &json!({}))])), "/0/options/0/type"),
        ("26 choices", with_options(&json!([opt(3, &json!({"choices": choices(26)}))])), "/0/options/0/choices"),
        (
            "long choice",
            with_options(&json!([opt(3, &json!({"choices": [{"name": "c", "value": "v".repeat(101)}]}))])),
            "/0/options/0/choices/0/value",
        ),
        (
            "choice of another type",
            with_options(&json!([opt(4, &json!({"choices": [{"name": "c", "value": "x"}]}))])),
            "/0/options/0/choices/0/value",
        ),
        (
            "choices and autocomplete",
            with_options(&json!([opt(3, &json!({"autocomplete": true, "choices": choices(1)}))])),
            "/0/options/0/autocomplete",
        ),
        ("length", with_options(&json!([opt(3, &json!({"max_length": 6001}))])), "/0/options/0/max_length"),
        (
            "value beyond 2^53",
            with_options(&json!([opt(4, &json!({"max_value": 9_007_199_254_740_992_i64}))])),
            "/0/options/0/max_value",
        ),
        ("value beside a subcommand", with_options(&json!([sub(json!([])), named(1)])), "/0/options"),
        (
            "subcommand in a subcommand",
            with_options(&json!([sub(json!([sub(json!([]))]))])),
            "/0/options/0/options/0/type",
        ),
        ("group in a group", with_options(&json!([group(json!([group(json!([]))]))])), "/0/options/0/options/0/type"),
        ("value in a group", with_options(&json!([group(json!([named(1)]))])), "/0/options/0/options/0/type"),
        (
            "8000 characters",
            with_options(&many(2, |n| {
                let mut o = named(n);
                o["choices"] = long.clone();
                o
            })),
            "/0",
        ),
    ]
}

#[tokio::test]
async fn commands_discord_would_refuse_are_refused_and_leave_the_old_ones() {
    let stage = Stage::set().await;
    let path = format!("/applications/{}/commands", stage.discord.application_id());
    let before = stage.discord.commands_json();
    for (what, body, place) in wrong() {
        let answer = stage.bot("PUT", &path, body).await;
        answer.refused(400, 50_035);
        let listed = answer.body.pointer(&format!("/errors{place}/_errors/0/code"));
        assert!(listed.is_some_and(Value::is_string), "{what}: nothing at {place} in {}", answer.body);
    }
    stage.bot("PUT", &path, many(101, |n| slash(&format!("c{n}")))).await.refused(400, 50_035);
    assert_eq!(stage.discord.commands_json(), before);
    assert_eq!(stage.bot("PUT", &path, many(100, |n| slash(&format!("c{n}")))).await.status, 200);
}

#[tokio::test]
async fn names_in_any_script_are_taken() {
    let stage = Stage::set().await;
    let path = format!("/applications/{}/commands", stage.discord.application_id());
    let names = ["buy_now", "kauf-es", "käufe", "купить", "買う", "l'ordre", "9"];
    let body: Value = names.iter().map(|name| slash(name)).collect();
    let answer = stage.bot("PUT", &path, body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn registering_again_keeps_ids_and_gives_a_new_version_only_to_what_changed() {
    let stage = Stage::set().await;
    let path = format!("/applications/{}/commands", stage.discord.application_id());
    let first = stage.bot("GET", &path, Value::Null).await.body;
    let mut changed = commands();
    changed[0]["description"] = json!("Buy something");
    let second = stage.bot("PUT", &path, changed).await.body;
    assert_eq!((&first[0]["id"], &first[1]["id"]), (&second[0]["id"], &second[1]["id"]));
    assert_ne!(first[0]["version"], second[0]["version"]);
    assert_eq!(first[1]["version"], second[1]["version"]);
    for field in ["id", "application_id", "version", "type", "description"] {
        assert!(!second[0][field].is_null(), "{field}");
    }
    stage.bot("GET", "/applications/1/commands", Value::Null).await.refused(404, 10_002);
}

#[tokio::test]
async fn what_an_option_leaves_open_is_not_stored() {
    let stage = Stage::set().await;
    let path = format!("/applications/{}/commands", stage.discord.application_id());
    let open = json!({
        "type": 3, "name": "s", "description": "d", "required": false, "autocomplete": false, "choices": [],
        "max_length": null, "channel_types": [],
    });
    let sub = json!({"type": 1, "name": "sub", "description": "d", "options": [open], "required": false});
    let wanted = json!([{"name": "one", "description": "d", "options": [sub], "contexts": null}]);
    let stored = stage.bot("PUT", &path, wanted).await.body;
    assert_eq!(
        stored[0]["options"],
        json!([{"type": 1, "name": "sub", "description": "d",
                "options": [{"type": 3, "name": "s", "description": "d"}]}])
    );
}

#[tokio::test]
async fn the_servers_own_commands_are_kept_apart() {
    let stage = Stage::set().await;
    let app = format!("/applications/{}", stage.discord.application_id());
    let path = format!("{app}/guilds/{}/commands", stage.discord.guild_id());
    assert_eq!(stage.bot("PUT", &path, json!([slash("here")])).await.status, 200);
    assert_eq!(
        stage.bot("GET", &path, Value::Null).await.body[0]["guild_id"],
        json!(stage.discord.guild_id().to_string())
    );
    assert_eq!(stage.bot("GET", &format!("{app}/commands"), Value::Null).await.body.as_array().unwrap().len(), 2);
    assert!(stage.ham.run(sim::discord::Place::Server, "here", &[]).await.is_ok());
    assert!(stage.ham.run(sim::discord::Place::Dm, "here", &[]).await.is_err());
    stage.bot("PUT", &format!("{app}/guilds/1/commands"), json!([])).await.refused(404, 10_004);
}
