// Discord's markdown, the part a bot uses, as DOM nodes.

import { h } from "./dom.js";
import { stage } from "./stage.js";
import { timestamp } from "./time.js";

const INLINE = [
  [/^\\([^\sA-Za-z0-9])/, (m) => m[1]],
  [/^(`+)([\s\S]*?[^`])\1(?!`)/, (m) => h("code", {}, m[2].trim() || m[2])],
  [/^<t:(-?\d{1,13})(?::([tTdDfFR]))?>/, (m) => timestamp(Number(m[1]), m[2])],
  [/^<@!?(\d+)>/, (m) => h("span", { class: "mention" }, `@${person(m[1])}`)],
  [/^<#(\d+)>/, (m) => h("span", { class: "mention" }, m[1] === stage.world.channel_id ? `#${stage.world.channel}` : "#unknown")],
  [/^<\/([^:>]{1,100}):\d+>/, (m) => h("span", { class: "mention" }, `/${m[1]}`)],
  [/^<a?(:\w{2,32}:)\d+>/, (m) => m[1]],
  [/^\[([^\]]+)\]\((https?:\/\/[^\s)]+)(?:\s+"[^"]*")?\)/, (m) => link(m[2], inline(m[1]))],
  [/^<(https?:\/\/[^\s>]+)>/, (m) => link(m[1], [m[1]])],
  [/^https?:\/\/[^\s<]+[^\s<.,:;"')\]]/, (m) => link(m[0], [m[0]])],
  [/^\*\*\*([\s\S]+?)\*\*\*/, (m) => h("strong", {}, h("em", {}, inline(m[1])))],
  [/^\*\*([\s\S]+?)\*\*(?!\*)/, (m) => h("strong", {}, inline(m[1]))],
  [/^__([\s\S]+?)__(?!_)/, (m) => h("u", {}, inline(m[1]))],
  [/^~~([\s\S]+?)~~/, (m) => h("s", {}, inline(m[1]))],
  [/^\|\|([\s\S]+?)\|\|/, (m) => spoiler(m[1])],
  [/^\*(?!\s)([^*\n]+?)(?<!\s)\*(?!\*)/, (m) => h("em", {}, inline(m[1]))],
  [/^_(?!\s)([^_\n]+?)_(?![A-Za-z0-9_])/, (m) => h("em", {}, inline(m[1])), true],
];

const person = (id) =>
  id === stage.world.bot.id ? stage.world.bot.name : (stage.world.people.find((one) => one.id === id)?.display_name ?? "unknown-user");

const link = (url, children) => h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, children);

function spoiler(text) {
  const reveal = (event) => event.currentTarget.classList.add("shown");
  return h("button", { type: "button", class: "spoiler", "aria-label": "Spoiler", on: { click: reveal } }, h("span", {}, inline(text)));
}

/** The nodes of a piece of text without line structure. */
export function inline(text) {
  const nodes = [];
  let plain = "";
  let rest = text;
  const flush = () => {
    if (plain) nodes.push(plain);
    plain = "";
  };
  while (rest) {
    const inWord = /\w$/.test(plain);
    const rule = INLINE.find(([pattern, , notInWord]) => !(notInWord && inWord) && pattern.test(rest));
    if (rule) {
      const match = rule[0].exec(rest);
      const node = rule[1](match);
      if (typeof node === "string") plain += node;
      else {
        flush();
        nodes.push(node);
      }
      rest = rest.slice(match[0].length);
    } else {
      plain += rest[0];
      rest = rest.slice(1);
    }
  }
  flush();
  return nodes;
}

const HEADINGS = [[/^### (.+)/, "h5"], [/^## (.+)/, "h4"], [/^# (.+)/, "h3"]];

function line(text) {
  for (const [pattern, tag] of HEADINGS) {
    const heading = pattern.exec(text);
    if (heading) return h(tag, { class: "heading" }, inline(heading[1]));
  }
  const small = /^-# (.+)/.exec(text);
  return small ? h("small", { class: "subtext" }, inline(small[1])) : null;
}

/** The nodes of a whole text: blocks, lists, quotes and lines. */
export function markdown(text) {
  const nodes = [];
  for (const [index, part] of text.split(/```(?:[a-zA-Z0-9+-]*\n)?([\s\S]*?)```/).entries()) {
    if (index % 2) nodes.push(h("pre", {}, h("code", {}, part.replace(/\n$/, ""))));
    else if (part) nodes.push(...lines(part.replace(/^\n|\n$/g, "")));
  }
  return nodes;
}

function lines(text) {
  const nodes = [];
  let open = null;
  let broken = true;
  for (const raw of text.split("\n")) {
    const bullet = /^\s*[-*] (.+)/.exec(raw);
    const quote = /^> ?(.*)/.exec(raw);
    const kind = bullet ? "ul" : quote ? "blockquote" : null;
    if (open && open.localName !== kind) open = null;
    if (kind && !open) nodes.push((open = h(kind)));
    if (bullet) open.append(h("li", {}, inline(bullet[1])));
    else if (quote) open.append(h("div", {}, inline(quote[1])));
    else {
      const block = line(raw);
      if (!broken && !block) nodes.push(h("br"));
      nodes.push(...(block ? [block] : inline(raw)));
      broken = Boolean(block);
      continue;
    }
    broken = true;
  }
  return nodes;
}
