// The conversations found, as a list of links, some at a time.

const AT_ONCE = 100;
let shown = AT_ONCE;
let current = null;

function entry(row) {
  const [one] = row;
  const { disposition, motivation, product } = one.customer;
  return element(
    "li",
    {},
    element(
      "a",
      { href: linkTo(idOf(row)), "aria-current": row === current ? "true" : null },
      element(
        "span",
        { class: "entry-head" },
        element("span", { class: "id" }, words(one.id)),
        row.map((each) => ending(each.ending.reason)),
      ),
      element(
        "span",
        { class: "entry-words", dir: "auto" },
        words((one.turns[0]?.text ?? "").slice(0, 140), wanted.text),
      ),
      element(
        "span",
        { class: "hint" },
        [disposition, motivation, product].filter(Boolean).map(spaced).join(", "),
        ` · ${one.turns.length} turns`,
      ),
    ),
  );
}

function showList() {
  const rows = foundRows.slice(0, shown);
  byId("list").replaceChildren(...rows.map(entry));
  if (!rows.length) byId("list").append(element("li", { class: "nothing" }, "No conversation is like that."));
  const left = foundRows.length - rows.length;
  byId("more").hidden = left <= 0;
  byId("more").textContent = `Show ${number(Math.min(left, AT_ONCE))} more of ${number(left)}`;
}

function choose(row, { move = false } = {}) {
  current = row;
  const place = foundRows.indexOf(row);
  if (place >= shown) shown = (Math.floor(place / AT_ONCE) + 1) * AT_ONCE;
  showList();
  showRow(row);
  byId("list").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  if (move) byId("reader").scrollIntoView({ block: "start" });
}

function refreshList() {
  shown = AT_ONCE;
  if (current && foundRows.includes(current)) choose(current);
  else if (foundRows.length) choose(foundRows[0]);
  else {
    current = null;
    showList();
    byId("reader").replaceChildren(element("p", { class: "nothing" }, "Nothing to read."));
  }
}
