// A chosen command with its options as pills.

import * as api from "./api.js";
import { avatar, h } from "./dom.js";
import { fixedChoices, flaw } from "./commands.js";
import { Listbox } from "./listbox.js";
import { stage } from "./stage.js";

const PAUSE = 160;

/** One option: its name, what is typed, and the value that is sent. */
class Pill {
  constructor(option, line) {
    this.option = option;
    this.line = line;
    this.value = "";
    this.input = h("input", { type: "text", autocomplete: "off", spellcheck: "false", role: "combobox", "aria-label": `${option.name}${option.required ? ", required" : ""}: ${option.description}`, inputmode: option.type === 4 ? "numeric" : option.type === 10 ? "decimal" : null });
    this.element = h("label", { class: "pill" }, h("span", { class: "pill-name" }, option.name), this.input);
    this.list = new Listbox(this.input, { label: `Choices for ${option.name}`, pick: (item) => this.take(item.choice), className: "picker" });
    this.input.addEventListener("focus", () => this.line.enter(this));
    this.input.addEventListener("blur", () => this.close());
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.line.pressed(event, this));
    this.fit();
  }

  /** Sets a value that need not be what is shown. */
  set(value, shown = value) {
    this.value = value;
    this.input.value = shown;
    this.fit();
  }

  fit() {
    this.input.style.width = `${Math.max(3, [...this.input.value].length + 1)}ch`;
    this.element.classList.remove("bad");
  }

  typed() {
    const fixed = fixedChoices(this.option);
    const exact = fixed?.find((choice) => choice.name.toLowerCase() === this.input.value.trim().toLowerCase());
    this.value = exact ? exact.value : this.input.value.trim();
    this.settled = false;
    this.fit();
    this.offer();
  }

  take(choice) {
    this.set(String(choice.value), choice.name);
    this.settled = true;
    this.close();
    this.line.advance(this);
  }

  close() {
    clearTimeout(this.timer);
    this.list.close();
  }

  show(choices) {
    const node = (choice) => h("div", { class: "choice" }, choice.person ? avatar(choice.name, "small") : null, h("div", { class: "choice-text" }, h("div", { class: "choice-label" }, choice.name)));
    this.list.show(choices.map((choice) => ({ choice, node: node(choice) })));
  }

  /** Offers what can be picked: a fixed list at once, the bot's own suggestions after a pause in typing. */
  offer() {
    clearTimeout(this.timer);
    const typed = this.input.value.trim().toLowerCase();
    const fixed = fixedChoices(this.option);
    if (fixed) this.show(this.settled ? [] : fixed.filter((choice) => choice.name.toLowerCase().includes(typed)));
    else if (this.option.autocomplete && !this.settled) {
      if (!this.list.items.length) this.list.show([], { note: h("div", { class: "list-note" }, "Loading options…") });
      this.timer = setTimeout(() => this.suggest(), PAUSE);
    } else this.list.close();
  }

  async suggest() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const { name } = this.option;
    const options = { ...this.line.values(), [name]: this.input.value.trim() };
    const deed = { do: "autocomplete", place: stage.place, command: this.line.command.name, options, focused: name };
    const answer = await api.act(stage.user, deed).catch(() => null);
    if (turn !== this.turn || this.settled || document.activeElement !== this.input) return;
    if (answer?.choices?.length) this.show(answer.choices);
    else this.list.show([], { note: h("div", { class: "list-note" }, answer ? "No options match your search." : "Loading options failed.") });
  }
}

export class CommandLine {
  constructor(command, values, { send, leave }) {
    this.command = command;
    this.send = send;
    this.leave = leave;
    this.hint = h("div", { class: "pill-hint", role: "status" });
    this.lists = h("div", { class: "pill-lists" });
    this.above = h("div", { class: "above" }, this.lists, this.hint);
    this.name = h("button", { type: "button", class: "command-name", "aria-label": `Command ${command.name}. Press Backspace to change it.`, on: { keydown: (event) => this.onName(event), focus: () => this.describe(null) } }, `/${command.name}`);
    this.more = h("button", { type: "button", class: "pill-more", role: "combobox", on: { focus: () => this.offerMore(), click: () => this.offerMore(), keydown: (event) => this.onMore(event) } });
    this.moreList = new Listbox(this.more, { label: "More options", pick: (item) => this.add(item.option).input.focus(), className: "picker" });
    this.more.addEventListener("blur", () => this.moreList.close());
    this.lists.append(this.moreList.element);
    this.element = h("div", { class: "pills", role: "group", "aria-label": `Options of /${command.name}` }, this.name, this.more);
    this.pills = [];
    for (const option of command.options) {
      if (!option.required && values[option.name] === undefined) continue;
      const known = fixedChoices(option)?.find((choice) => choice.value === values[option.name] || choice.name === values[option.name]);
      const pill = this.add(option);
      pill.set(known?.value ?? values[option.name] ?? "", known?.name ?? values[option.name] ?? "");
      pill.settled = Boolean(pill.value);
    }
  }

  start() {
    const empty = this.pills.find((pill) => !pill.value) ?? this.pills.at(-1);
    (empty?.input ?? this.name).focus();
    if (!empty) this.describe(null);
  }

  remove() {
    this.pills.forEach((pill) => pill.close());
    this.element.remove();
    this.above.remove();
  }

  values() {
    return Object.fromEntries(this.pills.filter((pill) => pill.value).map((pill) => [pill.option.name, pill.value]));
  }

  get spare() {
    return this.command.options.filter((option) => !this.pills.some((pill) => pill.option === option));
  }

  add(option) {
    const pill = new Pill(option, this);
    this.pills.push(pill);
    this.element.insertBefore(pill.element, this.more);
    this.lists.append(pill.list.element);
    this.count();
    return pill;
  }

  count() {
    this.more.hidden = !this.spare.length;
    this.more.textContent = `+${this.spare.length} optional`;
  }

  drop(pill) {
    const place = this.pills.indexOf(pill);
    this.pills.splice(place, 1);
    pill.close();
    pill.element.remove();
    pill.list.element.remove();
    this.count();
    (this.pills[place - 1]?.input ?? this.name).focus();
  }

  enter(pill) {
    this.describe(pill.option);
    pill.offer();
  }

  describe(option) {
    const send = h("span", { class: "keys" }, h("kbd", {}, "Tab"), " next ", h("kbd", {}, "Enter"), " send ", h("kbd", {}, "Esc"), " cancel");
    const text = option ? [h("strong", {}, option.name), ` ${option.description}`, option.required ? "" : h("em", {}, " optional")] : [h("strong", {}, `/${this.command.name}`), ` ${this.command.description}`];
    this.hint.className = "pill-hint";
    this.hint.replaceChildren(h("span", {}, text), send);
  }

  complain(text) {
    this.hint.className = "pill-hint bad";
    this.hint.replaceChildren(text);
  }

  /** Whether everything can be sent; if not, says why, at the first flaw. */
  complete() {
    const flaws = this.pills.map((pill) => ({ pill, why: flaw(pill.option, pill.value) }));
    const first = flaws.find(({ why }) => why);
    for (const pill of this.pills) pill.element.classList.remove("bad");
    if (!first) return true;
    first.pill.input.focus();
    first.pill.element.classList.add("bad");
    this.complain(`${first.pill.option.name}: ${first.why}`);
    return false;
  }

  /** After a choice: on to the next required option that is still empty. */
  advance(pill) {
    const next = this.pills.find((one) => one !== pill && one.option.required && !one.value);
    (next ?? pill).input.focus();
    if (!next) pill.close();
  }

  pressed(event, pill) {
    if (event.isComposing || pill.list.arrow(event)) return;
    const choice = pill.list.open && pill.list.active >= 0 && !pill.settled;
    const meant = pill.option.required || pill.list.moved || pill.input.value.trim();
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (!choice || !pill.list.choose()) this.onward(pill);
    } else if (event.key === "Tab" && !event.shiftKey && choice && meant) {
      event.preventDefault();
      const place = this.pills.indexOf(pill);
      pill.list.choose();
      if (document.activeElement === pill.input) (this.pills[place + 1]?.input ?? (this.more.hidden ? pill.input : this.more)).focus();
    } else if (event.key === "Backspace" && !pill.input.value) {
      event.preventDefault();
      if (!pill.option.required) this.drop(pill);
      else if (this.pills[0] === pill) this.leave(`/${this.command.name}`);
      else this.pills[this.pills.indexOf(pill) - 1].input.focus();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (pill.list.open) pill.close();
      else this.leave();
    }
  }

  /** Enter without a choice to take: to an option still missing, or off it goes. */
  onward(pill) {
    const missing = this.pills.find((one) => one !== pill && one.option.required && !one.value);
    if (pill.value && missing) missing.input.focus();
    else this.send();
  }

  onName(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      this.send();
    } else if (event.key === "Backspace") {
      event.preventDefault();
      this.leave(`/${this.command.name}`);
    } else if (event.key === "Escape") this.leave();
  }

  offerMore() {
    const node = (option) => h("div", { class: "choice" }, h("div", { class: "choice-text" }, h("div", { class: "choice-label" }, option.name), h("div", { class: "choice-description" }, option.description)));
    this.describe(null);
    this.moreList.show(this.spare.map((option) => ({ option, node: node(option) })));
  }

  onMore(event) {
    if (this.moreList.arrow(event)) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.moreList.choose();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.leave();
    } else if (event.key === "Backspace") {
      event.preventDefault();
      (this.pills.at(-1)?.input ?? this.name).focus();
    }
  }
}
