// One message.

import { avatar, h, icon } from "./dom.js";
import { component } from "./components.js";
import { attachments, embed } from "./embed.js";
import { markdown } from "./markdown.js";
import { clock, posted, precise } from "./time.js";

const botTag = () => h("span", { class: "tag" }, "APP");

/** "Ham used /buy" above an answer. */
function usedBy(message) {
  const { name, user } = message.interaction ?? {};
  if (!name || !user) return null;
  return h("div", { class: "used" },
    h("span", { class: "spine", "aria-hidden": "true" }),
    avatar(user, "tiny"), h("span", { class: "used-name" }, user), " used ",
    h("span", { class: "mention" }, icon("slash"), name));
}

function byline(message) {
  return h("div", { class: "byline" },
    h("span", { class: message.bot ? "author bot" : "author" }, message.author),
    message.bot ? botTag() : null,
    h("time", { datetime: message.timestamp, title: precise(message.timestamp) }, posted(message.timestamp)));
}

function text(message) {
  if (message.loading) {
    return h("div", { class: "thinking" }, dots(), `${message.author} is thinking…`);
  }
  const edited = message.edited ? h("span", { class: "edited" }, "(edited)") : null;
  if (!message.content) return null;
  return h("div", { class: "content" }, markdown(message.content), edited);
}

export const dots = () => h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));

function onlyYou(message, dismiss) {
  if (!message.ephemeral) return null;
  return h("div", { class: "only-you" }, icon("eye"), "Only you can see this • ",
    h("button", { type: "button", class: "link", on: { click: () => dismiss(message) } }, "Dismiss message"));
}

/** The element of a message. `joined` says that it follows one of the same author and needs no byline. */
export function drawMessage(message, joined, { use, dismiss }) {
  const header = usedBy(message);
  const bare = joined && !header;
  const classes = ["message", bare && "joined", message.ephemeral && "ephemeral"].filter(Boolean).join(" ");
  const body = h("div", { class: "body" },
    bare ? null : byline(message),
    text(message),
    (message.embeds ?? []).map((card) => embed(card, message)),
    message.edited && !message.content ? h("div", { class: "edited" }, "(edited)") : null,
    attachments(message),
    (message.components ?? []).map((part) => component(part, message, (deed, element) => use(message, deed, element))),
    onlyYou(message, dismiss));
  const margin = bare
    ? h("time", { class: "margin", datetime: message.timestamp, "aria-hidden": "true" }, clock(message.timestamp))
    : message.bot ? h("span", { class: "avatar brand", "aria-hidden": "true" }, icon("horse")) : avatar(message.author);
  return h("li", { class: classes, data: { message: message.id } }, header, margin, body);
}

/** A command on its way, or one the bot never answered. */
export function drawPending(pending, dismiss) {
  const header = h("div", { class: "used" }, h("span", { class: "spine", "aria-hidden": "true" }),
    avatar(pending.name, "tiny"), h("span", { class: "used-name" }, pending.name), " used ",
    h("span", { class: "mention" }, icon("slash"), pending.command));
  const body = h("div", { class: "body" },
    h("div", { class: "byline" }, h("span", { class: "author bot" }, pending.bot), botTag()),
    pending.failed
      ? [h("div", { class: "failed", role: "alert" }, icon("warn"), "The application did not respond"), onlyYou({ ephemeral: true }, dismiss)]
      : h("div", { class: "thinking" }, dots(), "Sending command…"));
  return h("li", { class: `message pending${pending.failed ? " ephemeral" : ""}` }, header,
    h("span", { class: "avatar brand", "aria-hidden": "true" }, icon("horse")), body);
}
