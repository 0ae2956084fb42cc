// The page starts here.

import * as api from "./api.js";
import { look, startBroker, watchAccounts } from "./broker.js";
import { answerModalsWith, drawChat, startChat } from "./chat.js";
import { drawComposer, resetComposer, startComposer } from "./composer.js";
import { forget, settle } from "./deeds.js";
import { $, say } from "./dom.js";
import { abandonModal, modalIsOpen, openModal, watchModal } from "./modal.js";
import { drawNav, noteUnread, startNav } from "./nav.js";
import { changed, displayName, go, key, learnCommands, recall, refresh, remember, stage, watch } from "./stage.js";
import { drawTour, startTour } from "./tour.js";
import { watchTroubles } from "./troubles.js";

const quietly = (promise) => promise.catch((error) => say(error.message, "bad"));

function visit(user, place) {
  if (user === stage.user && place === stage.place) return;
  const other = user !== stage.user;
  if (modalIsOpen()) abandonModal();
  resetComposer();
  quietly(go(user, place));
  changed();
  if (other) look();
}

let due = false;

/** Several changes in one moment are one look at the screen. */
function soon() {
  if (due) return;
  due = true;
  setTimeout(() => {
    due = false;
    // Without a server the stream says so; it also looks again when it is back.
    refresh().catch(() => {});
  }, 15);
}

function onChange(change) {
  settle(change);
  noteUnread(change);
  if (key(change.user, change.place) === key(stage.user, stage.place)) soon();
  else changed();
}

/** After a gap in the stream: another world may have started meanwhile, or other commands been registered. */
async function catchUp() {
  forget();
  const world = await api.world();
  if (world.channel_id !== stage.world.channel_id) {
    location.reload();
    return;
  }
  stage.world = world;
  soon();
  await learnCommands();
}

/** On a narrow screen one of chat and broker is shown at a time. */
function pane(name) {
  document.body.dataset.pane = name;
  for (const tab of document.querySelectorAll("#panes button")) tab.setAttribute("aria-pressed", String(tab.dataset.pane === name));
}

function theme(name) {
  document.documentElement.dataset.theme = name;
  remember({ theme: name });
  $("#theme").setAttribute("aria-label", name === "dark" ? "Switch to the light theme" : "Switch to the dark theme");
}

/** Held to one friend, as in the page with both side by side. */
function hold(held) {
  stage.held = held;
  document.body.classList.toggle("held", held);
  if (held) $("#intro").hidden = true;
}

function draw() {
  drawNav();
  drawChat();
  drawComposer();
  $("#intro-name").textContent = displayName(stage.user);
  drawTour();
}

async function start() {
  theme(recall("theme") === "light" ? "light" : "dark");
  $("#theme").addEventListener("click", () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  for (const tab of document.querySelectorAll("#panes button")) tab.addEventListener("click", () => pane(tab.dataset.pane));
  pane("chat");
  startTour();
  watchAccounts(drawTour);
  watchTroubles(drawTour);
  startChat();
  startComposer();
  startNav(visit);
  answerModalsWith(openModal);
  watchModal(drawTour);
  watch(draw);
  stage.world = await api.world();
  const { friends } = stage.world;
  const held = new URLSearchParams(location.search).get("as");
  hold(friends.includes(held));
  stage.user = stage.held ? held : friends.includes(recall("user")) ? recall("user") : friends[0];
  stage.place = recall("place") === "dm" ? "dm" : "server";
  // Nobody can act before the page hears what becomes of it.
  await new Promise((heard) => {
    api.listen(onChange, () => quietly(catchUp()), (up) => {
      $("#line-down").toggleAttribute("hidden", up);
      heard();
    });
  });
  startBroker();
  changed();
  // Whether the bot is there changes without any message changing.
  setInterval(() => document.hidden || soon(), 5000);
}

quietly(start());
