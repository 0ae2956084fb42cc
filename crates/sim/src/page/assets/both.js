// Two friends beside each other: each half is the page, held to one of them.

const { friends, people } = await (await fetch("/api/world")).json();
for (const name of friends.slice(0, 2)) {
  const frame = document.createElement("iframe");
  frame.title = people.find((person) => person.name === name)?.display_name ?? name;
  frame.src = `/?as=${encodeURIComponent(name)}`;
  document.getElementById("friends").append(frame);
}
