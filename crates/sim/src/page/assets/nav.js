// Places on the left, the friend switcher below, and who has something unread.

import { $, avatar, h, icon } from "./dom.js";
import { displayName, key, stage } from "./stage.js";

const count = (user, place) => stage.unread.get(key(user, place)) ?? 0;
const badge = (number) => (number ? h("span", { class: "badge", "aria-label": `${number} unread` }, number > 99 ? "99+" : String(number)) : null);

function place(name, label, picture) {
  const here = stage.place === name;
  return h("button", { type: "button", class: here ? "place here" : "place", "aria-current": here ? "page" : null, data: { place: name } }, picture, h("span", { class: "place-name" }, label), here ? null : badge(count(stage.user, name)));
}

function friend(name) {
  const acting = name === stage.user;
  const unread = acting ? 0 : count(name, "server") + count(name, "dm");
  return h("button", { type: "button", class: acting ? "friend acting" : "friend", role: "radio", "aria-checked": String(acting), tabindex: acting ? "0" : "-1", data: { friend: name } }, avatar(displayName(name), "small"), h("span", { class: "friend-name" }, displayName(name)), badge(unread));
}

let looks = "";

/** Draws the left side; `visit` is called with the friend and place of a click. */
export function drawNav() {
  const now = JSON.stringify([stage.world, stage.user, stage.place, stage.online, [...stage.unread]]);
  if (now === looks) return;
  looks = now;
  const focused = document.activeElement?.dataset ?? {};
  const bot = stage.world.bot.name;
  const brand = () => h("span", { class: "avatar brand small", "aria-hidden": "true" }, icon("horse"), h("span", { class: stage.online ? "presence on" : "presence" }));
  $("#rail-dm").classList.toggle("here", stage.place === "dm");
  $("#rail-server").classList.toggle("here", stage.place === "server");
  $("#places").replaceChildren(
    h("h2", { class: "side-title" }, stage.world.server ?? ""),
    h("h3", { class: "side-head" }, "Text channels"),
    place("server", stage.world.channel ?? "", icon("hash")),
    h("h3", { class: "side-head" }, "Direct messages"),
    place("dm", bot, brand()),
    h("p", { class: "side-note" }, stage.online ? `${bot} is online` : `${bot} is offline`));
  $("#friends").replaceChildren(h("span", { class: "side-head", id: "friends-label" }, "You are"), h("div", { class: "friends", role: "radiogroup", "aria-labelledby": "friends-label" }, stage.world.friends.map(friend)));
  $("#where").replaceChildren(stage.place === "dm" ? brand() : icon("hash"), h("h1", {}, stage.place === "dm" ? bot : (stage.world.channel ?? "")));
  $("#log").setAttribute("aria-label", stage.place === "dm" ? `Direct messages with ${bot}` : `Messages in #${stage.world.channel}`);
  if (focused.friend) $(`[data-friend="${stage.user}"]`)?.focus();
  if (focused.place) $(`[data-place="${stage.place}"]`)?.focus();
}

export function startNav(visit) {
  $("#rail-dm").addEventListener("click", () => visit(stage.user, "dm"));
  $("#rail-server").addEventListener("click", () => visit(stage.user, "server"));
  $("#places").addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-place]");
    if (chosen) visit(stage.user, chosen.dataset.place);
  });
  $("#friends").addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-friend]");
    if (chosen) visit(chosen.dataset.friend, stage.place);
  });
  $("#friends").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const all = stage.world.friends;
    if (!step || !all.length) return;
    event.preventDefault();
    visit(all[(all.indexOf(stage.user) + step + all.length) % all.length], stage.place);
  });
}

/** A message somebody got where nobody is looking. */
export function noteUnread({ user, place, what }) {
  if (what !== "created" || !stage.world.friends.includes(user)) return;
  const name = key(user, place);
  if (name !== key(stage.user, stage.place)) stage.unread.set(name, (stage.unread.get(name) ?? 0) + 1);
}
