// Building elements. Text always becomes a text node: nothing a user or the bot wrote is ever parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An element. Attributes whose value is false or null are left out; `on` holds listeners, `data` the dataset. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "data") {
      Object.assign(element.dataset, value);
    } else if (name === "value") {
      element.value = value;
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A picture from the sheet in index.html; it says nothing to a screen reader. */
export function icon(name, extra = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${extra}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export const $ = (selector, root = document) => root.querySelector(selector);

/** A round picture with the first letter of a name. */
export function avatar(name, extra = "") {
  return h("span", { class: `avatar ${extra}`.trim(), "aria-hidden": "true", data: { name: name.toLowerCase() } }, name.slice(0, 1).toUpperCase());
}

let fading;

/** Says something for a few seconds, also to screen readers. */
export function say(text, kind = "note") {
  const toast = $("#toast");
  toast.textContent = text;
  toast.className = `toast show ${kind}`;
  clearTimeout(fading);
  fading = setTimeout(() => toast.classList.remove("show"), 4000);
}

let counted = 0;

/** An id no other element has. */
export const fresh = (stem) => `${stem}-${++counted}`;
