//! Every limit of a message, a modal and a list of choices: just right is taken, one more is refused at its place.

use crate::kit::{Answer, Stage, button, modal, row};
use serde_json::{Value, json};

fn x(length: usize) -> String {
    "x".repeat(length)
}

fn many(count: usize, of: impl Fn(usize) -> Value) -> Value {
    (0..count).map(of).collect()
}

fn embed(part: &str, value: Value) -> Value {
    let mut embed = json!({"description": "d"});
    embed[part] = value;
    json!({"embeds": [embed]})
}

fn component(part: &Value) -> Value {
    json!({"components": [row(&json!([part]))]})
}

fn with(mut base: Value, field: &str, value: Value) -> Value {
    base[field] = value;
    base
}

fn select(options: usize) -> Value {
    let options = many(options, |n| json!({"label": format!("L{n}"), "value": format!("V{n}")}));
    json!({"type": 3, "custom_id": "s", "options": options})
}

fn chosen(options: usize) -> Value {
    many(options, |n| json!({"label": format!("L{n}"), "value": format!("V{n}"), "default": true}))
}

fn option(field: &str, value: &str) -> Value {
    let mut option = json!({"label": "L", "value": "V"});
    option[field] = json!(value);
    component(&json!({"type": 3, "custom_id": "s", "options": [option]}))
}

/// What, a body that is just right, a body that is one too much, where Discord points.
type Case = (&'static str, Value, Value, &'static str);

fn texts() -> Vec<Case> {
    let field = |n, v| embed("fields", json!([{"name": x(n), "value": x(v)}]));
    let texts = |length: usize| json!({"embeds": [{"description": x(4000)}, {"description": x(length)}]});
    vec![
        ("content", json!({"content": x(2000)}), json!({"content": x(2001)}), "/content"),
        ("content counts characters", json!({"content": "ß".repeat(2000)}), json!({"content": 7}), "/content"),
        (
            "embeds",
            json!({"embeds": many(10, |_| json!({"title": "t"}))}),
            json!({"embeds": many(11, |_| json!({"title": "t"}))}),
            "/embeds",
        ),
        ("title", embed("title", json!(x(256))), embed("title", json!(x(257))), "/embeds/0/title"),
        (
            "description",
            embed("description", json!(x(4096))),
            embed("description", json!(x(4097))),
            "/embeds/0/description",
        ),
        (
            "fields",
            embed("fields", many(25, |_| json!({"name": "n", "value": "v"}))),
            embed("fields", many(26, |_| json!({"name": "n", "value": "v"}))),
            "/embeds/0/fields",
        ),
        ("field name", field(256, 1), field(257, 1), "/embeds/0/fields/0/name"),
        ("field value", field(1, 1024), field(1, 1025), "/embeds/0/fields/0/value"),
        ("field value empty", field(1, 1), field(1, 0), "/embeds/0/fields/0/value"),
        (
            "footer",
            embed("footer", json!({"text": x(2048)})),
            embed("footer", json!({"text": x(2049)})),
            "/embeds/0/footer/text",
        ),
        (
            "author",
            embed("author", json!({"name": x(256)})),
            embed("author", json!({"name": x(257)})),
            "/embeds/0/author/name",
        ),
        ("all texts", texts(2000), texts(2001), "/embeds"),
        ("colour", embed("color", json!(0x00FF_FFFF)), embed("color", json!(0x0100_0000)), "/embeds/0/color"),
        (
            "timestamp",
            embed("timestamp", json!("2026-11-20T15:00:00Z")),
            embed("timestamp", json!("noon")),
            "/embeds/0/timestamp",
        ),
        ("embed url", embed("url", json!("https://x.y")), embed("url", json!("javascript://x")), "/embeds/0/url"),
    ]
}

fn buttons_and_rows() -> Vec<Case> {
    let buttons = |count| row(&many(count, |n| button(&format!("b{n}"), "B")));
    let link = |url: String| component(&json!({"type": 2, "style": 5, "label": "L", "url": url}));
    let plain = |field: &str, value: Value| component(&with(button("b", "B"), field, value));
    vec![
        (
            "rows",
            json!({"components": many(5, |n| row(&json!([button(&n.to_string(), "B")])))}),
            json!({"components": many(6, |n| row(&json!([button(&n.to_string(), "B")])))}),
            "/components",
        ),
        (
            "buttons",
            json!({"components": [buttons(5)]}),
            json!({"components": [buttons(6)]}),
            "/components/0/components",
        ),
        (
            "empty row",
            json!({"components": [buttons(1)]}),
            json!({"components": [buttons(0)]}),
            "/components/0/components",
        ),
        (
            "custom_id",
            component(&button(&x(100), "B")),
            component(&button(&x(101), "B")),
            "/components/0/components/0/custom_id",
        ),
        (
            "custom_id empty",
            component(&button("b", "B")),
            component(&button("", "B")),
            "/components/0/components/0/custom_id",
        ),
        (
            "custom_id unique",
            json!({"components": [row(&json!([button("a", "A"), button("b", "B")]))]}),
            json!({"components": [row(&json!([button("a", "A"), button("a", "B")]))]}),
            "/components/0/components/1/custom_id",
        ),
        ("label", component(&button("b", &x(80))), component(&button("b", &x(81))), "/components/0/components/0/label"),
        (
            "label or emoji",
            plain("emoji", json!({"name": "+"})),
            component(&json!({"type": 2, "style": 1, "custom_id": "b"})),
            "/components/0/components/0",
        ),
        ("style", plain("style", json!(4)), plain("style", json!(7)), "/components/0/components/0/style"),
        (
            "link",
            link(format!("https://{}", x(504))),
            link(format!("https://{}", x(505))),
            "/components/0/components/0/url",
        ),
        ("link scheme", link("https://x.y".into()), link("file://x".into()), "/components/0/components/0/url"),
        (
            "no url beside a custom_id",
            plain("disabled", json!(true)),
            plain("url", json!("https://x.y")),
            "/components/0/components/0/url",
        ),
        ("kind of a part", plain("type", json!(2)), plain("type", json!(4)), "/components/0/components/0/type"),
        (
            "kind of a row",
            component(&button("b", "B")),
            json!({"components": [button("b", "B")]}),
            "/components/0/type",
        ),
    ]
}

fn selects_mentions_and_layout() -> Vec<Case> {
    vec![
        ("options", component(&select(25)), component(&select(26)), "/components/0/components/0/options"),
        ("no options", component(&select(1)), component(&select(0)), "/components/0/components/0/options"),
        (
            "option label",
            option("label", &x(100)),
            option("label", &x(101)),
            "/components/0/components/0/options/0/label",
        ),
        (
            "option value",
            option("value", &x(100)),
            option("value", &x(101)),
            "/components/0/components/0/options/0/value",
        ),
        (
            "option description",
            option("description", &x(100)),
            option("description", &x(101)),
            "/components/0/components/0/options/0/description",
        ),
        (
            "placeholder",
            component(&with(select(1), "placeholder", json!(x(150)))),
            component(&with(select(1), "placeholder", json!(x(151)))),
            "/components/0/components/0/placeholder",
        ),
        (
            "max_values",
            component(&with(select(2), "max_values", json!(2))),
            component(&with(select(2), "max_values", json!(3))),
            "/components/0/components/0/max_values",
        ),
        (
            "chosen by default",
            component(&with(select(1), "options", chosen(1))),
            component(&with(select(1), "options", chosen(2))),
            "/components/0/components/0/options",
        ),
        (
            "a select alone in its row",
            component(&select(1)),
            json!({"components": [row(&json!([select(1), button("b", "B")]))]}),
            "/components/0/components",
        ),
        (
            "mentions",
            json!({"content": "c", "allowed_mentions": {"parse": ["users"]}}),
            json!({"content": "c", "allowed_mentions": {"parse": ["all"]}}),
            "/allowed_mentions/parse/0",
        ),
        (
            "mentions exclusive",
            json!({"content": "c", "allowed_mentions": {"users": ["1"]}}),
            json!({"content": "c", "allowed_mentions": {"users": ["1"], "parse": ["users"]}}),
            "/allowed_mentions",
        ),
        (
            "layout without content",
            json!({"flags": 32768, "components": [{"type": 10, "content": "t"}]}),
            json!({"flags": 32768, "content": "c", "components": [{"type": 10, "content": "t"}]}),
            "/content",
        ),
        (
            "layout size",
            json!({"flags": 32768, "components": many(40, |_| json!({"type": 14}))}),
            json!({"flags": 32768, "components": [{"type": 17, "components": many(40, |_| json!({"type": 14}))}]}),
            "/components",
        ),
        (
            "layout needs its flag",
            json!({"flags": 32768, "components": [{"type": 10, "content": "t"}]}),
            json!({"components": [{"type": 10, "content": "t"}]}),
            "/components/0/type",
        ),
    ]
}

fn modals() -> Vec<Case> {
    let input = |field: &str, value: Value| {
        let mut input = json!({"type": 4, "custom_id": "i", "label": "I", "style": 1});
        input[field] = value;
        with(modal(), "components", json!([row(&json!([input]))]))
    };
    let rows = |count| {
        let one = |n: usize| row(&json!([{"type": 4, "custom_id": n.to_string(), "label": "I", "style": 1}]));
        with(modal(), "components", many(count, one))
    };
    let label = |field: &str, value: Value| {
        let mut label = json!({"type": 18, "label": "L", "component": {"type": 4, "custom_id": "i", "style": 2}});
        label[field] = value;
        with(modal(), "components", json!([label]))
    };
    vec![
        ("title", with(modal(), "title", json!(x(45))), with(modal(), "title", json!(x(46))), "/title"),
        (
            "custom_id",
            with(modal(), "custom_id", json!(x(100))),
            with(modal(), "custom_id", json!(x(101))),
            "/custom_id",
        ),
        ("rows", rows(5), rows(6), "/components"),
        ("no rows", rows(1), rows(0), "/components"),
        ("input label", input("label", json!(x(45))), input("label", json!(x(46))), "/components/0/components/0/label"),
        (
            "input without label",
            input("label", json!("I")),
            input("label", Value::Null),
            "/components/0/components/0/label",
        ),
        (
            "input custom_id",
            input("custom_id", json!(x(100))),
            input("custom_id", json!(x(101))),
            "/components/0/components/0/custom_id",
        ),
        (
            "placeholder",
            input("placeholder", json!(x(100))),
            input("placeholder", json!(x(101))),
            "/components/0/components/0/placeholder",
        ),
        ("value", input("value", json!(x(4000))), input("value", json!(x(4001))), "/components/0/components/0/value"),
        (
            "min_length",
            input("min_length", json!(4000)),
            input("min_length", json!(4001)),
            "/components/0/components/0/min_length",
        ),
        (
            "max_length",
            input("max_length", json!(1)),
            input("max_length", json!(0)),
            "/components/0/components/0/max_length",
        ),
        ("style", input("style", json!(2)), input("style", json!(3)), "/components/0/components/0/style"),
        (
            "a button in a modal",
            rows(1),
            with(modal(), "components", json!([row(&json!([button("b", "B")]))])),
            "/components/0/components/0/type",
        ),
        ("label", label("label", json!(x(45))), label("label", json!(x(46))), "/components/0/label"),
        (
            "label description",
            label("description", json!(x(100))),
            label("description", json!(x(101))),
            "/components/0/description",
        ),
    ]
}

#[track_caller]
fn points_at(what: &str, answer: &Answer, place: &str) {
    assert_eq!((answer.status, &answer.body["code"]), (400, &json!(50_035)), "{what}: {answer:?}");
    let listed = answer.body.pointer(&format!("/errors/data{place}/_errors/0/code"));
    assert!(listed.is_some_and(Value::is_string), "{what}: nothing at {place} in {}", answer.body);
}

#[tokio::test]
async fn every_limit_of_a_message_is_taken_to_the_last_character_and_not_beyond() {
    let stage = Stage::set().await;
    for (what, right, wrong, place) in
        texts().into_iter().chain(buttons_and_rows()).chain(selects_mentions_and_layout())
    {
        let act = stage.buy().await;
        points_at(what, &stage.callback(&act, json!({"type": 4, "data": wrong})).await, place);
        let answer = stage.callback(&act, json!({"type": 4, "data": right})).await;
        assert_eq!(answer.status, 204, "{what}: {answer:?}");
    }
}

#[tokio::test]
async fn every_limit_of_a_modal_is_taken_to_the_last_character_and_not_beyond() {
    let stage = Stage::set().await;
    for (what, right, wrong, place) in modals() {
        let act = stage.buy().await;
        points_at(what, &stage.callback(&act, json!({"type": 9, "data": wrong})).await, place);
        let answer = stage.callback(&act, json!({"type": 9, "data": right})).await;
        assert_eq!(answer.status, 204, "{what}: {answer:?}");
    }
}

#[tokio::test]
async fn channel_messages_and_edits_have_the_same_limits() {
    let stage = Stage::set().await;
    let path = format!("/channels/{}/messages", stage.discord.channel_id());
    stage.bot("POST", &path, json!({"content": x(2001)})).await.refused(400, 50_035);
    let message = stage.bot("POST", &path, json!({"content": "c"})).await;
    let one = format!("{path}/{}", message.body["id"].as_str().unwrap());
    let answer = stage.bot("PATCH", &one, json!({"embeds": [{"title": x(257)}]})).await;
    assert!(answer.body["errors"]["embeds"]["0"]["title"]["_errors"].is_array(), "{answer:?}");
    stage.bot("PATCH", &one, json!({"content": ""})).await.refused(400, 50_006);
}
