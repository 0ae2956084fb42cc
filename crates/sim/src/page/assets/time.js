// The world's clock, which need not be the browser's, and Discord's ways of writing a moment.

let ahead = 0;

/** Learns the world's present moment, in milliseconds. */
export function tell(moment) {
  ahead = moment - Date.now();
}

export const now = () => Date.now() + ahead;

const format = (options) => new Intl.DateTimeFormat(undefined, options);
const STYLES = {
  t: format({ timeStyle: "short" }),
  T: format({ timeStyle: "medium" }),
  d: format({ dateStyle: "short" }),
  D: format({ dateStyle: "long" }),
  f: format({ dateStyle: "long", timeStyle: "short" }),
  F: format({ dateStyle: "full", timeStyle: "short" }),
};
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

export function ago(moment) {
  const seconds = Math.round((moment - now()) / 1000);
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

/** `<t:…:style>` as an element; relative ones keep themselves up to date. */
export function timestamp(seconds, style = "f") {
  const moment = new Date(seconds * 1000);
  const element = document.createElement("time");
  if (Number.isNaN(moment.getTime())) return element;
  element.dateTime = moment.toISOString();
  element.title = STYLES.F.format(moment);
  element.className = "stamp";
  if (style === "R") element.dataset.relative = String(moment.getTime());
  element.textContent = style === "R" ? ago(moment.getTime()) : (STYLES[style] ?? STYLES.f).format(moment);
  return element;
}

const dayOf = (moment) => new Date(moment).toDateString();

/** "Today at 14:32" above a message. */
export function posted(iso) {
  const moment = new Date(iso);
  const time = STYLES.t.format(moment);
  if (dayOf(moment) === dayOf(now())) return `Today at ${time}`;
  if (dayOf(moment) === dayOf(now() - 86_400_000)) return `Yesterday at ${time}`;
  return `${STYLES.d.format(moment)} ${time}`;
}

export const clock = (iso) => STYLES.t.format(new Date(iso));
export const seconds = (iso) => STYLES.T.format(new Date(iso));
export const precise = (iso) => STYLES.F.format(new Date(iso));

setInterval(() => {
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const text = ago(Number(element.dataset.relative));
    if (element.textContent !== text) element.textContent = text;
  }
}, 1000);
