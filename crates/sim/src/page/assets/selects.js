// Select menus below a message.

import { avatar, h, icon } from "./dom.js";
import { Listbox } from "./listbox.js";
import { stage } from "./stage.js";

function choices(component) {
  if (component.type === 3) {
    return component.options.map((option) => ({ value: option.value, label: option.label, description: option.description, emoji: option.emoji?.name, selected: Boolean(option.default) }));
  }
  if (component.type === 8) return [{ value: stage.world.channel, label: `# ${stage.world.channel}` }];
  if (component.type === 6) return [];
  return stage.world.people.map((person) => ({ value: person.name, label: person.display_name, person: true }));
}

function line(choice, many) {
  return h("div", { class: "choice" },
    choice.person ? avatar(choice.label, "small") : choice.emoji ? h("span", { class: "emoji" }, choice.emoji) : null,
    h("div", { class: "choice-text" },
      h("div", { class: "choice-label" }, choice.label),
      choice.description ? h("div", { class: "choice-description" }, choice.description) : null),
    choice.selected ? icon("check") : many ? h("span", { class: "unchecked" }) : null);
}

/** A select menu; `send` is given the chosen values. */
export function selectMenu(component, send) {
  const least = component.min_values ?? 1;
  const most = component.max_values ?? 1;
  const many = most > 1;
  let known = choices(component);
  const name = component.placeholder || "Make a selection";
  const shown = h("span", { class: "select-shown" });
  const button = h("button", { type: "button", class: "select-button", role: "combobox", disabled: component.disabled, "aria-label": name, data: { id: component.custom_id } }, shown, icon("chevron"));
  const list = new Listbox(button, { label: name, pick, many, className: "select-list" });
  const box = h("div", { class: "select" }, button, list.element);

  function label() {
    const chosen = known.filter((choice) => choice.selected).map((choice) => choice.label);
    shown.textContent = chosen.join(", ") || name;
    shown.classList.toggle("empty", !chosen.length);
  }

  function show(active) {
    box.classList.toggle("upwards", button.getBoundingClientRect().bottom > window.innerHeight * 0.55);
    list.show(known.map((choice) => ({ choice, selected: choice.selected, node: line(choice, many) })), { active });
  }

  function pick({ choice }) {
    if (!many) {
      known = known.map((one) => ({ ...one, selected: one.value === choice.value }));
      finish();
      return;
    }
    const count = known.filter((one) => one.selected).length;
    if (!choice.selected && count >= most) return;
    known = known.map((one) => (one.value === choice.value ? { ...one, selected: !one.selected } : one));
    show(list.active);
  }

  function finish() {
    list.close();
    label();
    const values = known.filter((choice) => choice.selected).map((choice) => choice.value);
    if (values.length >= least) send(values, button);
  }

  const leave = () => (many && list.open ? finish() : list.close());
  button.addEventListener("click", () => (list.open ? leave() : show(Math.max(0, known.findIndex((choice) => choice.selected)))));
  button.addEventListener("blur", leave);
  button.addEventListener("keydown", (event) => {
    if (!list.open && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      show(0);
    } else if (list.arrow(event)) {
      // Moved.
    } else if (list.open && ["Enter", " "].includes(event.key)) {
      event.preventDefault();
      list.choose();
    } else if (list.open && event.key === "Escape") {
      event.stopPropagation();
      leave();
    }
  });
  label();
  return box;
}
