// The data of the page, and what plots and filters ask of a conversation, each asked once.

const RUNS = JSON.parse(byId("data").textContent).runs;
const COMPARED = RUNS.length > 1;
const SIDES = ["A", "B"];
const ENDINGS = [
  "resolved",
  "sale_closed",
  "goodbye",
  "ended",
  "unresolved",
  "sale_declined",
  "max_turns",
  "stalled",
  "guarded",
  "context_full",
  "error",
];

RUNS.forEach((run, side) => {
  run.side = side;
  run.label = COMPARED ? `${SIDES[side]}: ${plain(run.name)}` : plain(run.name);
  run.conversations.forEach((conversation) => {
    conversation.run = run;
  });
});

const remembered = (compute) => {
  const known = new WeakMap();
  return (key) => {
    if (!known.has(key)) known.set(key, compute(key));
    return known.get(key);
  };
};

const articleOf = (passage) => passage.slice(0, passage.lastIndexOf("#") + 1 || undefined).replace(/#$/, "");
const citationsOf = (turn) => turn.citations ?? [];
const countWords = remembered((turn) => (turn.text.match(/\S+/g) ?? []).length);
const saidBy = (conversation, speaker) => conversation.turns.filter((turn) => turn.speaker === speaker);

const facets = {
  ending: remembered((one) => new Set([one.ending.reason])),
  disposition: remembered((one) => new Set([one.customer.disposition])),
  motivation: remembered((one) => new Set([one.customer.motivation])),
  guard: remembered(
    (one) =>
      new Set(
        Object.values(one.objections)
          .flat()
          .map(([guard]) => guard),
      ),
  ),
  article: remembered((one) => new Set(one.turns.flatMap(citationsOf).map((citation) => articleOf(citation.passage)))),
  scenario: remembered((one) => new Set([one.scenario])),
};
const haystack = remembered((one) => searchable([one.id, ...one.turns.map((turn) => turn.text)].join(" ")));

// A row of the list: a conversation of the first run, its twin of the second, or either alone.
const persona = ({ scenario, customer, turns }) =>
  JSON.stringify([
    scenario,
    customer.disposition,
    customer.motivation,
    customer.tone,
    customer.style,
    customer.product,
    turns[0]?.text,
  ]);

function paired() {
  const others = RUNS[1]?.conversations ?? [];
  const left = new Set(others);
  const take = (found) => (found && left.delete(found) ? found : undefined);
  const named = new Map(others.map((one) => [one.id, one]));
  const rows = RUNS[0].conversations.map((one) => [one, take(named.get(one.id))]);
  const alike = new Map([...left].map((one) => [persona(one), one]));
  for (const row of rows) row[1] ??= take(alike.get(persona(row[0])));
  return [...rows, ...[...left].map((one) => [undefined, one])].map((row) => row.filter(Boolean));
}

const ROWS = paired();
const ROW_OF = new Map(ROWS.flatMap((row) => row.map((one) => [one.id, row])));
const idOf = (row) => row[0].id;
