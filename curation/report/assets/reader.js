// One conversation, or two side by side: who talked, what was said, what it rests on, and how it ended.

const HELP_NOTES = {
  changed: "The help content has changed since the run, so the marked words may not be those that the reply relied on.",
  unknown: "The record of the run does not say what the help content was, so it may have changed since.",
};

const chip = (kind, ...content) => element("span", { class: `chip ${kind}` }, content);
function ending(reason) {
  const made = element("span", { class: "ending" }, spaced(reason));
  made.style.setProperty("--dot", colour(reason));
  return made;
}

// What citations of the same passage rely on: the passage with their spans marked, or why it cannot be shown.
function passageOf(conversation, citations) {
  const id = citations[0].passage;
  const help = conversation.run.help[conversation.scenario];
  if (!help || help.state === "gone") return [notice(tellGone(id, help))];
  const passage = help.passages[id];
  if (!passage) return [notice(`There is no passage ${plain(id)} in the help content any more.`)];
  const heading = passage.heading === passage.title ? passage.title : `${passage.title}: ${passage.heading}`;
  return [
    HELP_NOTES[help.state] && notice(HELP_NOTES[help.state]),
    element("h5", {}, words(heading)),
    ...relied(passage, citations),
  ];
}

const notice = (text) => element("p", { class: "notice" }, text);

function tellGone(id, help) {
  const where = help?.paths.length ? ` (${plain(help.paths.join(", "))})` : "";
  return `${plain(articleOf(id))} is not where the run found it${where}, so its words cannot be shown.`;
}

// Offsets count code points, as Python does.
function relied({ text, start }, citations) {
  const points = [...text];
  const spans = citations.map((one) => [one.start - start, one.end - start]).sort(([a], [b]) => a - b);
  const inside = spans.filter(
    ([from, to], place) => from >= (spans[place - 1]?.[1] ?? 0) && to > from && to <= points.length,
  );
  const part = (from, to) => words(points.slice(from, to).join(""));
  const marked = inside.flatMap(([from, to], place) => [
    part(inside[place - 1]?.[1] ?? 0, from),
    element("mark", {}, part(from, to)),
  ]);
  const quote = element("blockquote", { dir: "auto" });
  quote.append(...marked.flat(), ...part(inside.at(-1)?.[1] ?? 0));
  return [
    quote,
    inside.length < spans.length && notice("Words that were relied on do not stand in this passage any more."),
  ];
}

function citation(conversation, citations) {
  const body = element("div", { class: "passage" });
  const open = (event) => {
    if (event.target.open && !body.childNodes.length)
      body.append(...passageOf(conversation, citations).filter(Boolean));
  };
  const support = citations.map((one) => one.support.toFixed(2)).join(" and ");
  return element(
    "details",
    { class: "citation", toggle: open },
    element(
      "summary",
      {},
      element("span", { class: "passage-id" }, words(citations[0].passage)),
      element("span", { class: "hint" }, `support ${support}, retrieval ${citations[0].score.toFixed(2)}`),
    ),
    body,
  );
}

function citationsBelow(conversation, one) {
  const ids = [...new Set(citationsOf(one).map((each) => each.passage))];
  return ids.map((id) =>
    citation(
      conversation,
      citationsOf(one).filter((each) => each.passage === id),
    ),
  );
}

function objection([guard, why, saw]) {
  return element(
    "p",
    { class: "objection" },
    element("strong", {}, spaced(guard)),
    `: ${plain(why)}`,
    saw && saw.length < 120 && [" (", words(saw), ")"],
  );
}

function turn(conversation, one) {
  const notes = [
    one.stage && chip("stage", words(one.stage)),
    (one.moves ?? []).map((move) => chip("move", words(move))),
    one.attempts > 1 && chip("attempts", `${one.attempts} attempts`),
    one.spliced && chip("spliced", one.speaker === AGENT ? "built around a passage" : "built around its question"),
    one.forgot && chip("forgot", `forgot ${one.forgot} ${one.forgot === 1 ? "turn" : "turns"}`),
  ];
  const objections = conversation.objections[one.n] ?? [];
  return element(
    "li",
    { class: `turn ${one.speaker === AGENT ? AGENT : CUSTOMER}` },
    element(
      "p",
      { class: "speaker" },
      element("span", { class: "n" }, one.n),
      element("strong", {}, words(one.speaker)),
      notes,
    ),
    element("p", { class: "said", dir: "auto" }, words(one.text, wanted.text)),
    citationsBelow(conversation, one),
    objections.length > 0 && element("div", { class: "objections" }, objections.map(objection)),
  );
}

function fact({ name, value, reveal, told_in }) {
  const told = told_in ? `told in turn ${told_in}` : "never told";
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, words(name)),
    element("td", { dir: "auto" }, words(value)),
    element("td", {}, words(reveal)),
    element("td", {}, told),
  );
}

function facts(list) {
  if (!list?.length) return null;
  return element(
    "details",
    { class: "facts", open: true },
    element("summary", {}, "What the customer knows"),
    element("table", {}, element("tbody", {}, list.map(fact))),
  );
}

function outcome({ reason, by, turn: at, evidence }) {
  return element(
    "p",
    { class: "outcome-line" },
    ending(reason),
    ` in turn ${at}${by ? `, by the ${plain(by)}` : ""}`,
    evidence && [": ", element("q", { dir: "auto" }, words(evidence))],
  );
}

function conversationView(one) {
  const { customer, agent, models } = one;
  const axes = [customer.disposition, customer.motivation, customer.tone, customer.style, customer.product].filter(
    Boolean,
  );
  const origin = one.forked_from;
  return element(
    "div",
    { class: "conversation" },
    COMPARED && element("h4", { class: `side-${SIDES[one.run.side].toLowerCase()}` }, one.run.label),
    element(
      "p",
      { class: "persona" },
      element("strong", {}, "customer "),
      axes.map((axis) => chip("axis", spaced(axis))),
    ),
    element(
      "p",
      { class: "persona" },
      element("strong", {}, "agent "),
      chip("axis", spaced(agent.role)),
      element("span", { class: "hint" }, words(models.agent)),
    ),
    origin &&
      element(
        "p",
        { class: "hint" },
        "taken up again from ",
        element("a", { href: linkTo(origin.id) }, words(origin.id)),
        `, turn ${origin.turn}`,
      ),
    facts(customer.facts),
    element(
      "ol",
      { class: "turns" },
      one.turns.map((each) => turn(one, each)),
    ),
    outcome(one.ending),
  );
}

function step(row, by, label) {
  const place = foundRows.indexOf(row) + by;
  const to = place >= 0 && foundRows.includes(row) ? foundRows[place] : undefined;
  return to
    ? element("a", { class: "step", href: linkTo(idOf(to)), "data-step": by }, label)
    : element("span", { class: "step off" }, label);
}

function showRow(row) {
  const place = foundRows.indexOf(row);
  byId("reader").replaceChildren(
    element(
      "header",
      {},
      element(
        "h3",
        {},
        element("a", { href: linkTo(idOf(row)), title: "The link to this conversation" }, words(idOf(row))),
      ),
      element(
        "p",
        { class: "steps" },
        step(row, -1, "← Previous"),
        element(
          "span",
          { class: "hint" },
          place < 0 ? "outside the filters" : `${number(place + 1)} of ${number(foundRows.length)}`,
        ),
        step(row, 1, "Next →"),
      ),
    ),
    COMPARED && row.length < 2
      ? element("p", { class: "notice" }, "The other run holds no conversation like this.")
      : "",
    element("div", { class: row.length > 1 ? "pair" : "single" }, row.map(conversationView)),
  );
}
