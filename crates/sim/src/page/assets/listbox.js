// A list to pick from with the arrow keys, owned by an input or a button that keeps the focus.

import { fresh, h } from "./dom.js";

export class Listbox {
  /** `owner` is the element with the focus; `pick` is called with the chosen item. */
  constructor(owner, { label, pick, many = false, className = "" }) {
    this.owner = owner;
    this.pick = pick;
    this.items = [];
    this.active = -1;
    this.moved = false;
    this.element = h("div", { class: `listbox ${className}`, role: "listbox", id: fresh("list"), "aria-label": label, "aria-multiselectable": many, hidden: true });
    this.element.addEventListener("mousedown", (event) => event.preventDefault());
    owner.setAttribute("aria-controls", this.element.id);
    owner.setAttribute("aria-haspopup", "listbox");
    owner.setAttribute("aria-expanded", "false");
  }

  get open() {
    return !this.element.hidden;
  }

  /** Shows items: `{ node, selected }` each with whatever `pick` wants to know. `note` stands alone or above them. */
  show(items, { note = null, active = 0 } = {}) {
    this.items = items;
    this.moved = false;
    const options = items.map((item, index) => {
      const option = h("div", { class: "option", role: "option", id: `${this.element.id}-${index}`, "aria-selected": String(Boolean(item.selected)) }, item.node);
      option.addEventListener("click", () => this.choose(index));
      option.addEventListener("mousemove", () => this.active !== index && this.move(index, false));
      return option;
    });
    note?.setAttribute("role", "presentation");
    this.element.replaceChildren(...(note ? [note] : []), ...options);
    this.element.hidden = !items.length && !note;
    this.owner.setAttribute("aria-expanded", String(this.open));
    this.move(items.length ? Math.min(active, items.length - 1) : -1);
  }

  close() {
    this.items = [];
    this.active = -1;
    this.element.hidden = true;
    this.owner.setAttribute("aria-expanded", "false");
    this.owner.removeAttribute("aria-activedescendant");
  }

  move(index, scroll = true) {
    this.active = index;
    for (const [place, option] of [...this.element.querySelectorAll(".option")].entries()) {
      option.classList.toggle("active", place === index);
      if (place === index && scroll) option.scrollIntoView({ block: "nearest" });
    }
    if (index >= 0) this.owner.setAttribute("aria-activedescendant", `${this.element.id}-${index}`);
    else this.owner.removeAttribute("aria-activedescendant");
  }

  choose(index = this.active) {
    const item = this.items[index];
    if (item) this.pick(item);
    return Boolean(item);
  }

  /** Moves on arrow keys; answers whether the key was one. */
  arrow(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (!step || !this.open || !this.items.length) return false;
    event.preventDefault();
    this.moved = true;
    this.move((this.active + step + this.items.length) % this.items.length);
    return true;
  }
}
