// More figures: variety, grounding, attempts, guards and speed. See charts.js.

const WELL_SUPPORTED = 0.6;
const MOST_ATTEMPTS = 6;

function variety() {
  const names = [
    ...new Set(
      RUNS.flatMap((run) => run.measures)
        .filter((measure) => measure.heading === "creativity" && measure.unit === "share")
        .map((measure) => measure.name),
    ),
  ];
  const of = (run, key) => names.map((name) => measureOf(run, name)?.[key] ?? null);
  return {
    kind: "rows",
    unit: "share",
    axis: ["share", ""],
    x: names.map(title),
    note: "Of the whole run, with 95 % intervals; the table of all measures says what each one counts.",
    series: RUNS.map((run) => ({
      name: run.label,
      run,
      colour: run.side ? "second" : "accent",
      values: of(run, "value"),
      low: of(run, "low"),
      high: of(run, "high"),
    })),
  };
}

const GROUNDS = { "cited, well supported": "good", "cited, partly supported": "fair", "no citation": "none" };

function groundOf(turn) {
  const best = Math.max(-1, ...citationsOf(turn).map((citation) => citation.support));
  return best < 0 ? "no citation" : best >= WELL_SUPPORTED ? "cited, well supported" : "cited, partly supported";
}

function grounding() {
  const sets = SETS().map((set) => ({ run: set.run, said: inAll(set, AGENT) }));
  const last = greatest(
    sets.flatMap((set) => set.said.map((turn) => turn.n)),
    0,
  );
  const places = range(Math.min(last, 30), 1)
    .flatMap((n) => sets.map(({ run, said }) => ({ n, run, said: said.filter((turn) => turn.n === n) })))
    .filter((place) => place.said.length);
  return {
    kind: "shares",
    unit: "share",
    axis: ["share of the agent's turns", ""],
    note: `Well supported: the best citation has a support of ${WELL_SUPPORTED} or more. Closing words need none.`,
    x: places.map(({ n, run, said }) => `${named(`turn ${n}`, run)}, n = ${number(said.length)}`),
    series: Object.entries(GROUNDS).map(([name, colour]) => ({
      name,
      colour: `ground-${colour}`,
      values: places.map(({ said }) => shareOf(said.filter((turn) => groundOf(turn) === name).length, said.length)),
    })),
  };
}

function supports() {
  const edges = range(10).map((place) => place / 10);
  const sets = SETS().map((set) => ({
    run: set.run,
    values: inAll(set, AGENT)
      .flatMap(citationsOf)
      .map((citation) => citation.support),
  }));
  return {
    kind: "bars",
    unit: "share",
    axis: ["support, in steps of 0.1", "share of citations"],
    note: "How far the span that a reply cites bears it out.",
    x: edges.map((edge) => edge.toFixed(1)),
    labels: edges.map((edge) => `${edge.toFixed(1)} to ${(edge + 0.1).toFixed(1)}`),
    series: sets.map(({ run, values }) => ({
      name: named("citations", run),
      run,
      colour: run.side ? "second" : "accent",
      values: histogram(values, edges),
    })),
  };
}

function attempts() {
  const x = range(MOST_ATTEMPTS, 1);
  const sides = SETS().flatMap((set) =>
    [AGENT, CUSTOMER].map((speaker) => ({
      run: set.run,
      speaker,
      turns: inAll(set, speaker).filter((turn) => turn.attempts),
    })),
  );
  const spliced = SETS().map((set) => {
    const said = inAll(set, AGENT);
    return `${sideOf(set.run)}${percent(shareOf(said.filter((turn) => turn.spliced).length, said.length))}`;
  });
  return {
    kind: "bars",
    unit: "share",
    axis: ["attempts", "share of the side's turns"],
    note: `How often a turn was drawn until one passed. Built around a passage: ${spliced.join(", ")} of the agent's.`,
    x: x.map((count) => (count === MOST_ATTEMPTS ? `${count} or more` : String(count))),
    series: sides.map(({ run, speaker, turns }) => ({
      name: named(speaker, run),
      run,
      colour: speaker,
      values: histogram(
        turns.map((turn) => turn.attempts),
        x,
      ),
    })),
  };
}

const SENT = "Sent back: of all attempts of the run.";
const SAID = "Said all the same: of the turns, where no attempt was better.";

function guards() {
  const held = SETS().map(({ run, list }) => ({
    run,
    turns: list.flatMap((one) => Object.values(one.objections)),
    said: total(list.map((one) => one.turns.length)),
  }));
  const sent = RUNS.filter((run) => run.attempts);
  const names = [
    ...new Set([...sent.flatMap((run) => Object.keys(run.objections)), ...options("guard").map(([name]) => name)]),
  ];
  return {
    kind: "rows",
    unit: "share",
    axis: ["share of attempts, or of turns said", ""],
    note: sent.length ? `${SENT} ${SAID}` : `${SAID} The run's record does not count what was sent back.`,
    x: names.map(spaced),
    series: [
      ...sent.map((run) => ({
        name: named("sent back", run),
        run,
        colour: "muted",
        values: names.map((name) => shareOf(run.objections[name] ?? 0, run.attempts)),
      })),
      ...held.map((set) => ({
        name: named("said all the same", set.run),
        run: set.run,
        colour: "bad",
        values: names.map((name) =>
          shareOf(set.turns.filter((found) => found.some(([guard]) => guard === name)).length, set.said),
        ),
      })),
    ],
    pick: (place) => (options("guard").some(([name]) => name === names[place]) ? { guard: names[place] } : {}),
  };
}

const WINDOWS = 40;

// Replies a second in windows of `width` seconds, from points of (seconds, replies so far); null after the end.
function rates({ points }, width, count) {
  const [end] = points.at(-1);
  const until = (seconds) => points.findLast(([at]) => at <= seconds + 1e-6)?.[1] ?? 0;
  return range(count).map((place) => {
    const seconds = Math.min(width, end - place * width);
    return seconds > 1e-6 ? (until((place + 1) * width) - until(place * width)) / seconds : null;
  });
}

function wholeSpeed(run) {
  const { replies, seconds } = run.speed;
  return `${sideOf(run)}${number(replies)} replies in ${number(seconds)} s, ${amount(replies / seconds, "per second")}`;
}

function speed() {
  const timed = RUNS.filter((run) => run.speed.points.length > 1 && run.speed.points.at(-1)[0] > 0);
  const whole = RUNS.filter((run) => run.speed.seconds && run.speed.replies !== null).map(wholeSpeed);
  const longest = greatest(
    timed.map((run) => run.speed.points.at(-1)[0]),
    0,
  );
  const count = Math.min(WINDOWS, ...timed.map((run) => run.speed.points.length));
  const width = longest / count;
  return {
    kind: "lines",
    unit: "per second",
    axis: ["seconds since the start", "replies a second"],
    note: whole.length ? `Of the last execution: ${whole.join("; ")}.` : "",
    empty: "The record of the run does not say how its speed changed.",
    x: range(timed.length && count, 1).map((place) => Math.round(10 * place * width) / 10),
    series: timed.map((run) => ({
      name: run.label,
      run,
      colour: run.side ? "second" : "accent",
      values: rates(run.speed, width, count),
    })),
  };
}

const FIGURES = {
  lengths: ["Words in a turn", lengths],
  turns: ["Turns in a conversation", turnCounts],
  "endings-disposition": ["Endings by disposition", endingsBy("disposition")],
  "endings-motivation": ["Endings by motivation", endingsBy("motivation")],
  disclosure: ["Facts told so far", disclosure],
  beginnings: ["How replies begin", beginnings],
  variety: ["Variety", variety],
  grounding: ["Grounding by turn", grounding],
  supports: ["Support of citations", supports],
  attempts: ["Attempts at a turn", attempts],
  guards: ["Objections of the guards", guards],
  speed: ["Speed over time", speed],
};
