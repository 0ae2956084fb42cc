//! Files of messages: what Discord says of them, and where they can be fetched.

use super::message::{EPHEMERAL, Message};
use super::state::{State, World, id};
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;

/// How an embed or a layout component names a file of its own message.
const REFERENCE: &str = "attachment://";

#[derive(Clone, Debug)]
pub(super) struct Attachment {
    pub id: u64,
    pub filename: String,
    pub description: Option<String>,
    pub content_type: &'static str,
    pub bytes: Bytes,
}

impl Attachment {
    pub fn new(id: u64, filename: &str, description: Option<String>, bytes: Bytes) -> Self {
        let filename = tidy(filename);
        let content_type = type_of(&filename);
        Self { id, filename, description, content_type, bytes }
    }

    /// Width and height, as a PNG's first chunk says; other pictures are not measured.
    fn size(&self) -> Option<(u32, u32)> {
        let head = self.bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
        let side = |at: usize| head.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
        Some((side(8)?, side(12)?))
    }
}

/// Discord keeps letters, digits, dots, dashes and underscores of a file's name.
pub(super) fn tidy(filename: &str) -> String {
    let kept = |letter: char| if letter == ' ' { '_' } else { letter };
    let tidy: String =
        filename.chars().map(kept).filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')).collect();
    if tidy.is_empty() { "file".to_owned() } else { tidy }
}

/// The type goes by the name's ending, whatever the upload said.
fn type_of(filename: &str) -> &'static str {
    let ending = filename.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "log" => "text/plain; charset=utf-8",
        "json" => "application/json; charset=utf-8",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

/// Every file name that a part of a message refers to.
pub(super) fn references(part: &Value) -> Vec<&str> {
    match part {
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value.as_str() {
                Some(url) if matches!(name.as_str(), "url" | "icon_url") => {
                    url.strip_prefix(REFERENCE).into_iter().collect()
                }
                _ => references(value),
            })
            .collect(),
        _ => Vec::new(),
    }
}

impl Message {
    fn named(&self, filename: &str) -> Option<&Attachment> {
        let tidy = tidy(filename);
        self.attachments.iter().find(|file| file.filename == tidy)
    }

    /// The files that stand by themselves: one that an embed shows is not listed beside it.
    fn loose(&self) -> impl Iterator<Item = &Attachment> {
        let shown = self.embeds.iter().flat_map(references).filter_map(|name| self.named(name)).map(|file| file.id);
        let shown: Vec<u64> = shown.collect();
        self.attachments.iter().filter(move |file| !shown.contains(&file.id))
    }
}

impl State {
    pub fn files_of(&self, message: u64) -> &[Attachment] {
        self.messages.get(&message).map(|message| message.attachments.as_slice()).unwrap_or_default()
    }

    /// Where a file can be fetched. Ephemeral messages keep theirs elsewhere.
    fn url_of(&self, message: &Message, file: &Attachment) -> String {
        let (folder, within) = if message.is(EPHEMERAL) {
            ("ephemeral-attachments", self.application_id)
        } else {
            ("attachments", message.channel)
        };
        format!("{}/{folder}/{within}/{}/{}", self.cdn, file.id, file.filename)
    }

    pub fn attachments_json(&self, message: &Message) -> Value {
        let one = |file: &Attachment| {
            let url = self.url_of(message, file);
            let mut json = json!({
                "id": id(file.id), "filename": file.filename, "size": file.bytes.len(), "url": url, "proxy_url": url,
                "content_type": file.content_type,
            });
            if let Some((width, height)) = file.size() {
                json["width"] = json!(width);
                json["height"] = json!(height);
            }
            if let Some(description) = &file.description {
                json["description"] = json!(description);
            }
            if message.is(EPHEMERAL) {
                json["ephemeral"] = json!(true);
            }
            json
        };
        message.loose().map(one).collect()
    }

    /// Embeds or components with their references to files made addresses, as Discord answers them.
    pub fn resolved(&self, message: &Message, parts: &[Value]) -> Vec<Value> {
        let mut parts = parts.to_vec();
        for part in &mut parts {
            self.resolve(message, part);
        }
        parts
    }

    fn resolve(&self, message: &Message, part: &mut Value) {
        for (name, proxy) in [("url", "proxy_url"), ("icon_url", "proxy_icon_url")] {
            let file = part[name].as_str().and_then(|url| message.named(url.strip_prefix(REFERENCE)?));
            let Some(file) = file else { continue };
            let url = self.url_of(message, file);
            part[name] = json!(url);
            part[proxy] = json!(url);
            if let Some((width, height)) = file.size().filter(|_| name == "url") {
                part["width"] = json!(width);
                part["height"] = json!(height);
            }
        }
        match part {
            Value::Array(items) => items.iter_mut().for_each(|item| self.resolve(message, item)),
            Value::Object(fields) => {
                fields.values_mut().filter(|v| v.is_object() || v.is_array()).for_each(|v| self.resolve(message, v));
            }
            _ => {}
        }
    }
}

/// `GET /attachments/{channel}/{id}/{name}` and its ephemeral sister: the file, as long as a message has it.
pub(super) async fn fetch(
    Shared(world): Shared<Arc<World>>,
    Path((_, file, name)): Path<(u64, u64, String)>,
) -> Response {
    let found = world.read(|state| {
        let mut held = state.messages.values().filter(|message| !message.deleted).flat_map(|m| &m.attachments);
        held.find(|held| held.id == file && held.filename == name).cloned()
    });
    match found {
        Some(file) => {
            let nosniff = (HeaderName::from_static("x-content-type-options"), "nosniff");
            ([(header::CONTENT_TYPE, file.content_type), nosniff], file.bytes).into_response()
        }
        None => (StatusCode::NOT_FOUND, "This content is no longer available.").into_response(),
    }
}
