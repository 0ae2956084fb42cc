// A modal of the bot. It covers the chat only, so that keys can be copied from the panel beside it while it is open.

import { $, fresh, h, icon, say } from "./dom.js";
import { perform } from "./deeds.js";
import { displayName, stage } from "./stage.js";

const TEXT = 4;
const SELECTS = [3, 21];
let open = null;

const watchers = new Set();

/** Calls back when a modal opens or closes. */
export function watchModal(callback) {
  watchers.add(callback);
}

const moved = () => watchers.forEach((callback) => callback());

/** Fills in the open modal's inputs, top to bottom, as if typed. */
export function fillModal(values) {
  const boxes = boxesNow();
  values.forEach((value, index) => {
    if (!boxes[index]) return;
    boxes[index].value = value;
    boxes[index].dispatchEvent(new Event("input", { bubbles: true }));
  });
  boxes.at(-1)?.focus();
  moved();
}

const boxesNow = () => [...document.querySelectorAll(".modal [data-input]")];

export const modalIsFilled = () => boxesNow().length > 0 && boxesNow().every((box) => box.value);

export const submitModal = () => $(".modal form").requestSubmit();

export const modalIsOpen = () => Boolean(open);

function find(components, id) {
  for (const part of components ?? []) {
    if (part.custom_id === id) return part;
    const inner = find([...(part.components ?? []), ...(part.component ? [part.component] : [])], id);
    if (inner) return inner;
  }
  return null;
}

function control(input, id, modal) {
  const common = { id, required: input.required, "aria-describedby": `${id}-why`, data: { input: input.custom_id } };
  if (SELECTS.includes(input.kind)) {
    const options = find(modal.components, input.custom_id)?.options ?? [];
    return h("select", common, options.map((option) => h("option", { value: option.value, selected: option.default }, option.label)));
  }
  const attributes = { ...common, placeholder: input.placeholder, maxlength: input.max_length, autocomplete: "off", spellcheck: "false", value: input.value };
  return input.style === 2 ? h("textarea", { ...attributes, rows: 4 }) : h("input", { ...attributes, type: "text" });
}

function field(input, modal) {
  const id = fresh("input");
  const box = control(input, id, modal);
  const count = h("span", { class: "count", "aria-hidden": "true" });
  const why = h("span", { class: "why", id: `${id}-why` });
  const limited = input.kind === TEXT && input.max_length < 4000;
  const tally = () => {
    why.textContent = "";
    box.removeAttribute("aria-invalid");
    count.textContent = limited ? `${[...box.value].length}/${input.max_length}` : "";
  };
  box.addEventListener("input", tally);
  tally();
  return h("div", { class: "modal-field" },
    h("label", { for: id }, input.label, input.required ? h("span", { class: "star", "aria-hidden": "true" }, " *") : h("span", { class: "optional" }, " (optional)")),
    box, h("div", { class: "under" }, why, count));
}

function flaw(input, value) {
  const length = [...value].length;
  if (!length) return input.required ? "This field is required." : null;
  if (input.kind === TEXT && length < input.min_length) return `Must be at least ${input.min_length} characters.`;
  return null;
}

/** Shows a modal to the friend it opened for; `back` gets the focus when it closes. */
export function openModal(modal, user, back = null) {
  open?.close();
  const fields = modal.inputs.map((input) => field(input, modal));
  const wrong = h("p", { class: "modal-wrong", role: "alert", hidden: true });
  const submit = h("button", { type: "submit", class: "button primary" }, "Submit");
  const close = () => closeModal(back);
  const form = h("form", { novalidate: true, on: { submit: (event) => send(event) } },
    h("header", {},
      h("span", { class: "avatar brand", "aria-hidden": "true" }, icon("horse")),
      h("div", {}, h("h2", { id: "modal-title" }, modal.title), h("p", {}, `${stage.world.bot.name} for ${displayName(user)}`)),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close", on: { click: close } }, icon("close"))),
    h("div", { class: "modal-body" }, wrong, fields),
    h("p", { class: "modal-notice" }, icon("warn"), `This form will be submitted to ${stage.world.bot.name}. Do not share passwords or other sensitive information.`),
    h("footer", {}, h("button", { type: "button", class: "button plain", on: { click: close } }, "Cancel"), submit));
  const cover = h("div", { class: "modal-cover" }, h("div", { class: "modal", role: "dialog", "aria-labelledby": "modal-title" }, form));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
  });

  async function send(event) {
    event.preventDefault();
    if (submit.classList.contains("busy")) return;
    const values = {};
    let first = null;
    modal.inputs.forEach((input, index) => {
      const box = $("[data-input]", fields[index]);
      const why = flaw(input, box.value);
      $(".why", fields[index]).textContent = why ?? "";
      if (why) box.setAttribute("aria-invalid", "true");
      if (why) first ??= box;
      values[input.custom_id] = box.value;
    });
    if (first) {
      first.focus();
      return;
    }
    submit.classList.add("busy");
    const outcome = await perform(user, { do: "submit", modal: modal.interaction, values }).catch((error) => ({ error }));
    submit.classList.remove("busy");
    if (!outcome.silent && !outcome.error) {
      if (open?.modal === modal) closeModal(back);
      return;
    }
    wrong.hidden = false;
    wrong.textContent = outcome.error ? `${outcome.error.message}.` : "Something went wrong. Try again.";
  }

  open = { modal, close: () => cover.remove() };
  for (const part of ["#log", "#composer"]) $(part).inert = true;
  // The tour stays in reach: it can fill the form in.
  const intro = $("#intro");
  if (!intro.hidden) cover.style.top = `${intro.offsetTop + intro.offsetHeight}px`;
  $("#chat").append(cover);
  ($("[data-input]", form) ?? submit).focus();
  moved();
}

function closeModal(back) {
  open?.close();
  open = null;
  for (const part of ["#log", "#composer"]) $(part).inert = false;
  moved();
  if (back?.isConnected) back.focus();
  else $("#line").focus();
}

/** A modal belongs to who opened it: it does not follow into somebody else's shoes. */
export function abandonModal() {
  if (!open) return;
  closeModal(null);
  say("The form was closed.");
}
