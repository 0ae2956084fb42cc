// The guided tour: three minutes from the first key to a fault that nobody has to fear.

import { accountsNow, showTab } from "./broker.js";
import { isTyped, send, typeOut } from "./composer.js";
import { $, h, icon } from "./dom.js";
import { fillModal, modalIsFilled, modalIsOpen, submitModal } from "./modal.js";
import { displayName, recall, remember, stage } from "./stage.js";
import { switchTrouble, trouble } from "./troubles.js";

let at = 0;
let base = null;
let armed = false;
let looks = "";
let whose = "";

const orders = (environment) => accountsNow()?.[environment]?.orders ?? [];
const grew = (environment) => Boolean(base) && orders(environment).length > base[environment];
const other = () => stage.world.friends.find((name) => name !== whose) ?? "";
const quote = (symbol) => Number(accountsNow()?.paper?.quotes?.[symbol]?.bid ?? 100);

/** A resting order that guards what was bought. */
const guard = () => `/sell symbol:AAPL quantity:5 stop:${(quote("AAPL") * 0.95).toFixed(2)} tif:gtc account:paper`;

/** One click types a command, the next one sends it. */
const command = (label, text) => ({ label: () => (isTyped() ? "Send it" : label), run: () => (isTyped() ? send() : typeOut(text())) });

/** The same for a command that opens a form, which is filled in and submitted. */
function link(environment) {
  const first = command(`Type /account add ${environment}`, () => `/account add environment:${environment}`);
  return {
    label: () => (modalIsOpen() ? (modalIsFilled() ? "Submit the form" : "Fill in the keys") : first.label()),
    run: () => {
      if (!modalIsOpen()) return first.run();
      if (modalIsFilled()) return submitModal();
      const { key_id, secret } = accountsNow()[environment];
      return fillModal([key_id, secret]);
    },
    done: () => accountsNow()?.[environment]?.used,
  };
}

const LIVE = command("Type a live /buy", () => "/buy symbol:MSFT quantity:1 account:live");
/** Whether the latest message is a card that waits for its press. */
const asks = () => (stage.messages.at(-1)?.components ?? []).some((row) => row.components?.some((part) => part.label?.startsWith("Confirm") && !part.disabled));
const confirm = {
  label: () => (asks() && !isTyped() ? "Now press Confirm" : LIVE.label()),
  run: () => (asks() && !isTyped() ? [...document.querySelectorAll(".message .button.danger")].at(-1)?.focus() : LIVE.run()),
};

const ARM = { label: () => "Arm the fault", run: arm };
const AFTER_ARM = command("Type /buy", () => "/buy symbol:F quantity:1 account:paper");

const STEPS = [
  { title: "Link a paper account", text: () => `Keys go into a private form, never into a message. ${displayName(whose)}’s keys are in the fake Alpaca’s panel.`, ...link("paper") },
  { title: "Buy", text: () => "A paper order goes out at once. Watch the message and the fake Alpaca agree.", ...command("Type /buy", () => "/buy symbol:AAPL quantity:5 account:paper"), done: () => grew("paper") && orders("paper")[0].status === "filled" },
  { title: "Put a stop under it", text: () => "A resting order stays at Alpaca and guards what you bought.", ...command("Type /sell with a stop", guard), done: () => grew("paper") },
  { title: "Link a live account", text: () => "The same form, for real money — as far as this world has any.", ...link("live") },
  { title: "Live asks first", text: () => "A live order shows a card with price and cost. Nothing leaves before you press Confirm.", ...confirm, done: () => grew("live") },
  { title: "Lose an answer, keep calm", text: () => "The order arrives, its answer does not. The message says so, asks Alpaca, and settles by itself. Do not resend.", label: () => (armed ? AFTER_ARM : ARM).label(), run: () => (armed ? AFTER_ARM : ARM).run(), done: () => armed && grew("paper") && !trouble("lost_answer")?.on },
  { title: "Nobody else saw it", text: () => `Switch to ${displayName(other())}: the channel holds nothing of it. Every answer was ${displayName(whose)}’s alone.`, label: () => `Be ${displayName(other())}`, run: () => $(`[data-friend="${other()}"]`).click(), done: () => stage.user === other() },
];

async function arm() {
  await switchTrouble("lost_answer", true);
  armed = true;
  showTab("trouble");
  drawTour();
}

function enter(step) {
  at = step;
  armed = false;
  base = null;
  remember({ tour: String(at) });
  if (at === 3 || at === 4) showTab("live");
  else if (at < 3) showTab("paper");
  looks = "";
  drawTour();
}

function close() {
  $("#intro").hidden = true;
  remember({ intro: "seen" });
  $("#line").focus();
}

/** Draws the present step; whether it is done is seen in the fake Alpaca, not in the messages. */
export function drawTour() {
  if ($("#intro").hidden || !stage.world.friends.length) return;
  const last = at === STEPS.length - 1;
  if (!last && whose !== stage.user) {
    whose = stage.user;
    base = null;
  }
  whose ||= stage.user;
  if (!base && accountsNow()) base = { paper: orders("paper").length, live: orders("live").length };
  const step = STEPS[at];
  const done = Boolean(step.done());
  const now = JSON.stringify([at, done, step.label(), step.text()]);
  if (now === looks) return;
  looks = now;
  const next = last ? close : () => enter(at + 1);
  const focused = document.activeElement?.id;
  $("#tour").replaceChildren(
    h("p", { class: "tour-where" }, `${at + 1} of ${STEPS.length}`, h("span", { class: "tour-dots", "aria-hidden": "true" }, STEPS.map((_, number) => h("i", { class: number < at || (number === at && done) ? "past" : number === at ? "here" : "" })))),
    h("h2", {}, step.title, done ? h("span", { class: "tour-done" }, icon("check"), "Done") : null),
    h("p", {}, step.text()),
    h("div", { class: "tour-buttons" },
      done ? null : h("button", { type: "button", id: "tour-run", class: "button primary", on: { click: step.run } }, step.label()),
      h("button", { type: "button", id: "tour-next", class: `button ${done ? "primary" : "secondary"}`, on: { click: next } }, last ? "Finish" : done ? "Next" : "Skip"),
      at ? h("button", { type: "button", class: "button secondary", on: { click: () => enter(at - 1) } }, "Back") : null));
  if (["tour-run", "tour-next"].includes(focused)) ($("#tour-run") ?? $("#tour-next")).focus();
}

export function startTour() {
  const intro = $("#intro");
  intro.hidden = recall("intro") === "seen";
  $("#intro-close").addEventListener("click", close);
  $("#tour-again").addEventListener("click", () => {
    intro.hidden = false;
    enter(0);
  });
  const left = Number(recall("tour") ?? 0);
  at = Number.isInteger(left) && STEPS[left] ? left : 0;
}
