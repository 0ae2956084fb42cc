// The registered commands as a flat list, and what a person may type into their options.

import { stage } from "./stage.js";

const SUB = 1;
const GROUP = 2;

function leaves(command, path = []) {
  const name = [...path, command.name];
  const subs = (command.options ?? []).filter((option) => option.type === SUB || option.type === GROUP);
  if (subs.length) return subs.flatMap((sub) => leaves(sub, name));
  return [{ name: name.join(" "), description: command.description, options: command.options ?? [] }];
}

const ADMINISTRATOR = 8n;

/** Whether the friend's role in the server lets them see a command. In direct messages there are no roles. */
function offered(command, place) {
  const asked = BigInt(command.default_member_permissions ?? -1);
  if (place !== "server" || asked < 0n) return true;
  const held = BigInt(stage.world.people.find((person) => person.name === stage.user)?.permissions ?? 0);
  return (held & ADMINISTRATOR) !== 0n || (asked !== 0n && (held & asked) === asked);
}

function usable(command, place) {
  if ((command.type ?? 1) !== 1 || !offered(command, place)) return false;
  if (command.guild_id) return place === "server";
  if (command.contexts) return command.contexts.includes(place === "server" ? 0 : 1);
  return place === "server" || command.dm_permission !== false;
}

/** Every command and subcommand that can be used where the friend is. */
export function catalogue() {
  const all = stage.commands.filter((command) => usable(command, stage.place)).flatMap((command) => leaves(command));
  return all.sort((a, b) => a.name.localeCompare(b.name));
}

/** The commands that fit what stands behind the slash, best first. */
export function matching(typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (name) => {
    if (name.startsWith(words.join(" "))) return 0;
    const parts = name.split(/[ _-]/);
    if (words.every((word) => parts.some((part) => part.startsWith(word)))) return 1;
    return words.every((word) => name.includes(word)) ? 2 : 3;
  };
  const ranked = catalogue().map((command) => ({ command, rank: rank(command.name) }));
  return ranked.filter((entry) => entry.rank < 3).sort((a, b) => a.rank - b.rank).map((entry) => entry.command);
}

/** `/buy symbol:AAPL qty:1` as a command and its options, when it is one. */
export function parse(text) {
  const typed = text.replace(/^\//, "");
  const fits = catalogue().filter(({ name }) => typed === name || typed.startsWith(`${name} `));
  const command = fits.sort((a, b) => b.name.length - a.name.length)[0];
  if (!command) return null;
  const names = command.options.map((option) => option.name).join("|");
  const values = {};
  if (names) {
    const pattern = new RegExp(`(?:^|\\s)(${names}):([\\s\\S]*?)(?=\\s(?:${names}):|$)`, "g");
    for (const [, name, value] of typed.slice(command.name.length).matchAll(pattern)) values[name] = value.trim();
  }
  return { command, values };
}

/** What can be picked for an option without asking the bot: `[{ name, value }]`, or null when it is free text. */
export function fixedChoices(option) {
  if (option.choices?.length) return option.choices.map(({ name, value }) => ({ name, value: String(value) }));
  if (option.type === 5) return [{ name: "True", value: "true" }, { name: "False", value: "false" }];
  if (option.type === 6 || option.type === 9) return stage.world.people.map((person) => ({ name: person.display_name, value: person.name, person: true }));
  if (option.type === 7) return [{ name: `#${stage.world.channel}`, value: stage.world.channel }];
  return null;
}

/** Why a value cannot be sent, or null. */
export function flaw(option, value) {
  if (!value) return option.required ? "This option is required. Specify a value." : null;
  const fixed = fixedChoices(option);
  if (fixed) return fixed.some((choice) => choice.value === value) ? null : "Pick one of the list.";
  if (option.type === 4 && !/^-?\d+$/.test(value)) return "Enter a whole number.";
  if (option.type === 10 && !Number.isFinite(Number(value))) return "Enter a number.";
  if (option.type === 4 || option.type === 10) {
    if (option.min_value !== undefined && Number(value) < option.min_value) return `Must be at least ${option.min_value}.`;
    if (option.max_value !== undefined && Number(value) > option.max_value) return `Must be at most ${option.max_value}.`;
  }
  if (option.min_length && [...value].length < option.min_length) return `Must be ${option.min_length} characters or more.`;
  if (option.max_length && [...value].length > option.max_length) return `Must be ${option.max_length} characters or fewer.`;
  return null;
}
