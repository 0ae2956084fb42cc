//! The page itself, as files inside the program.

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SVG: &str = "image/svg+xml";
const JS: &str = "text/javascript; charset=utf-8";

macro_rules! file {
    ($path:literal, $kind:expr, $source:literal) => {
        ($path, $kind, include_str!(concat!("assets/", $source)))
    };
}

const FILES: &[(&str, &str, &str)] = &[
    file!("/", HTML, "index.html"),
    file!("/icon.svg", SVG, "icon.svg"),
    file!("/style.css", CSS, "style.css"),
    file!("/cards.css", CSS, "cards.css"),
    file!("/panels.css", CSS, "panels.css"),
    file!("/both", HTML, "both.html"),
    file!("/both.css", CSS, "both.css"),
    file!("/both.js", JS, "both.js"),
    file!("/api.js", JS, "api.js"),
    file!("/app.js", JS, "app.js"),
    file!("/broker.js", JS, "broker.js"),
    file!("/chat.js", JS, "chat.js"),
    file!("/commands.js", JS, "commands.js"),
    file!("/components.js", JS, "components.js"),
    file!("/composer.js", JS, "composer.js"),
    file!("/deeds.js", JS, "deeds.js"),
    file!("/dom.js", JS, "dom.js"),
    file!("/embed.js", JS, "embed.js"),
    file!("/listbox.js", JS, "listbox.js"),
    file!("/markdown.js", JS, "markdown.js"),
    file!("/message.js", JS, "message.js"),
    file!("/modal.js", JS, "modal.js"),
    file!("/nav.js", JS, "nav.js"),
    file!("/pills.js", JS, "pills.js"),
    file!("/selects.js", JS, "selects.js"),
    file!("/stage.js", JS, "stage.js"),
    file!("/time.js", JS, "time.js"),
    file!("/tour.js", JS, "tour.js"),
    file!("/troubles.js", JS, "troubles.js"),
];

/// Answers with a file of the page.
pub(super) async fn serve(uri: Uri) -> Response {
    match FILES.iter().find(|(path, ..)| *path == uri.path()) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => (StatusCode::NOT_FOUND, "There is nothing here.").into_response(),
    }
}
