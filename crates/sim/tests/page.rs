//! The demo page's server, over a real socket.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use serde_json::{Value, json};
use sim::clock::WorldClock;
use sim::discord::Place;
use sim::page::{self, PageServer};
use sim::world::{World, WorldSetup};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(10);

/// An answer: status, head in lower case, body.
struct Heard {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Heard {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }
}

async fn open(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    let given: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let head =
        format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {length}\r\n{}\r\n", given.concat());
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream.write_all(body).await.expect("sent");
    stream
}

async fn ask(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Heard {
    let mut stream = open(port, method, path, headers, body).await;
    let mut bytes = Vec::new();
    timeout(DEADLINE, stream.read_to_end(&mut bytes)).await.expect("in time").expect("an answer");
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let status = head.split_whitespace().nth(1).and_then(|code| code.parse().ok()).expect("a status");
    Heard { status, head, body: bytes[end + 4..].to_vec() }
}

struct Stage {
    world: World,
    page: PageServer,
    home: String,
}

impl Stage {
    async fn set() -> Self {
        let start = "2026-11-23T17:00:00Z".parse().expect("moment");
        let world = World::start(WorldSetup::seeded(11, WorldClock::frozen_at(start))).await.expect("a world");
        let page = page::serve(0, &world, None).await.expect("a page");
        let home = format!("127.0.0.1:{}", page.port());
        Self { world, page, home }
    }

    async fn get(&self, path: &str) -> Heard {
        ask(self.page.port(), "GET", path, &[("host", &self.home)], b"").await
    }

    async fn act(&self, user: &str, deed: &str) -> Heard {
        let origin = format!("http://{}", self.home);
        let headers = [("host", self.home.as_str()), ("origin", &origin), ("content-type", "application/json")];
        ask(self.page.port(), "POST", &format!("/api/act/{user}"), &headers, deed.as_bytes()).await
    }

    /// A request of the bot.
    async fn bot(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Heard {
        let base = self.world.discord.api_base();
        let port = base.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("a port");
        let token = format!("Bot {}", self.world.discord.token());
        let headers =
            [("host", "127.0.0.1"), ("user-agent", "t"), ("authorization", token.as_str()), ("content-type", kind)];
        let heard = ask(port, method, &format!("/api/v10{path}"), &headers, body).await;
        assert!(heard.status < 300, "{method} {path}: {}", heard.text());
        heard
    }

    async fn bot_json(&self, method: &str, path: &str, body: Value) -> Heard {
        self.bot(method, path, "application/json", body.to_string().as_bytes()).await
    }

    async fn register(&self) {
        let symbol = json!({"type": 3, "name": "symbol", "description": "Ticker", "required": true});
        let buy = json!([{"name": "buy", "description": "Buy shares", "options": [symbol]}]);
        self.bot_json("PUT", &format!("/applications/{}/commands", self.world.discord.application_id()), buy).await;
    }

    async fn say(&self, content: &str) {
        let path = format!("/channels/{}/messages", self.world.discord.channel_id());
        self.bot_json("POST", &path, json!({"content": content})).await;
    }
}

#[tokio::test]
async fn the_page_answers_to_its_own_name_and_its_own_scripts_only() {
    let stage = Stage::set().await;
    let port = stage.page.port();
    let ours = stage.home.clone();
    let localhost = format!("localhost:{port}");
    let cases: [(&str, Option<String>, u16); 8] = [
        (&ours, None, 200),
        (&localhost, None, 200),
        (&ours, Some(format!("http://{localhost}")), 200),
        ("attacker.example", None, 403),
        ("127.0.0.1:1", None, 403),
        (&ours, Some("https://attacker.example".to_owned()), 403),
        (&ours, Some("null".to_owned()), 403),
        (&ours, Some(format!("http://{ours}.attacker.example")), 403),
    ];
    for (host, origin, wanted) in cases {
        for path in ["/", "/api/accounts/ham", "/api/events"] {
            let mut headers = vec![("host", host)];
            headers.extend(origin.as_deref().map(|origin| ("origin", origin)));
            if wanted == 200 && path == "/api/events" {
                continue; // It would not end; another test reads it.
            }
            let heard = ask(port, "GET", path, &headers, b"").await;
            assert_eq!(heard.status, wanted, "{host} {origin:?} {path}");
            assert_eq!(heard.text().contains("secret"), wanted == 200 && path.starts_with("/api"), "{host} {path}");
            assert!(!heard.head.contains("access-control-allow-origin"), "{}", heard.head);
        }
    }
}

#[tokio::test]
async fn the_page_is_whole_and_asks_nothing_of_the_outside() {
    let stage = Stage::set().await;
    let index = stage.get("/").await;
    assert_eq!(index.status, 200);
    assert!(index.head.contains("content-security-policy: default-src 'self'"), "{}", index.head);
    let quoted = |text: &str| text.split('"').skip(1).step_by(2).map(ToOwned::to_owned).collect::<Vec<_>>();
    let is_file = |name: &String| [".js", ".css", ".svg"].iter().any(|ending| name.ends_with(ending));
    let mut waiting: Vec<String> = quoted(index.text()).into_iter().filter(is_file).collect();
    let mut seen = Vec::new();
    while let Some(path) = waiting.pop() {
        if seen.contains(&path) {
            continue;
        }
        let file = stage.get(&path).await;
        assert_eq!(file.status, 200, "{path}");
        assert!(!file.text().contains("innerHTML"), "{path} parses text as HTML");
        assert!(!file.text().contains("@import") && !file.text().contains("url("), "{path} fetches something");
        let imports = file.text().lines().filter(|line| line.starts_with("import ") || line.starts_with("} from"));
        waiting.extend(imports.flat_map(quoted).filter(is_file).map(|name| name.replacen("./", "/", 1)));
        seen.push(path);
    }
    assert!(seen.len() > 15, "{seen:?}");
    assert_eq!(stage.get("/../Cargo.toml").await.status, 404);
}

#[tokio::test]
async fn each_friend_sees_their_own_screen() {
    let stage = Stage::set().await;
    stage.register().await;
    stage.say("good morning").await;
    let ham = stage.world.friend("ham").expect("Ham");
    let act = ham.user.run(Place::Server, "buy", &[("symbol", "AAPL")]).await.expect("run");
    let path = format!("/interactions/{}/{}/callback", act.id, act.token);
    stage.bot_json("POST", &path, json!({"type": 4, "data": {"content": "for Ham only", "flags": 64}})).await;

    let screen = stage.get("/api/state/ham/server").await.json();
    let contents = |screen: &Value| -> Vec<String> {
        let messages = screen["messages"].as_array().expect("messages").iter();
        messages.map(|message| message["content"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(contents(&screen), ["good morning", "for Ham only"]);
    assert_eq!(screen["messages"][1]["ephemeral"], true);
    assert_eq!(screen["messages"][1]["interaction"], json!({"name": "buy", "user": "Ham"}));
    assert_eq!(
        (&screen["user"], &screen["place"], &screen["online"]),
        (&json!("ham"), &json!("server"), &json!(false))
    );
    assert_eq!(screen["now"], json!(stage.world.clock.now().timestamp_millis()));
    assert_eq!(contents(&stage.get("/api/state/mara/server").await.json()), ["good morning"]);
    assert_eq!(contents(&stage.get("/api/state/ham/dm").await.json()), Vec::<String>::new());
}

#[tokio::test]
async fn a_long_channel_shows_its_latest_hundred() {
    let stage = Stage::set().await;
    for number in 1..=103 {
        stage.say(&format!("line {number}")).await;
    }
    let screen = stage.get("/api/state/mara/server").await.json();
    let messages = screen["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 100);
    assert_eq!(messages[0]["content"], "line 4");
    assert_eq!(messages[99]["content"], "line 103");
}

#[tokio::test]
async fn an_act_that_cannot_be_done_says_why() {
    let stage = Stage::set().await;
    stage.register().await;
    let cases = [
        ("ham", r#"{"do":"run","place":"server","command":"nope"}"#, 422, "there is no command /nope here"),
        ("ham", r#"{"do":"run","place":"server","command":"buy"}"#, 422, "the option symbol must be given"),
        ("ham", r#"{"do":"press","message":"1","custom_id":"x"}"#, 422, "that message is not on the screen"),
        ("ham", r#"{"do":"submit","modal":"1","values":{}}"#, 422, "that modal is not on the screen"),
        ("ham", r#"{"do":"fly"}"#, 400, "not understood"),
        ("ham", "{", 400, "not understood"),
        ("nobody", r#"{"do":"fly"}"#, 404, "there is no friend called nobody"),
    ];
    for (user, deed, status, why) in cases {
        let heard = stage.act(user, deed).await;
        assert_eq!(heard.status, status, "{deed}");
        let error = heard.json()["error"].as_str().expect("a reason").to_owned();
        assert!(error.starts_with(why), "{deed}: {error}");
    }
    let run = r#"{"do":"run","place":"dm","command":"buy","options":{"symbol":"AAPL"}}"#;
    let heard = stage.act("ham", run).await;
    assert_eq!(heard.status, 200);
    assert!(heard.json()["interaction"].as_str().is_some_and(|id| id.parse::<u64>().is_ok()), "{}", heard.text());
}

#[tokio::test]
async fn the_panel_shows_a_friends_own_accounts() {
    let stage = Stage::set().await;
    for friend in stage.world.friends() {
        let accounts = stage.get(&format!("/api/accounts/{}", friend.name)).await.json();
        for (environment, handle) in [("paper", &friend.paper), ("live", &friend.live)] {
            assert_eq!(accounts[environment]["key_id"], json!(handle.key_id));
            assert_eq!(accounts[environment]["secret"], json!(handle.secret));
            assert_eq!(accounts[environment]["environment"], environment);
        }
    }
    assert_eq!(stage.get("/api/accounts/nobody").await.status, 404);
}

#[tokio::test]
async fn a_file_is_shown_only_to_who_sees_its_message_and_never_runs() {
    let stage = Stage::set().await;
    stage.register().await;
    let ham = stage.world.friend("ham").expect("Ham");
    let act = ham.user.run(Place::Server, "buy", &[("symbol", "AAPL")]).await.expect("run");
    let answer = json!({"type": 4, "data": {"content": "files", "flags": 64, "attachments": [
        {"id": 0, "filename": "chart.png"}, {"id": 1, "filename": "page.html"},
    ]}});
    let part = |name: &str, file: &str, body: &str| {
        format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n{body}\r\n")
    };
    let body = [
        part("payload_json", "", &answer.to_string()),
        part("files[0]", "; filename=\"chart.png\"", "picture"),
        part("files[1]", "; filename=\"page.html\"", "<script>alert(1)</script>"),
        "--edge--\r\n".to_owned(),
    ];
    let path = format!("/interactions/{}/{}/callback", act.id, act.token);
    stage.bot("POST", &path, "multipart/form-data; boundary=edge", body.concat().as_bytes()).await;
    let message = ham.user.sees(Place::Server)[0].id;

    let picture = stage.get(&format!("/api/file/ham/{message}/chart.png?place=server")).await;
    assert_eq!((picture.status, picture.text()), (200, "picture"));
    assert!(picture.head.contains("content-type: image/png"), "{}", picture.head);
    let page = stage.get(&format!("/api/file/ham/{message}/page.html?place=server")).await;
    assert_eq!(page.status, 200);
    assert!(page.head.contains("content-type: application/octet-stream"), "{}", page.head);
    assert!(page.head.contains("x-content-type-options: nosniff"), "{}", page.head);
    for elsewhere in ["mara", "nobody"] {
        let path = format!("/api/file/{elsewhere}/{message}/chart.png?place=server");
        assert_eq!(stage.get(&path).await.status, 404, "{elsewhere}");
    }
}

#[tokio::test]
async fn troubles_are_switched_on_and_off_and_leave_nothing_behind() {
    let stage = Stage::set().await;
    let origin = format!("http://{}", stage.home);
    let switch = async |trouble: &str, on: bool| {
        let headers = [("host", stage.home.as_str()), ("origin", &origin), ("content-type", "application/json")];
        let body = json!({"on": on}).to_string();
        ask(stage.page.port(), "POST", &format!("/api/troubles/{trouble}"), &headers, body.as_bytes()).await
    };
    let on = |heard: &Heard| -> Vec<String> {
        let all = heard.json()["troubles"].as_array().expect("troubles").clone();
        let on = all.into_iter().filter(|one| one["on"] == json!(true));
        on.map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
    };
    let floor = stage.world.exchange.floor();
    let before = stage.get("/api/troubles").await;
    assert_eq!(before.json()["troubles"].as_array().map(Vec::len), Some(5), "there is no database to pause here");
    assert_eq!(on(&switch("exchange_slow", true).await), ["exchange_slow"]);
    assert_eq!(on(&switch("lost_answer", true).await), ["lost_answer", "exchange_slow"]);
    assert_eq!(floor.faults_waiting(), 2);
    assert_eq!(on(&switch("exchange_slow", false).await), ["lost_answer"], "the other one stays");
    assert_eq!(on(&switch("gateway_drop", true).await), ["lost_answer"], "that is over at once");
    assert!(on(&switch("lost_answer", false).await).is_empty());
    assert_eq!(floor.faults_waiting(), 0);
    let paper = stage.world.exchange.origins().paper.clone();
    let paper = paper.trim_start_matches("http://");
    let answers = async || {
        let mut socket = TcpStream::connect(paper).await.ok()?;
        socket.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.ok()?;
        let mut heard = Vec::new();
        socket.read_to_end(&mut heard).await.ok().filter(|count| *count > 0)
    };
    switch("exchange_down", true).await;
    assert_eq!(answers().await, None);
    switch("exchange_down", false).await;
    assert!(answers().await.is_some());
    assert_eq!(switch("no_such_trouble", true).await.status, 400);
}

#[tokio::test]
async fn the_stream_tells_of_a_message_and_ends_with_the_page() {
    let stage = Stage::set().await;
    let mut stream = open(stage.page.port(), "GET", "/api/events", &[("host", &stage.home)], b"").await;
    let mut heard = String::new();
    let mut buffer = [0; 4096];
    let mut spoken = false;
    while !heard.contains(r#""what":"created""#) {
        let count = timeout(DEADLINE, stream.read(&mut buffer)).await.expect("in time").expect("a stream");
        assert_ne!(count, 0, "the stream ended early: {heard}");
        heard.push_str(&String::from_utf8_lossy(&buffer[..count]));
        if !spoken && heard.contains("\r\n\r\n") {
            spoken = true;
            stage.say("news").await;
        }
    }
    assert!(heard.contains("text/event-stream"), "{heard}");
    assert!(heard.contains(r#""user":"ham""#) && heard.contains(r#""place":"server""#), "{heard}");
    let Stage { page, .. } = stage;
    drop(page);
    let rest = timeout(DEADLINE, stream.read_to_end(&mut Vec::new())).await;
    assert!(rest.is_ok(), "the stream outlived the page");
}
