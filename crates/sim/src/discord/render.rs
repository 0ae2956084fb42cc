//! A message in plain text, for snapshots.

use super::view::MessageView;
use serde_json::Value;

pub(super) fn text(message: &MessageView) -> String {
    let mut lines = Vec::new();
    if message.loading {
        lines.push(format!("{} is thinking...", message.author));
    }
    push(&mut lines, &message.content);
    for embed in &message.embeds {
        push(&mut lines, &embed_text(embed));
    }
    for component in &message.components {
        push(&mut lines, &component_text(component));
    }
    for file in &message.attachments {
        lines.push(format!("(file {}, {} bytes)", file.filename, file.bytes.len()));
    }
    if message.ephemeral {
        lines.push("(only you can see this)".to_owned());
    }
    lines.join("\n")
}

fn push(lines: &mut Vec<String>, text: &str) {
    if !text.is_empty() {
        lines.push(text.to_owned());
    }
}

fn part<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn embed_text(embed: &Value) -> String {
    let mut lines = Vec::new();
    push(&mut lines, part(&embed["author"], "name"));
    let title = part(embed, "title");
    if !title.is_empty() {
        lines.push(format!("# {title}"));
    }
    push(&mut lines, part(embed, "description"));
    for field in embed["fields"].as_array().into_iter().flatten() {
        lines.push(format!("{}: {}", part(field, "name"), part(field, "value")));
    }
    for picture in ["image", "thumbnail"] {
        let url = part(&embed[picture], "url");
        if !url.is_empty() {
            lines.push(format!("({picture} {url})"));
        }
    }
    let footer = part(&embed["footer"], "text");
    if !footer.is_empty() {
        lines.push(format!("-- {footer}"));
    }
    lines.iter().flat_map(|text| text.lines()).map(|line| format!("| {line}")).collect::<Vec<_>>().join("\n")
}

fn component_text(component: &Value) -> String {
    let inner = |list: &str, glue: &str| {
        let parts = component[list].as_array().into_iter().flatten();
        parts.map(component_text).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(glue)
    };
    match component["type"].as_u64() {
        Some(1) => inner("components", " "),
        Some(2) => button_text(component),
        Some(3 | 5..=8) => select_text(component),
        Some(9) => format!("{} {}", inner("components", "\n"), component_text(&component["accessory"])),
        Some(10) => part(component, "content").to_owned(),
        Some(14) => "----".to_owned(),
        Some(17) => inner("components", "\n"),
        _ => String::new(),
    }
}

fn button_text(button: &Value) -> String {
    let emoji = part(&button["emoji"], "name");
    let mut label =
        [emoji, part(button, "label")].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
    if let Some(url) = button["url"].as_str() {
        label = format!("{label} -> {url}");
    }
    let off = if button["disabled"] == Value::Bool(true) { " (off)" } else { "" };
    format!("[{label}{off}]")
}

fn select_text(select: &Value) -> String {
    let options = select["options"].as_array().into_iter().flatten().map(|option| {
        let chosen = if option["default"] == Value::Bool(true) { "*" } else { "" };
        format!("{chosen}{}", part(option, "label"))
    });
    format!("<{}: {}>", part(select, "placeholder"), options.collect::<Vec<_>>().join(" | "))
}
