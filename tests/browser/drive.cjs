// Drives the demo's page in Chromium as a person would: `drive.cjs <page> <folder for screenshots> <browser>`.
// Ends with 1 and says why when something is not there in time, or when the browser complained about anything.
"use strict";

const { chromium } = require("playwright-core");
const [page_url, shots, browser_path] = process.argv.slice(2);
const WITHIN = 20_000;
const complaints = [];
let taken = 0;

function check(holds, what) {
  if (!holds) throw new Error(what);
}

/** A window of this size and theme, whose every complaint and outside request is kept. */
async function open(browser, name, viewport, theme) {
  const context = await browser.newContext({ viewport, colorScheme: theme, reducedMotion: "reduce" });
  await context.addInitScript((chosen) => localStorage.getItem("paddock.theme") ?? localStorage.setItem("paddock.theme", chosen), theme);
  const page = await context.newPage();
  page.setDefaultTimeout(WITHIN);
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(`${name}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`${name}: ${error.stack}`));
  page.on("request", (request) => !request.url().startsWith(page_url) && !request.url().startsWith("data:") && complaints.push(`${name}: asks ${request.url()}`));
  await page.goto(page_url);
  await page.waitForSelector("#tour h2");
  const shot = async (what) => {
    taken += 1;
    await page.screenshot({ path: `${shots}/${name}-${what}.png` });
  };
  return { page, shot, name };
}

const label = (page) => page.textContent("#tour-run");

/** Presses the tour's button until the step is done, and goes on. */
async function step(seat, title, presses, meanwhile = async () => {}) {
  const { page, shot } = seat;
  await page.waitForSelector(`#tour h2:has-text("${title}")`);
  for (const wanted of presses) {
    await page.waitForFunction((text) => document.querySelector("#tour-run")?.textContent.startsWith(text), wanted);
    await page.click("#tour-run");
  }
  await meanwhile();
  await page.waitForSelector(".tour-done");
  await shot(title.toLowerCase().replaceAll(/[^a-z]+/g, "-"));
  await page.click("#tour-next");
}

async function tour(seat, who, other) {
  const { page, shot } = seat;
  const link = (environment) => [`Type /account add ${environment}`, "Send it", "Fill in the keys", "Submit the form"];
  await shot("start");
  await step(seat, "Link a paper account", link("paper"));
  await step(seat, "Buy", ["Type /buy", "Send it"], () => page.waitForSelector(".message .embed >> text=AAPL"));
  await step(seat, "Put a stop under it", ["Type /sell with a stop", "Send it"]);
  await step(seat, "Link a live account", link("live"));
  await step(seat, "Live asks first", ["Type a live /buy", "Send it", "Now press Confirm"], async () => {
    const confirm = page.locator(".message .button", { hasText: "Confirm" }).last();
    await page.waitForFunction(() => document.activeElement?.textContent.startsWith("Confirm"));
    await shot("live-card");
    await confirm.click();
  });
  await step(seat, "Lose an answer, keep calm", ["Arm the fault", "Type /buy", "Send it"]);
  await step(seat, "Nobody else saw it", [`Be ${other}`], async () => {
    await page.waitForFunction((name) => document.querySelector(".friend.acting")?.dataset.friend === name.toLowerCase(), other);
    check((await page.locator(".used-name", { hasText: who }).count()) === 0, `${other} sees what ${who} did`);
  });
  await page.waitForSelector("#intro", { state: "hidden" });
}

/** Keyboard only: a slash, arrows, Tab, Enter, Escape. */
async function keyboard({ page, shot }) {
  await page.keyboard.press("/");
  await page.waitForSelector("#composer [role=option]");
  await shot("picker");
  await page.keyboard.press("ArrowDown");
  check(await page.getAttribute("#line", "aria-activedescendant"), "the picker tells which command is active");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("/buy ");
  await page.waitForSelector(".pill");
  await page.keyboard.type("AAPL");
  await page.waitForSelector(".pill-lists [role=option] >> text=AAPL");
  await shot("autocomplete");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await page.waitForSelector("#line");
}

/** Every control has a name that a screen reader can say. */
async function names({ page, name }) {
  const nameless = await page.evaluate(() => {
    const named = (element) => {
      const ids = (element.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean);
      const referred = ids.map((id) => document.getElementById(id)?.textContent ?? "").join("");
      const labels = [...(element.labels ?? [])].map((one) => one.textContent).join("");
      return (element.getAttribute("aria-label") || referred || labels || element.textContent || element.title || "").trim();
    };
    const controls = document.querySelectorAll("a[href], button, input, select, textarea, [role=tab], [role=switch], [role=radio], [role=dialog], nav, aside, [role=log]");
    return [...controls].filter((element) => !named(element)).map((element) => element.outerHTML.slice(0, 120));
  });
  check(!nameless.length, `${name}: without a name: ${nameless.join(" ")}`);
}

/** Nothing sticks out at the side of a narrow window. */
async function fits({ page, name }) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  check(!wide, `${name}: the page is wider than its window`);
}

/** The panel of troubles: the bot comes back by itself, and a paused database costs an answer, not the bot. */
async function troubles({ page, shot }) {
  await page.click("#tab-trouble");
  const before = Number(/(\d+) resumed/.exec(await page.textContent("#sessions"))[1]);
  await page.click('[data-trouble="gateway_drop"]');
  await page.waitForFunction((times) => Number(/(\d+) resumed/.exec(document.querySelector("#sessions").textContent)[1]) > times, before);
  const pause = '[data-trouble="database_pause"]';
  await page.click(pause);
  await page.waitForSelector(`${pause}[aria-checked=true]`);
  await page.click("#line");
  await page.keyboard.type("/balance ");
  await page.waitForSelector(".command-name");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".thinking");
  await shot("database-paused");
  await page.click(pause);
  await page.waitForSelector(`${pause}[aria-checked=false]`);
  await page.waitForSelector(".thinking", { state: "detached", timeout: 2 * WITHIN });
  await shot("database-back");
}

async function both(browser) {
  const seat = await open(browser, "both", { width: 1500, height: 860 }, "dark");
  const friends = [];
  await seat.page.goto(`${page_url}both`);
  await seat.page.waitForFunction(() => document.querySelectorAll("iframe").length === 2);
  for (const handle of await seat.page.$$("iframe")) {
    const frame = await handle.contentFrame();
    await frame.waitForSelector(".welcome");
    friends.push(await frame.evaluate(() => document.querySelector(".friend.acting")?.dataset.friend ?? new URLSearchParams(location.search).get("as")));
  }
  check(new Set(friends).size === 2, `side by side are ${friends}`);
  await seat.shot("friends");
}

async function main() {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];
  const browser = await chromium.launch({ executablePath: browser_path, args });
  try {
    const desk = await open(browser, "desktop-dark", { width: 1360, height: 860 }, "dark");
    await tour(desk, "Ham", "Mara");
    await desk.page.click('[data-friend="ham"]');
    await troubles(desk);
    await keyboard(desk);
    await names(desk);
    const phone = await open(browser, "phone-light", { width: 390, height: 844 }, "light");
    await phone.page.click('[data-friend="mara"]');
    await tour(phone, "Mara", "Ham");
    await fits(phone);
    await names(phone);
    await phone.page.click('#panes [data-pane="broker"]');
    await phone.shot("broker");
    const light = await open(browser, "desktop-light", { width: 1360, height: 860 }, "light");
    await light.page.click("#intro-close");
    await keyboard(light);
    await light.shot("messages");
    const small = await open(browser, "phone-dark", { width: 390, height: 844 }, "dark");
    await small.page.click("#intro-close");
    await keyboard(small);
    await fits(small);
    await small.shot("messages");
    await both(browser);
  } catch (error) {
    for (const [number, page] of browser.contexts().flatMap((context) => context.pages()).entries()) {
      await page.screenshot({ path: `${shots}/failed-${number}.png` }).catch(() => {});
      console.error(`tour ${number}: ${await label(page).catch(() => "closed")}`);
    }
    throw error;
  } finally {
    await browser.close();
  }
  check(!complaints.length, complaints.join("\n"));
  console.log(`BROWSER screenshots=${taken} complaints=0`);
}

main().catch((error) => {
  console.error(error.stack, complaints.join("\n"));
  process.exitCode = 1;
});
