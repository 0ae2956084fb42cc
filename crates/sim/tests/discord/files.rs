//! Files: uploaded, listed, shown in an embed, fetched, kept and dropped as on the real thing.

use crate::kit::{Answer, Stage, send};
use serde_json::{Value, json};
use sim::discord::{Act, MessageView};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The first bytes of a PNG that is three wide and two high.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02";

/// A multipart request: the JSON, and files by number, name and bytes.
async fn upload(stage: &Stage, method: &str, path: &str, json: &Value, files: &[(u32, &str, &[u8])]) -> Answer {
    let mut body = format!("--XX\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n\r\n{json}").into_bytes();
    for (index, name, bytes) in files {
        let head = format!(
            "\r\n--XX\r\nContent-Disposition: form-data; name=\"files[{index}]\"; filename=\"{name}\"\r\nContent-Type: a/b\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(*bytes);
    }
    body.extend(b"\r\n--XX--\r\n");
    let token = format!("Authorization: Bot {}\r\n", stage.discord.token());
    send(&stage.discord, method, path, &token, "multipart/form-data; boundary=XX", &body).await
}

async fn answered(stage: &Stage, data: Value, files: &[(u32, &str, &[u8])]) -> (Act, MessageView) {
    let act = stage.buy().await;
    let path = format!("/interactions/{}/{}/callback", act.id, act.token);
    let answer = upload(stage, "POST", &path, &json!({"type": 4, "data": data}), files).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    let message = act.reply().await.unwrap();
    (act, message)
}

/// What lies at a file's address: status, type and bytes.
async fn fetched(url: &Value) -> (u16, String, Vec<u8>) {
    let (host, path) = url.as_str().unwrap().trim_start_matches("http://").split_once('/').unwrap();
    let mut socket = TcpStream::connect(host).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut raw = Vec::new();
    socket.read_to_end(&mut raw).await.unwrap();
    let end = raw.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&raw[..end]).to_lowercase();
    let kind = head.lines().find_map(|line| line.strip_prefix("content-type: ")).unwrap_or_default().to_owned();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), kind, raw[end + 4..].to_vec())
}

#[tokio::test]
async fn a_file_arrives_can_be_fetched_and_goes_with_an_edit_that_lists_none() {
    let stage = Stage::set().await;
    let data = json!({"attachments": [{"id": 0, "filename": "a b.csv", "description": "fills"}]});
    let (act, message) = answered(&stage, data, &[(0, "a b.csv", b"a,b\r\n1,2")]).await;
    assert_eq!(&message.file("a_b.csv").unwrap().bytes[..], b"a,b\r\n1,2", "the name is tidied as Discord does");
    let listed = &message.raw["attachments"][0];
    assert_eq!((&listed["description"], &listed["content_type"]), (&json!("fills"), &json!("text/csv; charset=utf-8")));
    let url = &listed["url"];
    assert_eq!(fetched(url).await, (200, "text/csv; charset=utf-8".to_owned(), b"a,b\r\n1,2".to_vec()));
    let id = listed["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(stage.discord.file(id).map(|(name, _)| name).as_deref(), Some("a_b.csv"));

    let original = stage.hook(&act, "/messages/@original");
    let kept = stage.anyone("PATCH", &original, json!({"content": "kept"})).await;
    assert_eq!(kept.body["attachments"].as_array().unwrap().len(), 1);
    let listed = json!({"attachments": [{"id": id.to_string()}]});
    assert_eq!(stage.anyone("PATCH", &original, listed).await.body["attachments"].as_array().unwrap().len(), 1);
    let dropped = stage.anyone("PATCH", &original, json!({"content": "gone", "attachments": []})).await;
    assert_eq!(dropped.body["attachments"], json!([]));
    assert_eq!(fetched(url).await.0, 404, "the file went with it");
}

#[tokio::test]
async fn new_files_of_an_edit_replace_those_it_does_not_list() {
    let stage = Stage::set().await;
    let (act, before) = answered(&stage, json!({}), &[(0, "old.txt", b"old"), (1, "older.txt", b"older")]).await;
    let original = stage.hook(&act, "/messages/@original");
    let keep = &before.raw["attachments"][0]["id"];
    let names = |answer: &Answer| -> Vec<String> {
        let files = answer.body["attachments"].as_array().unwrap();
        files.iter().map(|file| file["filename"].as_str().unwrap().to_owned()).collect()
    };
    let json = json!({"attachments": [{"id": keep}, {"id": 0}]});
    let both = upload(&stage, "PATCH", &original, &json, &[(0, "new.txt", b"new")]).await;
    assert_eq!(names(&both), ["old.txt", "new.txt"]);
    let only = upload(&stage, "PATCH", &original, &json!({}), &[(0, "newest.txt", b"newest")]).await;
    assert_eq!(names(&only), ["newest.txt"], "without a list nothing is kept (API v10)");
}

#[tokio::test]
async fn a_picture_in_an_embed_is_an_address_there_and_not_listed_beside_it() {
    let stage = Stage::set().await;
    let embed = json!({"title": "AAPL", "image": {"url": "attachment://chart.png"}});
    let data = json!({"embeds": [embed], "flags": 64});
    let (act, message) = answered(&stage, data, &[(0, "chart.png", PNG)]).await;
    assert_eq!(&message.file("chart.png").unwrap().bytes[..], PNG);
    assert_eq!(message.embeds[0]["image"]["url"], "attachment://chart.png", "the view is the same in every world");
    assert_eq!(message.raw["attachments"], json!([]));
    let image = &message.raw["embeds"][0]["image"];
    assert_eq!((&image["width"], &image["height"]), (&json!(3), &json!(2)));
    assert_eq!(fetched(&image["url"]).await, (200, "image/png".to_owned(), PNG.to_vec()));
    assert!(image["url"].as_str().unwrap().contains("/ephemeral-attachments/"));

    let original = stage.hook(&act, "/messages/@original");
    let bare = stage.anyone("PATCH", &original, json!({"embeds": [{"title": "no picture"}]})).await;
    assert_eq!(bare.body["attachments"][0]["filename"], "chart.png", "no embed shows it any more: it stands by itself");
    let again = stage.anyone("PATCH", &original, json!({"embeds": [embed]})).await;
    assert_eq!((again.status, &again.body["attachments"]), (200, &json!([])));
}

#[tokio::test]
async fn a_list_or_an_embed_that_names_a_file_nobody_sent_is_refused() {
    let stage = Stage::set().await;
    let act = stage.buy().await;
    let path = format!("/interactions/{}/{}/callback", act.id, act.token);
    let picture = |part: &str, url: &str| json!({"embeds": [{"title": "t", part: {"url": url}}]});
    for (data, place) in [
        (json!({"content": "x", "attachments": [{"id": 1}]}), "/data/attachments/0"),
        (json!({"content": "x", "attachments": [{"id": 0}, {"id": "77"}]}), "/data/attachments/1"),
        (json!({"content": "x", "attachments": [{"filename": "a.txt"}]}), "/data/attachments/0/id"),
        (
            json!({"content": "x", "attachments": [{"id": 0, "description": "x".repeat(1025)}]}),
            "/data/attachments/0/description",
        ),
        (picture("image", "attachment://b.png"), "/data/embeds"),
        (picture("thumbnail", "attachment://a.png"), "/data/embeds"),
    ] {
        let answer = upload(&stage, "POST", &path, &json!({"type": 4, "data": data}), &[(0, "a.txt", b"a")]).await;
        answer.refused(400, 50_035);
        let errors = answer.body["errors"].pointer(place).unwrap_or(&Value::Null);
        assert!(errors["_errors"].is_array(), "{data}: {}", answer.body);
    }
    let many: Vec<(u32, &str, &[u8])> = (0..11).map(|index| (index, "a.txt", &b"a"[..])).collect();
    upload(&stage, "POST", &path, &json!({"type": 4, "data": {}}), &many).await.refused(400, 50_035);
    let large = vec![b'x'; 10 * 1024 * 1024 + 1];
    upload(&stage, "POST", &path, &json!({"type": 4, "data": {}}), &[(0, "a.txt", &large)]).await.refused(413, 40_005);
    let ten = upload(&stage, "POST", &path, &json!({"type": 4, "data": {}}), &many[..10]).await;
    assert_eq!(ten.status, 204, "none of the refusals used the interaction up: {ten:?}");
}
