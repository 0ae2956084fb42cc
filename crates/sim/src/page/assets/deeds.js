// What the acting friend does, and what becomes of it.

import * as api from "./api.js";

const waiting = new Map();
const early = new Map();
const modals = new Map();

function bounded(map, name, value) {
  map.set(name, value);
  if (map.size > 200) map.delete(map.keys().next().value);
}

/**
 * Does something and answers what became of it: `{ silent: true }` when the bot did not respond in time, or the kind of
 * its answer, with the modal if it is one. `onSent` runs once the deed is on its way.
 */
export async function perform(user, deed, onSent = () => {}) {
  const { interaction } = await api.act(user, deed);
  onSent();
  if (!interaction) return { kind: 0 };
  if (early.has(interaction)) {
    const outcome = early.get(interaction);
    early.delete(interaction);
    return outcome;
  }
  return new Promise((resolve) => waiting.set(interaction, resolve));
}

/** Takes note of a change that settles a deed of anybody's. */
export function settle(change) {
  if (change.what === "modal_opened") bounded(modals, change.modal.interaction, change.modal);
  const outcome = {
    acknowledged: { kind: change.kind, modal: modals.get(change.interaction) },
    not_responding: { silent: true },
  }[change.what];
  if (!outcome) return;
  const resolve = waiting.get(change.interaction);
  if (resolve) {
    waiting.delete(change.interaction);
    resolve(outcome);
  } else {
    bounded(early, change.interaction, outcome);
  }
}

/** After a gap in the stream nobody can tell what became of open deeds: the screen shows it anyway. */
export function forget() {
  for (const resolve of waiting.values()) resolve({ kind: 0 });
  waiting.clear();
}
