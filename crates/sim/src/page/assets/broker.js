// The panel beside the chat: what the acting friend would see on Alpaca's own website.

import * as api from "./api.js";
import { $, h, icon, say } from "./dom.js";
import { displayName, recall, remember, stage } from "./stage.js";
import { clock } from "./time.js";
import { lookAtTroubles } from "./troubles.js";

const PERIOD = 2000;
const OPEN = new Set(["new", "pending_new", "accepted", "partially_filled", "pending_cancel", "pending_replace", "held", "accepted_for_bidding"]);
const TABS = ["paper", "live", "trouble"];
const watchers = new Set();
let shown = TABS.includes(recall("environment")) ? recall("environment") : "paper";
let known = null;
let before = new Map();
let looks = "";
let whose = "";

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const amount = (text) => dollars.format(Number(text ?? 0));
const signed = (text) => `${Number(text) < 0 ? "−" : "+"}${dollars.format(Math.abs(Number(text)))}`;
const tone = (text) => (Number(text) < 0 ? "down" : Number(text) > 0 ? "up" : "");
const words = (text) => text.replaceAll("_", " ");

export function startBroker() {
  for (const tab of document.querySelectorAll("#broker-tabs [role=tab]")) {
    tab.addEventListener("click", () => showTab(tab.dataset.environment));
    tab.addEventListener("keydown", (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      const step = event.key === "ArrowRight" ? 1 : TABS.length - 1;
      showTab(TABS[(TABS.indexOf(shown) + step) % TABS.length]);
      $(`#tab-${shown}`).focus();
    });
  }
  setInterval(() => document.hidden || look(), PERIOD);
  look();
}

/** Turns to the paper account, the live account or the troubles. */
export function showTab(name) {
  shown = name;
  remember({ environment: name });
  draw();
}

/** What was last seen of the acting friend's accounts. */
export const accountsNow = () => (known?.paper?.name === stage.user ? known : null);

/** Calls back whenever the accounts were looked at. */
export function watchAccounts(callback) {
  watchers.add(callback);
}

/** Fetches both accounts of the acting friend. */
export async function look() {
  const { user } = stage;
  try {
    const accounts = await api.accounts(user);
    if (user !== stage.user) return;
    known = accounts;
    draw();
    for (const callback of watchers) callback();
    await lookAtTroubles();
  } catch {
    $("#broker").classList.add("stale");
  }
}

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied`);
  } catch {
    const area = h("textarea", { value: text, class: "off-screen" });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    say(done ? `${what} copied` : "Your browser does not allow copying; select the text instead.", done ? "note" : "bad");
  }
}

function keyRow(label, value, secret) {
  const text = h("code", { class: secret ? "secret" : "", title: secret ? null : value, tabindex: secret ? "0" : null, "aria-label": secret ? "Secret key, hidden until it is focused" : null }, value);
  return h("div", { class: "key-row" }, h("span", { class: "key-label" }, label), text,
    h("button", { type: "button", class: "button small secondary", "aria-label": `Copy ${label.toLowerCase()}`, on: { click: () => copy(value, label) } }, icon("copy"), "Copy"));
}

function drawKeys(account) {
  const box = $("#broker-keys");
  const id = `${account.key_id}${account.secret}`;
  if (box.dataset.keys === id) return;
  box.dataset.keys = id;
  box.replaceChildren(h("h3", {}, "API keys"), keyRow("Key ID", account.key_id, false), keyRow("Secret key", account.secret, true));
}

function figures(account) {
  const figure = (label, value) => h("div", {}, h("dt", {}, label), h("dd", {}, amount(value)));
  return [
    h("div", { class: `banner ${account.environment}` },
      h("span", { class: "banner-name" }, `${account.environment.toUpperCase()} · ${account.account_number}`),
      h("span", { class: account.market_open ? "market open" : "market" }, account.market_open ? "Market open" : "Market closed")),
    h("div", { class: "equity" }, h("span", { class: "equity-label" }, "Equity"), h("strong", {}, amount(account.equity))),
    h("dl", { class: "figures" }, figure("Cash", account.cash), figure("Buying power", account.buying_power)),
  ];
}

function positions(account) {
  const rows = account.positions.map((position) => h("tr", {},
    h("th", { scope: "row" }, position.symbol, h("small", {}, `${position.qty} @ ${amount(position.avg_entry_price)}`)),
    h("td", {}, amount(position.market_value), h("small", { class: tone(position.unrealized_pl) }, signed(position.unrealized_pl)))));
  return section("Positions", account.positions.length, rows.length ? h("table", {}, h("tbody", {}, rows)) : h("p", { class: "none" }, "No open positions."));
}

function orderLine(order) {
  const size = order.qty ? order.qty : amount(order.notional);
  const price = order.filled_avg_price ? `@ ${amount(order.filled_avg_price)}` : order.limit_price ? `limit ${amount(order.limit_price)}` : order.type;
  return h("tr", {},
    h("th", { scope: "row" }, h("span", { class: order.side === "buy" ? "up" : "down" }, order.side), ` ${size} ${order.symbol}`, h("small", {}, `${price} · ${clock(order.submitted_at)}`)),
    h("td", {}, h("span", { class: `status ${OPEN.has(order.status) ? "working" : order.status}` }, words(order.status))));
}

function orders(account) {
  const rows = account.orders.slice(0, 12).map(orderLine);
  return section("Orders", account.orders.filter((order) => OPEN.has(order.status)).length, rows.length ? h("table", {}, h("tbody", {}, rows)) : h("p", { class: "none" }, "No orders yet."), "open");
}

function section(title, count, body, unit = "") {
  return h("section", {}, h("h3", {}, title, count ? h("span", { class: "badge quiet" }, `${count}${unit ? ` ${unit}` : ""}`) : null), body);
}

function quotes(account) {
  const rows = Object.entries(account.quotes).map(([symbol, quote]) => {
    const move = Math.sign(Number(quote.last) - Number(before.get(symbol) ?? quote.last));
    before.set(symbol, quote.last);
    return h("tr", { title: quote.name },
      h("th", { scope: "row" }, symbol),
      h("td", { class: "faint" }, `${Number(quote.bid).toFixed(2)} / ${Number(quote.ask).toFixed(2)}`),
      h("td", { class: move > 0 ? "up tick" : move < 0 ? "down tick" : "" }, Number(quote.last).toFixed(2)));
  });
  return h("table", { class: "quotes" }, h("thead", { class: "off-screen" }, h("tr", {}, h("th", {}, "Symbol"), h("th", {}, "Bid / ask"), h("th", {}, "Last"))), h("tbody", {}, rows));
}

/** Draws the panel from what was last fetched; what has not changed stays, so that a selection survives. */
export function draw() {
  $("#broker").classList.remove("stale");
  $("#broker-whose").textContent = `${displayName(stage.user)}’s accounts`;
  for (const tab of document.querySelectorAll("#broker-tabs [role=tab]")) {
    const on = tab.dataset.environment === shown;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
  }
  if (whose !== stage.user) {
    before = new Map();
    whose = stage.user;
    known = known?.paper?.name === stage.user ? known : null;
  }
  $("#trouble-panel").hidden = shown !== "trouble";
  $("#broker-panel").hidden = shown === "trouble";
  if (shown === "trouble") return;
  const account = known?.[shown];
  $("#broker-panel").setAttribute("aria-labelledby", `tab-${shown}`);
  if (!account) return;
  drawKeys(account);
  const { quotes: _quotes, at: _at, ...rest } = account;
  const now = JSON.stringify(rest);
  if (now !== looks) {
    looks = now;
    $("#broker-figures").replaceChildren(...figures(account));
    $("#broker-books").replaceChildren(positions(account), orders(account));
  }
  $("#broker-quotes").replaceChildren(h("h3", {}, "Quotes"), quotes(account));
}
