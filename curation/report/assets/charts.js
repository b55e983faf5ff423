// The plots as figures: labels along x, one row of values for each series. Nothing here draws.
//
// A figure: {note, kind: bars | rows | shares | lines, x, series: [{name, values, colour, run, low, high}],
// unit, axis: [x, y], band, pick(place, series)}. `pick` says which filter a chosen bar stands for.

const SETS = () => RUNS.map((run) => ({ run, list: foundIn(run) }));
const AGENT = "agent",
  CUSTOMER = "customer";
const MOST_ROWS = 15;
const LONGEST_TURN = 150;

const total = (values) => values.reduce((sum, value) => sum + value, 0);
const shareOf = (part, whole) => (whole ? part / whole : 0);
const range = (count, start = 0) => Array.from({ length: count }, (_, place) => place + start);
const sideOf = (run) => (COMPARED ? `${SIDES[run.side]}: ` : "");
const greatest = (values, least) => values.reduce((most, value) => Math.max(most, value), least);
const named = (name, run) => (COMPARED ? `${name} (${SIDES[run.side]})` : name);
const inAll = (set, speaker) => set.list.flatMap((one) => saidBy(one, speaker));

function histogram(values, edges) {
  const counts = edges.map(() => 0);
  for (const value of values)
    counts[
      Math.max(
        0,
        edges.findLastIndex((edge) => value >= edge),
      )
    ] += 1;
  return counts.map((count) => shareOf(count, values.length));
}

function onlyBand() {
  const bands = new Set(RUNS.flatMap((run) => Object.values(run.bands).map(String)));
  return bands.size === 1 ? [...bands][0].split(",").map(Number) : null;
}

function lengths() {
  const sides = SETS().flatMap((set) =>
    [AGENT, CUSTOMER].map((speaker) => ({ run: set.run, speaker, values: inAll(set, speaker).map(countWords) })),
  );
  const most = Math.min(
    LONGEST_TURN,
    greatest(
      sides.flatMap((side) => side.values),
      10,
    ),
  );
  const edges = range(Math.ceil((most + 1) / 5)).map((place) => 5 * place);
  const band = onlyBand();
  return {
    kind: "lines",
    unit: "share",
    axis: ["words", "share of the side's turns"],
    note: band
      ? `The shaded band, ${band[0]} to ${band[1]} words, is what the scenario asks of the agent.`
      : "In steps of five words.",
    x: edges.map((edge) => edge + 2),
    labels: edges.map((edge) => `${edge} to ${edge + 4}`),
    band,
    series: sides.map(({ run, speaker, values }) => ({
      name: named(speaker, run),
      run,
      colour: speaker,
      values: histogram(values, edges),
    })),
  };
}

function turnCounts() {
  const sets = SETS().map((set) => ({ run: set.run, values: set.list.map((one) => one.turns.length) }));
  const edges = range(
    greatest(
      sets.flatMap((set) => set.values),
      1,
    ),
    1,
  );
  return {
    note: "Messages of both sides.",
    kind: "bars",
    unit: "share",
    axis: ["turns", "share of conversations"],
    x: edges,
    series: sets.map(({ run, values }) => ({
      name: named("conversations", run),
      run,
      colour: run.side ? "second" : "accent",
      values: histogram(values, edges),
    })),
  };
}

const endingsBy = (facet) => () => {
  const values = options(facet)
    .slice(0, MOST_ROWS)
    .map(([value]) => value);
  const places = values.flatMap((value) =>
    SETS().map((set) => ({ value, run: set.run, list: set.list.filter((one) => facets[facet](one).has(value)) })),
  );
  const present = places.filter((place) => place.list.length);
  const reasons = ENDINGS.filter((reason) =>
    present.some((place) => place.list.some((one) => one.ending.reason === reason)),
  );
  return {
    kind: "shares",
    unit: "share",
    axis: ["share of conversations", ""],
    note: "max turns means that the limit was reached; it never counts as resolved.",
    x: present.map(({ value, run, list }) => `${named(spaced(value), run)}, n = ${number(list.length)}`),
    series: reasons.map((reason) => ({
      name: spaced(reason),
      colour: reason,
      values: present.map(({ list }) =>
        shareOf(list.filter((one) => one.ending.reason === reason).length, list.length),
      ),
    })),
    pick: (place, series) => ({ [facet]: present[place].value, ending: reasons[series] }),
  };
};

function disclosure() {
  const sets = SETS().map(({ run, list }) => ({ run, list, facts: list.flatMap((one) => one.customer.facts ?? []) }));
  const last = greatest(
    sets.flatMap((set) => set.list.map((one) => one.turns.length)),
    1,
  );
  const kinds = ["start", "asked", "late"].filter((kind) =>
    sets.some((set) => set.facts.some((fact) => fact.reveal === kind)),
  );
  const curve = (facts) =>
    range(last, 1).map((turn) =>
      shareOf(facts.filter((fact) => fact.told_in && fact.told_in <= turn).length, facts.length),
    );
  return {
    kind: "lines",
    unit: "share",
    axis: ["turn", "share of the customers' facts"],
    note: "By when a fact was to be told: at the start, once asked, or late. What stays under 100 % was never told.",
    x: range(last, 1),
    series: kinds.flatMap((kind) =>
      sets.map(({ run, facts }) => ({
        name: named(kind, run),
        run,
        colour: `reveal-${kind}`,
        values: curve(facts.filter((fact) => fact.reveal === kind)),
      })),
    ),
  };
}

const beginning = remembered((turn) =>
  searchable(turn.text)
    .split(" ")
    .slice(0, 3)
    .join(" ")
    .replace(/\p{P}+$/u, ""),
);

function beginnings() {
  const sets = SETS().map((set) => ({ run: set.run, said: inAll(set, AGENT).map(beginning) }));
  const counts = new Map();
  for (const { said } of sets) for (const words of said) counts.set(words, (counts.get(words) ?? 0) + 1);
  const top = [...counts]
    .filter(([words]) => words)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, 12)
    .map(([words]) => words);
  return {
    note: "The commonest first three words of the agent's turns.",
    kind: "rows",
    unit: "share",
    axis: ["share of the agent's turns", ""],
    x: top,
    series: sets.map(({ run, said }) => ({
      name: named("replies", run),
      run,
      colour: run.side ? "second" : "accent",
      values: top.map((words) => shareOf(said.filter((one) => one === words).length, said.length)),
    })),
    pick: (place) => ({ text: top[place] }),
  };
}
