// What the page knows: who acts, where, and what they see there.

import * as api from "./api.js";
import { tell } from "./time.js";

export const stage = {
  world: { friends: [], people: [], bot: { id: "", name: "Paddock" } },
  user: "ham",
  place: "server",
  messages: [],
  online: false,
  commands: [],
  held: false,
  unread: new Map(),
};

const watchers = new Set();

/** Calls back whenever what is on the screen may have changed. */
export function watch(callback) {
  watchers.add(callback);
}

export function changed() {
  for (const callback of watchers) callback();
}

export const key = (user, place) => `${user}/${place}`;

export const displayName = (user) =>
  stage.world.people.find((person) => person.name === user)?.display_name ?? user;

let asked = 0;

/** Fetches what the acting friend sees; an answer that a later request has overtaken is dropped. */
export async function refresh() {
  const turn = ++asked;
  const { user, place } = stage;
  const seen = await api.view(user, place);
  if (turn !== asked) return;
  tell(seen.now);
  stage.messages = seen.messages;
  stage.online = seen.online;
  changed();
}

export async function learnCommands() {
  stage.commands = await api.commands();
  return stage.commands;
}

/** Steps into another friend's shoes, or another place. */
export function go(user, place) {
  stage.user = user;
  stage.place = place;
  stage.messages = [];
  stage.unread.delete(key(user, place));
  if (!stage.held) remember({ user, place });
  return refresh();
}

/** Keeps small choices over a reload; without storage the page works all the same. */
export function remember(values) {
  try {
    for (const [name, value] of Object.entries(values)) localStorage.setItem(`paddock.${name}`, value);
  } catch {
    // Private windows may refuse.
  }
}

export function recall(name) {
  try {
    return localStorage.getItem(`paddock.${name}`);
  } catch {
    return null;
  }
}
