// Buttons, select menus and the newer layout components below (or instead of) a message's text.

import { h, icon } from "./dom.js";
import { attachment, picture } from "./embed.js";
import { markdown } from "./markdown.js";
import { selectMenu } from "./selects.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger" };

function button(component, use) {
  const text = [component.emoji?.name ? h("span", { class: "emoji" }, component.emoji.name) : null, component.label ? h("span", {}, component.label) : null];
  if (component.style === 5) {
    const url = /^https?:\/\//.test(component.url ?? "") ? component.url : null;
    return h("a", { class: "button secondary", href: url, target: "_blank", rel: "noopener noreferrer" }, text, icon("out"));
  }
  return h("button", {
    type: "button",
    class: `button ${STYLES[component.style] ?? "secondary"}`,
    disabled: component.disabled,
    data: { id: component.custom_id },
    "aria-label": component.label ? null : (component.emoji?.name ?? "Button"),
    on: { click: (event) => use({ do: "press", custom_id: component.custom_id }, event.currentTarget) },
  }, text);
}

function select(component, use) {
  return selectMenu(component, (values, element) => use({ do: "select", custom_id: component.custom_id, values }, element));
}

/** One component as an element; `use` is called with the deed of a press or a choice, and the element it came from. */
export function component(part, message, use) {
  const inner = (list) => (list ?? []).map((one) => component(one, message, use));
  switch (part.type) {
    case 1:
      return h("div", { class: "row" }, inner(part.components));
    case 2:
      return button(part, use);
    case 3:
    case 5:
    case 6:
    case 7:
    case 8:
      return select(part, use);
    case 9:
      return h("div", { class: "section" }, h("div", {}, inner(part.components)), component(part.accessory, message, use));
    case 10:
      return h("div", { class: "text-display" }, markdown(part.content ?? ""));
    case 11:
      return picture({ url: part.media?.url, description: part.description }, message, "thumbnail");
    case 12:
      return h("div", { class: "gallery" }, (part.items ?? []).map((item) => picture({ url: item.media?.url, description: item.description }, message, "image")));
    case 13: {
      const name = part.file?.url?.replace("attachment://", "");
      const file = message.attachments.find((one) => one.filename === name);
      return file ? attachment(file, message) : null;
    }
    case 14:
      return h("hr", { class: part.divider === false ? "separator bare" : "separator" });
    case 17: {
      const box = h("div", { class: "embed container" }, inner(part.components));
      if (part.accent_color) box.style.setProperty("--bar", `#${part.accent_color.toString(16).padStart(6, "0")}`);
      return box;
    }
    default:
      return null;
  }
}
