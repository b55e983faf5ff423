// The page: puts the parts together, follows links to conversations, and listens to keys.

function heading() {
  byId("name").append(
    ...RUNS.flatMap((run, side) =>
      [
        side > 0 && element("span", { class: "hint" }, " and "),
        element("span", { class: COMPARED ? `side-${SIDES[side].toLowerCase()}` : null }, run.label),
      ].filter(Boolean),
    ),
  );
}

function sampled({ label, total, conversations }) {
  const [all, some] = [number(total), number(conversations.length)];
  return `Of the ${all} conversations of ${label}, ${some} are in this page, evenly chosen. The measures are of all.`;
}

function helpNotice([scenario, { state, paths }]) {
  if (state === "changed") return `The help content of ${plain(scenario)} has changed since the run.`;
  const where = plain(paths.join(", "));
  if (state === "gone" && where) return `The help content of ${plain(scenario)} is not to be found (${where}).`;
  return null;
}

function notices() {
  const said = RUNS.flatMap((run) => [
    run.conversations.length < run.total && sampled(run),
    ...Object.entries(run.help).map(helpNotice),
  ]);
  byId("notices").append(...said.filter(Boolean).map(notice));
}

function about() {
  const labels = [...new Set(RUNS.flatMap((run) => run.about.map(([label]) => label)))];
  const of = (run, label) => run.about.find(([name]) => name === label)?.[1] ?? "";
  byId("about-body").append(
    table(
      "About the run",
      ["", ...RUNS.map((run) => run.label)],
      labels.map((label) => [plain(label), ...RUNS.map((run) => words(of(run, label)))]),
    ),
  );
}

function linked() {
  try {
    return ROW_OF.get(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return undefined;
  }
}

function follow() {
  const row = linked();
  if (row) choose(row, { move: true });
}

function keys(event) {
  const typing = event.target.closest?.("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
  if (event.key === "/") {
    event.preventDefault();
    byId("filter-text").focus();
  }
  const by = { j: 1, k: -1 }[event.key];
  if (by) byId("reader").querySelector(`[data-step="${by}"]`)?.click();
}

heading();
notices();
showNumbers();
showFilters();
about();
listeners.push(refreshList);
ask({});
byId("more").addEventListener("click", () => {
  shown += AT_ONCE;
  showList();
});
window.addEventListener("hashchange", follow);
document.addEventListener("keydown", keys);
document.addEventListener("DOMContentLoaded", () => {
  showPlots();
  follow();
});
