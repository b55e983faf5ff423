// What is asked for: words and facets. Whoever shows conversations is told when it changes.

const FACETS = {
  ending: "Ending",
  disposition: "Disposition",
  motivation: "Motivation",
  guard: "Guard objecting",
  article: "Article cited",
  scenario: "Scenario",
};
const wanted = { text: "", ...Object.fromEntries(Object.keys(FACETS).map((name) => [name, ""])) };
const listeners = [];

function fits(conversation) {
  const named = Object.keys(FACETS).every((name) => !wanted[name] || facets[name](conversation).has(wanted[name]));
  return named && (!wanted.text || haystack(conversation).includes(wanted.text));
}

let foundRows = ROWS;
const foundIn = (run) => foundRows.flat().filter((one) => one.run === run && fits(one));

function ask(change) {
  Object.assign(wanted, change);
  for (const name of Object.keys(FACETS)) byId(`filter-${name}`).value = wanted[name];
  const search = byId("filter-text");
  if (searchable(search.value) !== wanted.text) search.value = wanted.text;
  foundRows = ROWS.filter((row) => row.some(fits));
  byId("found").textContent = tellFound();
  byId("clear").disabled = Object.values(wanted).every((value) => !value);
  listeners.forEach((listener) => listener());
}

function tellFound() {
  const all = ROWS.length;
  const noun = all === 1 ? "conversation" : "conversations";
  return foundRows.length === all ? `${number(all)} ${noun}` : `${number(foundRows.length)} of ${number(all)} ${noun}`;
}

// The values of a facet with their counts over all conversations, the commonest first.
const options = (name) => OPTIONS[name];

function counted(name) {
  const counts = new Map();
  for (const run of RUNS)
    for (const one of run.conversations)
      for (const value of facets[name](one)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

const OPTIONS = Object.fromEntries(Object.keys(FACETS).map((name) => [name, counted(name)]));

function choice(name, label) {
  const found = options(name);
  const select = element(
    "select",
    { id: `filter-${name}`, change: (event) => ask({ [name]: event.target.value }) },
    element("option", { value: "" }, "any"),
    found.map(([value, count]) => element("option", { value }, `${spaced(value)} (${number(count)})`)),
  );
  const hidden = found.length < 2 && !(name === "guard" || name === "article") ? true : found.length === 0;
  return element("label", { hidden }, element("span", {}, label), select);
}

function showFilters() {
  let waiting;
  const search = element("input", {
    id: "filter-text",
    type: "search",
    placeholder: "words or an id",
    autocomplete: "off",
    spellcheck: "false",
    input: (event) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => ask({ text: searchable(event.target.value) }), 120);
    },
  });
  const clear = () => {
    clearTimeout(waiting);
    ask(Object.fromEntries(Object.keys(wanted).map((name) => [name, ""])));
  };
  byId("filters").append(
    element("label", { class: "wide" }, element("span", {}, "Search"), search),
    ...Object.entries(FACETS).map(([name, label]) => choice(name, label)),
    element(
      "div",
      { class: "outcome" },
      element("output", { id: "found", "aria-live": "polite" }),
      element("button", { id: "clear", type: "button", click: clear }, "Clear"),
    ),
  );
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
}
