// The message list of the place the friend is in.

import { $, h, icon, say } from "./dom.js";
import { perform } from "./deeds.js";
import { drawMessage, drawPending } from "./message.js";
import { changed, displayName, key, refresh, stage } from "./stage.js";
import { now } from "./time.js";

const drawn = new Map();
let pendings = [];
let where = "";
let newest = "";
let onModal = () => {};

const log = () => $("#log");
const list = () => $("#messages");

/** Sets what happens when the bot answers with a modal. */
export function answerModalsWith(callback) {
  onModal = callback;
}

/** Runs a slash command and shows it as pending until the bot answers. Throws what the client refuses to send. */
export async function runCommand(command, options, onSent) {
  const { user, place } = stage;
  const pending = { user, place, command, name: displayName(user), bot: stage.world.bot.name, at: now(), failed: false };
  const sent = () => {
    pendings.push(pending);
    onSent();
    changed();
    toEnd();
  };
  const outcome = await perform(user, { do: "run", place, command, options }, sent);
  if (outcome.silent) pending.failed = true;
  else {
    if (outcome.modal) onModal(outcome.modal, user);
    await refresh();
    pendings = pendings.filter((one) => one !== pending);
  }
  changed();
}

async function use(message, deed, element) {
  const { user } = stage;
  const row = element.closest("[data-message]");
  element.classList.add("busy");
  element.setAttribute("aria-busy", "true");
  row?.querySelector(".failed")?.remove();
  try {
    const outcome = await perform(user, { ...deed, message: message.id });
    if (outcome.modal) onModal(outcome.modal, user, element);
    if (outcome.silent) {
      const body = row?.querySelector(".body");
      const failed = h("div", { class: "failed", role: "alert" }, icon("warn"), "This interaction failed");
      body?.insertBefore(failed, body.querySelector(".only-you"));
    }
  } catch (error) {
    say(error.message, "bad");
  }
  element.classList.remove("busy");
  element.removeAttribute("aria-busy");
}

async function dismiss(message) {
  try {
    await perform(stage.user, { do: "dismiss", message: message.id });
    await refresh();
  } catch (error) {
    say(error.message, "bad");
  }
}

const MINUTES = 7 * 60_000;

function joins(message, before) {
  return Boolean(before) && before.author === message.author && before.ephemeral === message.ephemeral
    && Date.parse(message.timestamp) - Date.parse(before.timestamp) < MINUTES;
}

/** Only messages that changed get a new element, so that focus, open menus and scrolling survive the rest. */
function nodeOf(message, joined) {
  const looks = JSON.stringify([message, joined]);
  const known = drawn.get(message.id);
  if (known?.looks === looks) return known.node;
  const node = drawMessage(message, joined, { use, dismiss });
  const focused = known?.node.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  drawn.set(message.id, { looks, node });
  if (focused) queueMicrotask(() => node.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus());
  return node;
}

function pendingNode(pending) {
  return drawPending(pending, () => {
    pendings = pendings.filter((one) => one !== pending);
    changed();
  });
}

function welcome() {
  const dm = stage.place === "dm";
  return h("li", { class: "welcome" },
    h("span", { class: "welcome-icon", "aria-hidden": "true" }, dm ? icon("horse") : icon("hash")),
    h("h2", {}, dm ? stage.world.bot.name : `Welcome to #${stage.world.channel ?? ""}!`),
    h("p", {}, dm
      ? `This is the beginning of your direct messages with ${stage.world.bot.name}.`
      : `This is the start of the #${stage.world.channel ?? ""} channel. Type / to see what ${stage.world.bot.name} can do.`));
}

const atEnd = () => log().scrollHeight - log().scrollTop - log().clientHeight < 120;

export function toEnd() {
  log().scrollTop = log().scrollHeight;
}

/** Stays at the end when the composer grows or a picture arrives. */
export function startChat() {
  let end = true;
  log().addEventListener("scroll", () => {
    end = atEnd();
    if (end) $("#jump").hidden = true;
  }, { passive: true });
  $("#jump").addEventListener("click", toEnd);
  const keep = new ResizeObserver(() => end && toEnd());
  keep.observe(log());
  keep.observe(list());
}

/** Brings the list up to what the stage knows. */
export function drawChat() {
  const here = key(stage.user, stage.place);
  const stick = here !== where || atEnd();
  if (here !== where) drawn.clear();
  where = here;
  let before = null;
  const nodes = [welcome()];
  const waiting = pendings.filter((one) => key(one.user, one.place) === here);
  for (const message of stage.messages) {
    while (waiting[0]?.failed && waiting[0].at < Date.parse(message.timestamp)) {
      nodes.push(pendingNode(waiting.shift()));
      before = null;
    }
    nodes.push(nodeOf(message, joins(message, before)));
    before = message;
  }
  const alive = new Set(stage.messages.map((message) => message.id));
  for (const id of drawn.keys()) if (!alive.has(id)) drawn.delete(id);
  place([...nodes, ...waiting.map(pendingNode)]);
  if (stick) toEnd();
  const last = stage.messages.at(-1)?.id ?? "";
  if (stick) $("#jump").hidden = true;
  else if (last > newest) $("#jump").hidden = false;
  newest = last;
}

/** Puts the nodes in order, moving none that already is where it belongs. */
function place(nodes) {
  const parent = list();
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}
