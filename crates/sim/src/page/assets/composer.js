// The line at the bottom: plain typing, the command picker behind a slash, and then the command's options.

import { $, h, icon, say } from "./dom.js";
import { runCommand } from "./chat.js";
import { catalogue, matching, parse } from "./commands.js";
import { Listbox } from "./listbox.js";
import { CommandLine } from "./pills.js";
import { changed, learnCommands, stage } from "./stage.js";

const line = () => $("#line");
let picker;
let current = null;

export function startComposer() {
  const input = line();
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  picker = new Listbox(input, { label: "Commands", pick: ({ command }) => begin(command, {}), className: "picker" });
  $("#composer").prepend(picker.element);
  input.addEventListener("input", typed);
  input.addEventListener("paste", () => setTimeout(pasted));
  input.addEventListener("keydown", pressed);
  input.addEventListener("blur", () => picker.close());
  input.addEventListener("focus", typed);
  $("#composer").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  document.addEventListener("keydown", (event) => {
    const elsewhere = event.target.closest?.("input, textarea, select, dialog, [role=dialog]");
    if (event.key === "/" && !elsewhere && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      prefill("/");
    }
  });
}

/** Puts text into the line, as if it had been typed. */
export function prefill(text) {
  leave(text);
}

/** Whether a command stands there, ready or not. */
export const isTyped = () => Boolean(current);

/** Types a whole command, ready to be sent with Enter. */
export async function typeOut(text) {
  if (!stage.commands.length) await learnCommands();
  leave();
  const whole = parse(text);
  if (whole) begin(whole.command, whole.values);
  else prefill(text);
}

/** Empties the line: what was begun as one friend is not finished as the other. */
export function resetComposer() {
  leave("", false);
}

export function drawComposer() {
  const where = stage.place === "dm" ? `@${stage.world.bot.name}` : `#${stage.world.channel ?? ""}`;
  line().placeholder = `Type / for commands in ${where}`;
}

function row(command) {
  const options = command.options.map((option) => h("span", { class: option.required ? "hint required" : "hint" }, option.name));
  return h("div", { class: "choice" }, h("span", { class: "avatar brand small", "aria-hidden": "true" }, icon("horse")),
    h("div", { class: "choice-text" },
      h("div", { class: "choice-label" }, `/${command.name} `, options),
      h("div", { class: "choice-description" }, command.description)));
}

function offer() {
  const query = line().value.slice(1);
  const fits = matching(query);
  const none = stage.commands.length ? `No command fits /${query}.` : "The bot has not registered any commands yet.";
  const note = fits.length ? h("div", { class: "list-head" }, icon("horse"), stage.world.bot.name) : h("div", { class: "list-note" }, none);
  picker.show(fits.map((command) => ({ command, node: row(command) })), { note });
}

async function typed() {
  const text = line().value;
  if (!text.startsWith("/")) {
    picker.close();
    return;
  }
  if (text.endsWith(" ") && finished(text)) return;
  offer();
  if (text.length > 1 && stage.commands.length) return;
  try {
    await learnCommands();
    if (line().value.startsWith("/") && document.activeElement === line()) offer();
  } catch (error) {
    say(error.message, "bad");
  }
}

/** A whole command's name and a space are as good as a choice, unless a longer name begins with them. */
function finished(text) {
  const name = text.slice(1).trim();
  const command = catalogue().find((known) => known.name === name);
  const longer = catalogue().some((known) => known.name.startsWith(`${name} `));
  if (command && !longer) begin(command, {});
  return command && !longer;
}

async function pasted() {
  const text = line().value.trim();
  if (!text.startsWith("/")) return;
  if (!stage.commands.length) await learnCommands().catch(() => {});
  const whole = parse(text);
  if (whole && Object.keys(whole.values).length) begin(whole.command, whole.values);
}

function pressed(event) {
  if (picker.arrow(event)) return;
  if (event.key === "Escape" && picker.open) {
    event.stopPropagation();
    picker.close();
  } else if (["Enter", "Tab"].includes(event.key) && picker.open && picker.items.length) {
    event.preventDefault();
    picker.choose();
  }
}

/** Starts filling in a command's options. */
export function begin(command, values) {
  picker.close();
  current?.remove();
  current = new CommandLine(command, values, { send, leave });
  line().hidden = true;
  line().value = "";
  $("#composer-box").prepend(current.element);
  $("#composer").prepend(current.above);
  current.start();
  changed();
}

function leave(text = "", focus = true) {
  current?.remove();
  current = null;
  const input = line();
  input.hidden = false;
  input.value = text;
  picker.close();
  if (focus) {
    input.focus();
    typed();
  }
  changed();
}

/** Sends what stands there, or says what is missing. */
export async function send() {
  if (!current) {
    const text = line().value.trim();
    if (text && !text.startsWith("/")) say("Paddock only listens to slash commands. Type / to see them.");
    else if (text) await pasted();
    return;
  }
  const filled = current;
  if (filled.sending || !filled.complete()) return;
  filled.sending = true;
  let sent = false;
  try {
    await runCommand(filled.command.name, filled.values(), () => {
      sent = true;
      if (current === filled) leave();
    });
  } catch (error) {
    if (sent) say(error.message, "bad");
    else filled.complain(error.message);
  }
  filled.sending = false;
}
