//! Discord's refusals: status, code and body.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value, json};

/// A refused request.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub status: StatusCode,
    body: Value,
    headers: Vec<(&'static str, String)>,
}

impl Fault {
    fn new(status: StatusCode, code: u32, message: &str) -> Self {
        Self { status, body: json!({"message": message, "code": code}), headers: Vec::new() }
    }

    fn missing(code: u32, what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, &format!("Unknown {what}"))
    }

    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 0, "401: Unauthorized")
    }

    pub fn no_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, 0, "404: Not Found")
    }

    pub fn wrong_method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, 0, "405: Method Not Allowed")
    }

    /// What is told to clients that do not say who they are.
    pub fn nameless() -> Self {
        Self::new(StatusCode::FORBIDDEN, 40_333, "internal network error")
    }

    pub fn api_version() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 50_041, "Invalid API version provided")
    }

    pub fn content_type() -> Self {
        let message = "Expected \"Content-Type\" header to be one of {'application/json', 'multipart/form-data'}.";
        Flaws::one(&[], "CONTENT_TYPE_INVALID", message)
    }

    /// A path or body in which an id should stand.
    pub fn no_snowflake(field: &str, written: &str) -> Self {
        Flaws::one(&[field], "NUMBER_TYPE_COERCE", &format!("Value \"{written}\" is not snowflake."))
    }

    pub fn too_many_creates() -> Self {
        let message = "Max number of daily application command creates has been reached (200)";
        Self::new(StatusCode::BAD_REQUEST, 30_034, message)
    }

    pub fn invalid_recipient() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 50_033, "Invalid Recipient(s)")
    }

    pub fn unknown_application() -> Self {
        Self::missing(10_002, "Application")
    }

    pub fn unknown_channel() -> Self {
        Self::missing(10_003, "Channel")
    }

    pub fn unknown_guild() -> Self {
        Self::missing(10_004, "Guild")
    }

    pub fn unknown_message() -> Self {
        Self::missing(10_008, "Message")
    }

    pub fn unknown_user() -> Self {
        Self::missing(10_013, "User")
    }

    pub fn unknown_webhook() -> Self {
        Self::missing(10_015, "Webhook")
    }

    pub fn unknown_interaction() -> Self {
        Self::missing(10_062, "interaction")
    }

    pub fn unknown_command() -> Self {
        Self::missing(10_063, "application command")
    }

    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, 40_005, "Request entity too large")
    }

    pub fn already_acknowledged() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 40_060, "Interaction has already been acknowledged.")
    }

    pub fn too_many_follow_ups() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            40_094,
            "This interaction has reached the maximum number of follow up messages.",
        )
    }

    pub fn not_the_author() -> Self {
        Self::new(StatusCode::FORBIDDEN, 50_005, "Cannot edit a message authored by another user")
    }

    pub fn empty_message() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 50_006, "Cannot send an empty message")
    }

    pub fn dm_refused() -> Self {
        Self::new(StatusCode::FORBIDDEN, 50_007, "Cannot send messages to this user")
    }

    pub fn dm_closed() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            50_278,
            "Cannot send messages to this user due to having no mutual guilds or the user having disabled direct messages",
        )
    }

    pub fn dead_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 50_027, "Invalid Webhook Token")
    }

    pub fn bad_json() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 50_109, "The request body contains invalid JSON.")
    }

    pub fn plain(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let message = format!("{}: {}", status.as_u16(), status.canonical_reason().unwrap_or("Error"));
        Self::new(status, 0, &message)
    }

    pub fn coded(status: u16, code: u32) -> Self {
        let mut fault = Self::plain(status);
        fault.body["code"] = json!(code);
        fault
    }

    pub fn rate_limited(retry_after: f64, global: bool) -> Self {
        let mut fault = Self::new(StatusCode::TOO_MANY_REQUESTS, 0, "You are being rate limited.");
        fault.body = json!({"message": "You are being rate limited.", "retry_after": retry_after, "global": global});
        fault.headers = vec![
            ("retry-after", format!("{:.0}", retry_after.ceil().max(1.0))),
            ("x-ratelimit-scope", if global { "global" } else { "user" }.to_owned()),
        ];
        if global {
            fault.headers.push(("x-ratelimit-global", "true".to_owned()));
        }
        fault
    }

    pub fn into_response(self) -> Response<Body> {
        let mut response = json_response(self.status, &self.body);
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

pub(super) fn json_response(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The list of everything wrong with a form body; empty means it is right.
#[derive(Debug, Default)]
pub(super) struct Flaws(Vec<(Vec<String>, &'static str, String)>);

impl Flaws {
    pub fn add(&mut self, path: &[String], code: &'static str, message: impl Into<String>) {
        self.0.push((path.to_vec(), code, message.into()));
    }

    /// A refusal with one flaw.
    pub fn one(path: &[&str], code: &'static str, message: &str) -> Fault {
        let mut flaws = Self::default();
        let path: Vec<String> = path.iter().map(|step| (*step).to_owned()).collect();
        flaws.add(&path, code, message);
        flaws.fault()
    }

    /// # Errors
    /// 400 / 50035 with the nested `errors` object, when anything is wrong.
    pub fn verdict(self) -> Result<(), Fault> {
        if self.0.is_empty() { Ok(()) } else { Err(self.fault()) }
    }

    fn fault(self) -> Fault {
        let mut errors = Value::Object(Map::new());
        for (path, code, message) in self.0 {
            let mut place = &mut errors;
            for step in path {
                place = &mut place[step];
            }
            match place["_errors"].as_array_mut() {
                Some(list) => list.push(json!({"code": code, "message": message})),
                None => place["_errors"] = json!([{"code": code, "message": message}]),
            }
        }
        let mut fault = Fault::new(StatusCode::BAD_REQUEST, 50_035, "Invalid Form Body");
        fault.body["errors"] = errors;
        fault
    }
}
