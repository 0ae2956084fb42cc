//! Who may ask, and what a browser may do with the answer.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// The page needs nothing from elsewhere, so the browser is told to fetch nothing from elsewhere.
const CONTENT_POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'self'";

/// Refuses requests addressed to another name, or sent by another site's page.
pub(super) async fn only_this_page(State(port): State<u16>, request: Request, next: Next) -> Response {
    match stranger(request.headers(), port) {
        Some(why) => (StatusCode::FORBIDDEN, axum::Json(serde_json::json!({"error": why}))).into_response(),
        None => next.run(request).await,
    }
}

fn stranger(headers: &HeaderMap, port: u16) -> Option<&'static str> {
    let ours = ["127.0.0.1", "localhost"].map(|host| format!("{host}:{port}"));
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if !text(header::HOST).is_some_and(|host| ours.iter().any(|ours| ours == host)) {
        return Some("this page answers to 127.0.0.1 and localhost only");
    }
    let at_home =
        |origin: &str| origin.strip_prefix("http://").is_some_and(|host| ours.iter().any(|ours| ours == host));
    let foreign = text(header::ORIGIN).is_some_and(|origin| !at_home(origin));
    foreign.then_some("this page takes no requests from other sites")
}

/// Adds the headers every answer carries.
pub(super) async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
