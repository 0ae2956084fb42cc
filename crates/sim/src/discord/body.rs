//! A request as the routes see it, and its body: JSON, or multipart with `payload_json` and `files[n]`.

use super::fault::Fault;
use bytes::Bytes;
use serde_json::{Map, Value};

/// The largest body taken: two files of the default 10 MiB and their JSON.
pub(super) const MOST_BYTES: usize = 25 * 1024 * 1024;

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub method: String,
    /// The path after `/api/v10`, split.
    pub segments: Vec<String>,
    pub query: String,
    pub content_type: String,
    pub body: Bytes,
}

#[derive(Clone, Debug)]
pub(super) struct File {
    pub index: u64,
    pub filename: String,
    pub bytes: Bytes,
}

/// A decoded body.
#[derive(Debug)]
pub(super) struct Form {
    pub json: Value,
    pub files: Vec<File>,
}

impl Call {
    /// Whether the query says yes to something, in any of the spellings of clients.
    pub fn asks(&self, key: &str) -> bool {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().any(|(name, value)| name == key && matches!(value, "true" | "True" | "1"))
    }

    /// Whether the body is of a type that the API reads at all.
    pub fn is_readable(&self) -> bool {
        let kind = self.content_type.split(';').next().unwrap_or_default().trim();
        self.body.is_empty() || matches!(kind, "application/json" | "multipart/form-data")
    }

    pub fn form(&self) -> Result<Form, Fault> {
        if !self.content_type.starts_with("multipart/form-data") {
            return Ok(Form { json: self.json()?, files: Vec::new() });
        }
        let boundary = self
            .content_type
            .split(';')
            .find_map(|part| part.trim().strip_prefix("boundary="))
            .map(|boundary| boundary.trim_matches('"'))
            .ok_or_else(Fault::bad_json)?;
        let mut form = Form { json: Value::Object(Map::new()), files: Vec::new() };
        for part in parts(&self.body, boundary) {
            if part.name == "payload_json" {
                form.json = parse(&part.bytes)?;
            } else if let Some(index) = file_index(&part.name, form.files.len()) {
                let filename = part.filename.unwrap_or_else(|| "file".to_owned());
                form.files.push(File { index, filename, bytes: part.bytes });
            }
        }
        Ok(form)
    }

    pub fn json(&self) -> Result<Value, Fault> {
        if self.body.is_empty() { Ok(Value::Object(Map::new())) } else { parse(&self.body) }
    }
}

fn parse(bytes: &[u8]) -> Result<Value, Fault> {
    serde_json::from_slice(bytes).map_err(|_| Fault::bad_json())
}

/// `files[3]` is 3; older clients send `file` or `file3`.
fn file_index(name: &str, so_far: usize) -> Option<u64> {
    if let Some(index) = name.strip_prefix("files[").and_then(|rest| rest.strip_suffix(']')) {
        return index.parse().ok();
    }
    let rest = name.strip_prefix("file")?;
    if rest.is_empty() { u64::try_from(so_far).ok() } else { rest.parse().ok() }
}

struct Part {
    name: String,
    filename: Option<String>,
    bytes: Bytes,
}

fn parts(body: &Bytes, boundary: &str) -> Vec<Part> {
    let fence = format!("--{boundary}");
    let mut found = Vec::new();
    let mut rest = body.clone();
    let Some(first) = find(&rest, fence.as_bytes()) else { return found };
    rest = rest.slice(first + fence.len()..);
    let inner = format!("\r\n{fence}");
    while let Some(end) = find(&rest, inner.as_bytes()) {
        if let Some(part) = part(&rest.slice(..end)) {
            found.push(part);
        }
        rest = rest.slice(end + inner.len()..);
    }
    found
}

fn part(raw: &Bytes) -> Option<Part> {
    let end_of_head = find(raw, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&raw[..end_of_head]).into_owned();
    let header = |wanted: &str| {
        head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
        })
    };
    let disposition = header("content-disposition")?;
    let field = |wanted: &str| {
        disposition.split(';').find_map(|piece| {
            let (name, value) = piece.trim().split_once('=')?;
            (name == wanted).then(|| value.trim_matches('"').to_owned())
        })
    };
    Some(Part { name: field("name")?, filename: field("filename"), bytes: raw.slice(end_of_head + 4..) })
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
