// What can be made to go wrong, and what the bot was seen doing lately.

import * as api from "./api.js";
import { $, h, say } from "./dom.js";
import { precise, seconds } from "./time.js";

let known = null;
let looks = "";
const watchers = new Set();

/** Calls back with the troubles whenever they were looked at. */
export function watchTroubles(callback) {
  watchers.add(callback);
}

export const trouble = (id) => known?.troubles.find((one) => one.id === id);

export async function lookAtTroubles() {
  take(await api.troubles());
}

function take(seen) {
  known = seen;
  draw();
  for (const callback of watchers) callback(known);
}

/** Switches a trouble on or off. */
export async function switchTrouble(id, on) {
  try {
    take(await api.switchTrouble(id, on));
  } catch (error) {
    say(error.message, "bad");
  }
}

function lever(one) {
  const text = h("span", { class: "lever-text" }, h("strong", {}, one.name), h("span", {}, one.text));
  const flip = () => switchTrouble(one.id, !one.on);
  if (one.once) {
    return h("li", {}, text, h("button", { type: "button", class: `button small ${one.on ? "danger" : "secondary"}`, "aria-pressed": String(one.on), "aria-label": one.name, data: { trouble: one.id }, on: { click: flip } }, one.on ? "Armed" : "Do it"));
  }
  return h("li", {}, text, h("button", { type: "button", class: "lever", role: "switch", "aria-checked": String(one.on), "aria-label": one.name, data: { trouble: one.id }, on: { click: flip } }, h("span", {})));
}

const tone = (status) => (status === null || status >= 500 ? "down" : status >= 400 ? "warn" : "up");

function deed(one) {
  const answer = one.status === 0 ? "" : (one.status ?? "no answer");
  return h("li", {}, h("time", { datetime: one.at, title: precise(one.at) }, seconds(one.at)),
    h("span", { class: "deed" }, h("strong", {}, one.to), ` ${one.what}`), h("span", { class: tone(one.status) }, String(answer)));
}

function draw() {
  const on = known.troubles.filter((one) => one.on).length;
  $("#tab-trouble").replaceChildren("Trouble", ...(on ? [h("span", { class: "badge", "aria-label": `${on} switched on` }, String(on))] : []));
  const now = JSON.stringify(known);
  if (now === looks) return;
  looks = now;
  const focused = document.activeElement?.dataset?.trouble;
  $("#levers").replaceChildren(...known.troubles.map(lever));
  $("#lately").replaceChildren(...known.lately.map(deed));
  $("#sessions").textContent = `Gateway: ${known.identifies} identified, ${known.resumes} resumed.`;
  if (focused) $(`[data-trouble="${focused}"]`)?.focus();
}
