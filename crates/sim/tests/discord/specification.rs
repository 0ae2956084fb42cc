//! What the simulated Discord answers, judged by Discord's OpenAPI document.

#[expect(dead_code, reason = "the exchange's test uses all of it")]
#[path = "../specification/book.rs"]
mod book;

use crate::kit::{Stage, button, modal, row};
use book::{Book, Quirk, folder, unexplained};
use serde_json::{Value, json};

/// Where the document and what is known of the service differ.
const QUIRKS: &[Quirk] = &[
    Quirk {
        of: "",
        complaint: "/errors",
        reason: "the document has numbers for the codes inside `errors`; Discord sends words such as BASE_TYPE_MAX_LENGTH",
    },
    Quirk {
        of: "POST /interactions/{interaction_id}/{interaction_token}/callback",
        complaint: "/resource {\"type\":",
        reason: "the document knows a resource of messages and activities only; the reference's text also of forms and \
                 deferrals, with nothing but their type",
    },
];

/// What was asked, and the answer.
type Asked = (&'static str, String, u16, Value);

struct Round {
    stage: Stage,
    asked: Vec<Asked>,
}

impl Round {
    async fn ask(&mut self, method: &'static str, path: &str, body: Value) -> Value {
        let answer = self.stage.bot(method, path, body).await;
        self.asked.push((method, path.split('?').next().unwrap().to_owned(), answer.status, answer.body.clone()));
        answer.body
    }

    async fn about_itself(&mut self) {
        for path in ["/gateway", "/gateway/bot", "/users/@me", "/applications/@me", "/oauth2/applications/@me"] {
            self.ask("GET", path, Value::Null).await;
        }
        let (guild, ham) = (self.stage.discord.guild_id(), self.stage.ham.id());
        for path in
            [format!("/users/{ham}"), "/users/1".to_owned(), format!("/guilds/{guild}"), "/channels/1".to_owned()]
        {
            self.ask("GET", &path, Value::Null).await;
        }
    }

    async fn commands(&mut self) {
        let path = format!("/applications/{}/commands", self.stage.discord.application_id());
        self.ask("PUT", &path, crate::kit::commands()).await;
        self.ask("GET", &path, Value::Null).await;
        let made = self.ask("POST", &path, json!({"name": "one", "description": "d"})).await;
        let one = format!("{path}/{}", made["id"].as_str().unwrap());
        self.ask("GET", &one, Value::Null).await;
        self.ask("PATCH", &one, json!({"description": "e"})).await;
        self.ask("POST", &path, json!({"name": "No!", "description": "d"})).await;
        self.ask("DELETE", &one, Value::Null).await;
    }

    async fn messages(&mut self) {
        let path = format!("/channels/{}/messages", self.stage.discord.channel_id());
        let select = json!({"type": 3, "custom_id": "s", "options": [{"label": "l", "value": "v"}]});
        let embed = json!({"title": "t", "color": 5, "fields": [{"name": "n", "value": "v"}], "footer": {"text": "f"}});
        let card = json!({"content": "c", "embeds": [embed], "components": [row(&json!([button("b", "B")])), row(&json!([select]))]});
        let made = self.ask("POST", &path, card).await;
        let one = format!("{path}/{}", made["id"].as_str().unwrap());
        self.ask("PATCH", &one, json!({"content": "x"})).await;
        self.ask("GET", &one, Value::Null).await;
        self.ask("GET", &path, Value::Null).await;
        self.ask("POST", &path, json!({"content": "x".repeat(2001)})).await;
        self.ask("DELETE", &one, Value::Null).await;
        let ham = self.stage.ham.id().to_string();
        self.ask("POST", "/users/@me/channels", json!({"recipient_id": ham})).await;
        self.ask("POST", "/users/@me/channels", json!({"recipient_id": "1"})).await;
    }

    async fn interactions(&mut self) {
        let bare = json!({"type": 4, "data": {"content": "c", "flags": 64}});
        for answer in [bare.clone(), json!({"type": 5}), json!({"type": 9, "data": modal()})] {
            let act = self.stage.buy().await;
            let path = format!("/interactions/{}/{}/callback?with_response=true", act.id, act.token);
            self.ask("POST", &path, answer).await;
        }
        let act = self.stage.buy().await;
        let callback = format!("/interactions/{}/{}/callback", act.id, act.token);
        self.ask("POST", &callback, bare.clone()).await;
        self.ask("POST", &callback, bare).await;
        let hook = self.stage.hook(&act, "");
        let made = self.ask("POST", &hook, json!({"content": "more"})).await;
        for message in ["@original", made["id"].as_str().unwrap()] {
            let path = format!("{hook}/messages/{message}");
            self.ask("GET", &path, Value::Null).await;
            self.ask("PATCH", &path, json!({"content": "changed"})).await;
            self.ask("DELETE", &path, Value::Null).await;
        }
    }
}

#[tokio::test]
async fn every_answer_is_as_discords_document_says() {
    let Some(folder) = folder("the simulated Discord's answers against Discord's document") else { return };
    let book = Book::open(&folder, "discord-openapi.json");
    let mut round = Round { stage: Stage::set().await, asked: Vec::new() };
    round.about_itself().await;
    round.commands().await;
    round.messages().await;
    round.interactions().await;
    let (mut used, mut wrong) = (vec![0; QUIRKS.len()], Vec::new());
    for (method, path, status, body) in &round.asked {
        let Some(operation) = book.find(method, path) else {
            wrong.push(format!("{method} {path} is not in the document"));
            continue;
        };
        let bytes = if *body == json!("") { Vec::new() } else { body.to_string().into_bytes() };
        let name = format!("{method} {}", operation.template);
        wrong.extend(unexplained(QUIRKS, &mut used, &name, operation.judge_answer(*status, &bytes)));
    }
    println!("PROMISE discord-answers cases={} violations={} quirks={used:?}", round.asked.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(round.asked.len() > 35 && used.iter().all(|times| *times > 0), "the round was made: {used:?}");
}
