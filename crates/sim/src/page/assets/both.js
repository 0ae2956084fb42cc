// Two friends beside each other: each half is the page, held to one of them.

const { friends, people } = await (await fetch("/api/world")).json();
for (const name of friends.slice(0, 2)) {
  const shown = people.find((person) => person.name === name)?.display_name ?? name;
  const half = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const frame = document.createElement("iframe");
  caption.textContent = shown;
  frame.title = `${shown}’s Discord`;
  frame.src = `/?as=${encodeURIComponent(name)}`;
  half.append(caption, frame);
  document.getElementById("friends").append(half);
}
