// The page's own API, and nothing else: no request leaves this origin.

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error ?? `the page's server answered ${response.status}`);
  return body;
}

async function ask(path, init) {
  let response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new Error("the page's server does not answer");
  }
  return answer(response);
}

export const world = () => ask("/api/world");
export const commands = () => ask("/api/commands");
export const view = (user, place) => ask(`/api/state/${user}/${place}`);
export const accounts = (user) => ask(`/api/accounts/${user}`);

export const act = (user, deed) =>
  ask(`/api/act/${user}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(deed),
  });

export const troubles = () => ask("/api/troubles");

export const switchTrouble = (id, on) =>
  ask(`/api/troubles/${id}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ on }),
  });

export const fileUrl = (user, place, message, name) =>
  `/api/file/${user}/${message}/${encodeURIComponent(name)}?place=${place}`;

/** Calls back for each change on anybody's screen, and after a gap, when some may have been missed. */
export function listen(onChange, onGap, onLine) {
  const source = new EventSource("/api/events");
  source.addEventListener("message", (event) => onChange(JSON.parse(event.data)));
  source.addEventListener("lost", onGap);
  source.addEventListener("open", () => {
    onLine(true);
    onGap();
  });
  source.addEventListener("error", () => onLine(false));
}
