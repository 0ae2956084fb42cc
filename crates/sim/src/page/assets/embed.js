// An embed: the card with a coloured bar.

import { fileUrl } from "./api.js";
import { h } from "./dom.js";
import { inline, markdown } from "./markdown.js";
import { stage } from "./stage.js";
import { posted } from "./time.js";

const colour = (number) => `#${number.toString(16).padStart(6, "0")}`;

/** Where a picture is; those elsewhere on the net are not fetched. */
function source(url, message) {
  const name = /^attachment:\/\/(.+)$/.exec(url ?? "")?.[1];
  return name ? fileUrl(stage.user, stage.place, message.id, name) : null;
}

export function picture(media, message, kind) {
  if (!media?.url) return null;
  const src = source(media.url, message);
  if (!src) return h("span", { class: `${kind} elsewhere` }, "Picture elsewhere");
  return h("img", { class: kind, src, alt: media.description ?? "", loading: "lazy" });
}

function title(embed) {
  if (!embed.title) return null;
  const text = inline(embed.title);
  const known = /^https?:\/\//.test(embed.url ?? "");
  return h("div", { class: "embed-title" }, known ? h("a", { href: embed.url, target: "_blank", rel: "noopener noreferrer" }, text) : text);
}

function fields(list = []) {
  if (!list.length) return null;
  const rows = [];
  for (const field of list) {
    const cell = h("div", { class: field.inline ? "field inline" : "field" },
      h("div", { class: "field-name" }, inline(field.name)),
      h("div", { class: "field-value" }, markdown(field.value)));
    const row = rows.at(-1);
    if (field.inline && row?.inline && row.cells.length < 3) row.cells.push(cell);
    else rows.push({ inline: field.inline, cells: [cell] });
  }
  return h("div", { class: "fields" }, rows.map((row) => h("div", { class: "field-row" }, row.cells)));
}

function footer(embed) {
  const parts = [embed.footer?.text, embed.timestamp ? posted(embed.timestamp) : null].filter(Boolean);
  return parts.length ? h("div", { class: "embed-footer" }, parts.join(" • ")) : null;
}

export function embed(card, message) {
  const element = h("article", { class: "embed" },
    h("div", { class: "embed-main" },
      h("div", { class: "embed-text" },
        card.author?.name ? h("div", { class: "embed-author" }, card.author.name) : null,
        title(card),
        card.description ? h("div", { class: "embed-description" }, markdown(card.description)) : null,
        fields(card.fields)),
      picture(card.thumbnail, message, "thumbnail")),
    picture(card.image, message, "image"),
    footer(card));
  if (card.color) element.style.setProperty("--bar", colour(card.color));
  return element;
}

const size = (bytes) => (bytes < 1024 ? `${bytes} bytes` : bytes < 1_048_576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`);

/** A file by itself: a picture is shown, anything else can be downloaded. */
export function attachment(file, message) {
  const src = fileUrl(stage.user, stage.place, message.id, file.filename);
  if (/\.(png|jpe?g|gif|webp)$/i.test(file.filename)) {
    return h("img", { class: "image", src, alt: file.description ?? file.filename });
  }
  return h("a", { class: "file", href: src, download: file.filename, "aria-label": `Download ${file.filename}` },
    h("span", { class: "file-name" }, file.filename), h("span", { class: "file-size" }, size(file.size)));
}

/** The files of a message that none of its parts shows. */
export function attachments(message) {
  const shown = JSON.stringify(message.components ?? []);
  const loose = (message.attachments ?? []).filter((file) => !shown.includes(`attachment://${file.filename}`));
  return loose.map((file) => attachment(file, message));
}
