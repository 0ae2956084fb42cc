#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use serde_json::{Value, json};
use serenity::all::{ApplicationId, HttpBuilder};
use std::collections::VecDeque;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const TOKEN: &str = "aW50ZXJhY3Rpb246Y2FuYXJ5";

/// What Discord was sent: method, path, body.
type Seen = Arc<Mutex<Vec<(String, String, Value)>>>;

/// A Discord that answers with the given statuses in turn, and with 204 after them.
async fn discord(statuses: &[(u16, &'static str)]) -> (Arc<Http>, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let seen = Seen::default();
    let statuses = Arc::new(Mutex::new(statuses.iter().copied().collect::<VecDeque<_>>()));
    tokio::spawn({
        let seen = Arc::clone(&seen);
        async move {
            while let Ok((socket, _)) = listener.accept().await {
                let status = statuses.lock().unwrap().pop_front().unwrap_or((204, ""));
                exchange(socket, status, &seen).await;
            }
        }
    });
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let http = HttpBuilder::new("bot-token")
        .client(client)
        .proxy(base)
        .ratelimiter_disabled(true)
        .application_id(ApplicationId::new(77));
    (Arc::new(http.build()), seen)
}

async fn exchange(mut socket: TcpStream, (status, body): (u16, &str), seen: &Seen) {
    let mut text = Vec::new();
    let (head, length) = loop {
        let mut chunk = [0; 4_096];
        let read = socket.read(&mut chunk).await.unwrap();
        text.extend_from_slice(&chunk[..read]);
        let so_far = String::from_utf8_lossy(&text).into_owned();
        if let Some(end) = so_far.find("\r\n\r\n") {
            let length = so_far[..end]
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase().strip_prefix("content-length: ").and_then(|n| n.parse().ok())
                })
                .unwrap_or(0);
            break (end + 4, length);
        }
    };
    while text.len() < head + length {
        let mut chunk = [0; 4_096];
        let read = socket.read(&mut chunk).await.unwrap();
        text.extend_from_slice(&chunk[..read]);
    }
    let line = String::from_utf8_lossy(&text[..head]).lines().next().unwrap().to_owned();
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let sent = serde_json::from_slice(&text[head..]).unwrap_or(Value::Null);
    seen.lock().unwrap().push((method, path, sent));
    let length = if status == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let answer =
        format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\n{length}\r\n{body}");
    socket.write_all(answer.as_bytes()).await.unwrap();
}

fn turn(http: &Arc<Http>, kind: Kind, guild: Option<u64>) -> Turn {
    Turn {
        http: Arc::clone(http),
        kind,
        id: serenity::all::InteractionId::new(5),
        token: TOKEN.into(),
        user: serenity::all::UserId::new(42),
        guild: guild.map(GuildId::new),
        message: None,
    }
}

fn hello() -> Reply {
    Reply::plain("Hello")
}

#[tokio::test]
async fn a_deferral_is_ephemeral_in_a_server_and_plain_in_a_direct_message() {
    for (kind, guild, expected) in [
        (Kind::Command, Some(9), json!([5, 64])),
        (Kind::Command, None, json!([5, 0])),
        (Kind::Form, Some(9), json!([5, 64])),
        (Kind::Press, Some(9), json!([6, null])),
    ] {
        let (http, seen) = discord(&[]).await;
        turn(&http, kind, guild).defer().await.unwrap();
        let seen = seen.lock().unwrap();
        let (method, path, body) = &seen[0];
        assert_eq!(
            (method.as_str(), path.as_str()),
            ("POST", format!("/api/v10/interactions/5/{TOKEN}/callback").as_str())
        );
        assert_eq!(json!([body["type"], body["data"]["flags"]]), expected, "{body}");
    }
}

#[tokio::test]
async fn after_a_deferral_the_first_answer_is_edited_and_never_followed_up() {
    let (http, seen) = discord(&[(200, "{}")]).await;
    turn(&http, Kind::Command, Some(9)).show(&hello()).await.unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1);
    let (method, path, body) = &seen[0];
    assert_eq!(
        (method.as_str(), path.as_str()),
        ("PATCH", format!("/api/v10/webhooks/77/{TOKEN}/messages/@original").as_str())
    );
    assert_eq!(body["allowed_mentions"]["parse"], json!([]));
    assert_eq!(body["embeds"][0]["title"], "Hello");
}

#[tokio::test]
async fn an_edit_is_tried_again_when_discord_stumbles_and_not_when_it_refuses() {
    let (http, seen) = discord(&[(503, "{}"), (429, "{}"), (200, "{}")]).await;
    turn(&http, Kind::Command, None).show(&hello()).await.unwrap();
    assert_eq!(seen.lock().unwrap().len(), 3);
    let (http, seen) = discord(&[(401, r#"{"code":50027,"message":"Invalid Webhook Token"}"#)]).await;
    let refused = turn(&http, Kind::Command, None).show(&hello()).await;
    assert_eq!(refused, Err(Unanswered::Refused { status: 401, code: 50_027 }));
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_mishap_is_told_whether_or_not_there_was_a_first_answer() {
    let (http, seen) = discord(&[(404, r#"{"code":10015,"message":"Unknown Webhook"}"#)]).await;
    turn(&http, Kind::Press, Some(9)).tell(&hello()).await.unwrap();
    let methods: Vec<_> = seen.lock().unwrap().iter().map(|(method, ..)| method.clone()).collect();
    assert_eq!(methods, ["PATCH", "POST"]);
}

#[tokio::test]
async fn a_remark_beside_the_message_is_ephemeral_and_sent_once() {
    let (http, seen) = discord(&[(500, "{}")]).await;
    assert!(turn(&http, Kind::Press, Some(9)).aside(&hello()).await.is_err());
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].2["flags"], 64);
}

#[tokio::test]
async fn what_is_logged_of_a_failure_holds_no_token() {
    let (refusing, _) = discord(&[(404, r#"{"code":10062,"message":"Unknown interaction"}"#)]).await;
    let refused = turn(&refusing, Kind::Command, None).defer().await.unwrap_err();
    assert_eq!(refused, Unanswered::Refused { status: 404, code: 10_062 });
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let gone =
        HttpBuilder::new("bot-token").client(client).proxy(format!("http://{unused}")).ratelimiter_disabled(true);
    let silent = turn(&Arc::new(gone.build()), Kind::Command, None).defer().await.unwrap_err();
    assert_eq!(silent, Unanswered::NoAnswer);
    for failure in [refused, silent, Unanswered::Unsendable] {
        let text = format!("{failure} {failure:?}");
        assert!(!text.contains(TOKEN) && !text.contains("bot-token") && !text.contains("http"), "{text}");
    }
}

#[test]
fn a_tenant_is_the_user_who_sent_the_interaction() {
    let http = Arc::new(Http::new("bot-token"));
    let turn = turn(&http, Kind::Press, Some(9));
    assert_eq!(turn.tenant().user(), UserId(42));
    assert_eq!(turn.interaction(), InteractionId(5));
    assert_eq!(turn.guild(), Some(9));
}
