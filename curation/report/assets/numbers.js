// Figures: how they are written, the cards of the overview, and the table of all measures.

const HEADLINES = [
  "conversations",
  "turns",
  "agent-words",
  "word-band",
  "settled",
  "facts-told",
  "supported",
  "citations-valid",
  "relevance-to-query",
  "distinct-2",
  "near-duplicates",
  "replies-per-second",
];

const formats = [0, 1, 2].map((digits) => new Intl.NumberFormat("en-GB", { maximumFractionDigits: digits }));
const formatted = (value, digits) => formats[digits].format(value);
const number = (value) => formatted(value, 0);
const percent = (value) => `${formatted(100 * value, Math.abs(value) < 0.1 && value ? 1 : 0)} %`;

function amount(value, unit) {
  if (unit === "share") return percent(value);
  if (unit === "count") return number(value);
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const text = formatted(value, digits);
  return { seconds: `${text} s`, "per second": `${text}/s` }[unit] ?? text;
}

const shownValue = (measure) =>
  measure && measure.value !== null ? amount(measure.value, measure.unit) : "not measured";

function interval({ low, high, unit }) {
  if (low === null || high === null) return "";
  const [from, to] = [amount(low, unit), amount(high, unit)];
  return from === to ? "" : `${from} to ${to}`;
}
const measureOf = (run, name) => run.measures.find((measure) => measure.name === name);
const title = (name) => {
  const text = spaced(name).replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};

function headlines() {
  const known = HEADLINES.filter((name) => RUNS.some((run) => measureOf(run, name)));
  return known.length ? known : RUNS[0].measures.slice(0, HEADLINES.length).map((measure) => measure.name);
}

function card(name) {
  const found = RUNS.map((run) => measureOf(run, name));
  const any = found.find(Boolean);
  return element(
    "div",
    { class: "card", title: plain(any.definition) },
    element("h3", {}, title(name)),
    found.map((measure, side) =>
      element(
        "p",
        { class: `value side-${SIDES[side].toLowerCase()}` },
        COMPARED && element("span", { class: "side" }, SIDES[side]),
        element("strong", {}, shownValue(measure)),
        measure && interval(measure) && element("span", { class: "interval" }, interval(measure)),
      ),
    ),
  );
}

const HINTS = { higher: "higher is better", lower: "lower is better" };

// A definition with what stands between backticks as code.
const defined = (text) =>
  text.split("`").map((part, place) => (place % 2 ? element("code", {}, words(part)) : words(part)));

function measureRow(name) {
  const found = RUNS.map((run) => measureOf(run, name));
  const any = found.find(Boolean);
  const values = found.flatMap((measure) =>
    measure ? [shownValue(measure), interval(measure), number(measure.n)] : ["", "", ""],
  );
  const what = [
    element("strong", {}, title(name)),
    HINTS[any.better] && element("span", { class: "hint" }, ` ${HINTS[any.better]}`),
    element(
      "p",
      { class: "definition" },
      defined(any.definition),
      any.source && element("span", { class: "source" }, ` Source: ${plain(any.source)}`),
    ),
  ];
  return [what, ...values];
}

function measuresUnder(heading) {
  const names = [
    ...new Set(
      RUNS.flatMap((run) => run.measures)
        .filter((measure) => measure.heading === heading)
        .map((measure) => measure.name),
    ),
  ];
  const of = (label, side) => (COMPARED ? `${label} ${SIDES[side]}` : label);
  const head = ["Measure", ...RUNS.flatMap((_, side) => [of("Value", side), of("95 % interval", side), of("n", side)])];
  return [element("h3", {}, title(heading)), table(title(heading), head, names.map(measureRow))];
}

function showNumbers() {
  byId("cards").append(...headlines().map(card));
  const headings = [...new Set(RUNS.flatMap((run) => run.measures.map((measure) => measure.heading)))];
  const skipped = Object.entries(Object.assign({}, ...RUNS.map((run) => run.skipped)));
  byId("measures-body").append(
    ...headings.flatMap(measuresUnder),
    ...(skipped.length
      ? [
          element("h3", {}, "Not measured"),
          element(
            "ul",
            {},
            skipped.map(([name, why]) => element("li", {}, `${title(name)}: ${plain(why)}`)),
          ),
        ]
      : []),
  );
}
