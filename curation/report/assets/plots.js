// Figures, drawn with Plotly and told as tables. A plot is drawn when it comes into view, and anew when it has changed.

const MANNERS = { bars: "group", rows: "group", shares: "stack", lines: undefined };
const SETTINGS = {
  responsive: true,
  displaylogo: false,
  displayModeBar: matchMedia("(hover: hover)").matches ? "hover" : false,
  modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
};
const boxes = [];

const colour = (name) =>
  getComputedStyle(document.documentElement)
    .getPropertyValue(`--${name.replaceAll("_", "-")}`)
    .trim() || "#888";
const unmarked = (text) => plain(text).replace(/&/g, "&amp;").replace(/</g, "&lt;");
const shortened = (text) => (text.length > 34 ? `${text.slice(0, 33)}…` : text);

function trace(figure, series) {
  const lying = figure.kind === "rows" || figure.kind === "shares";
  const along = figure.x.map((x) => (typeof x === "number" ? x : unmarked(x)));
  const told = series.values.map((value, place) =>
    unmarked(
      `${figure.labels?.[place] ?? figure.x[place]}, ${series.name}: ${shownValue({ value, unit: figure.unit })}`,
    ),
  );
  const shared = { name: unmarked(series.name), hovertext: told, hoverinfo: "text" };
  if (figure.kind === "lines") {
    return {
      ...shared,
      type: "scatter",
      mode: "lines",
      x: along,
      y: series.values,
      line: {
        color: colour(series.colour),
        width: 2,
        dash: COMPARED && series.run?.side ? "dot" : "solid",
        shape: "linear",
      },
    };
  }
  const marker = {
    color: colour(series.colour),
    opacity: COMPARED && series.run?.side && series.colour !== "second" ? 0.5 : 1,
    line: { width: 0 },
  };
  const values = lying ? { x: series.values, y: along, orientation: "h" } : { x: along, y: series.values };
  return { ...shared, type: "bar", marker, ...values, ...errors(series, lying) };
}

function errors({ values, low, high }, lying) {
  if (!low?.some((value) => value !== null)) return {};
  const reach = (to, sign) =>
    values.map((value, place) => (to[place] === null ? 0 : Math.max(0, sign * (to[place] - value))));
  return {
    [lying ? "error_x" : "error_y"]: {
      type: "data",
      symmetric: false,
      array: reach(high, 1),
      arrayminus: reach(low, -1),
      color: colour("muted"),
      thickness: 1.2,
      width: 3,
    },
  };
}

function layout(figure) {
  const lying = figure.kind === "rows" || figure.kind === "shares";
  const ink = colour("muted");
  const axis = (label, more) => ({
    title: { text: label, font: { size: 12 }, standoff: 8 },
    gridcolor: colour("line"),
    zeroline: false,
    linecolor: colour("line"),
    automargin: true,
    ...more,
  });
  const format =
    figure.unit === "share"
      ? {
          tickformat: ".0%",
          rangemode: "tozero",
          ...(figure.kind === "shares" ? { range: [0, 1.002], dtick: 0.25, ticklabeloverflow: "allow" } : {}),
        }
      : { rangemode: "tozero" };
  const names = {
    type: "category",
    autorange: "reversed",
    ticktext: figure.x.map((x) => unmarked(shortened(plain(x)))),
    tickvals: figure.x.map(unmarked),
    showgrid: false,
  };
  return {
    barmode: MANNERS[figure.kind],
    bargap: 0.25,
    height: lying
      ? Math.max(200, 70 + figure.x.length * (figure.kind === "rows" ? 14 + 12 * figure.series.length : 26))
      : 280,
    margin: { l: 8, r: 24, t: 8, b: 8 },
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    font: { family: "inherit", size: 12, color: ink },
    hoverlabel: { bgcolor: colour("surface"), bordercolor: colour("line"), font: { color: colour("ink") } },
    showlegend: false,
    xaxis: lying
      ? axis(figure.axis[0], format)
      : axis(figure.axis[0], figure.kind === "bars" ? { type: "category" } : {}),
    yaxis: lying ? axis(figure.axis[1], names) : axis(figure.axis[1], format),
    shapes: figure.band
      ? [
          {
            type: "rect",
            yref: "paper",
            x0: figure.band[0],
            x1: figure.band[1],
            y0: 0,
            y1: 1,
            fillcolor: colour("accent"),
            opacity: 0.12,
            line: { width: 0 },
            layer: "below",
          },
        ]
      : [],
    modebar: { bgcolor: "transparent", color: colour("muted"), activecolor: colour("accent") },
    dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
  };
}

function asTable(title, figure) {
  const along = figure.labels ?? figure.x;
  const value = (one) => (one === null || one === undefined ? "" : amount(one, figure.unit));
  const rows = along.map((label, place) => [
    typeof label === "number" ? formatted(label, 1) : plain(label),
    ...figure.series.map((series) => value(series.values[place])),
  ]);
  return table(
    title,
    [
      figure.axis[figure.kind === "rows" || figure.kind === "shares" ? 1 : 0] || "",
      ...figure.series.map((series) => plain(series.name)),
    ],
    rows,
  );
}

// What each colour stands for; a dotted or paler one is the second run's.
function legend(figure) {
  const swatch = ({ colour: name, run }) => {
    const made = element("span", { class: COMPARED && run?.side && name !== "second" ? "swatch paler" : "swatch" });
    made.style.background = colour(name);
    return made;
  };
  return figure.series.length > 1
    ? figure.series.map((series) => element("li", {}, swatch(series), plain(series.name)))
    : [];
}

function box([id, [title, make]]) {
  const plot = element("div", {
    class: "plot",
    role: "img",
    "aria-label": `${title}. The table below has the same values.`,
  });
  const made = { title, make, plot, note: element("p", { class: "hint" }), stale: true, seen: false };
  made.legend = element("ul", { class: "legend" });
  made.rows = element("div");
  made.table = element("details", { toggle: () => fill(made) }, element("summary", {}, "As a table"), made.rows);
  const caption = element("figcaption", {}, element("h3", {}, title), made.note, made.legend);
  made.node = element("figure", { id: `plot-${id}` }, caption, plot, made.table);
  return made;
}

const isEmpty = (figure) =>
  !figure.series.some((series) => series.values.some((value) => value !== null && value !== undefined));

function fill(made) {
  if (!made.table.open) return;
  const figure = made.make();
  made.rows.replaceChildren(
    isEmpty(figure) ? element("p", { class: "hint" }, "Nothing to show.") : asTable(made.title, figure),
  );
}

function draw(made) {
  if (!made.stale || !made.seen || !window.Plotly) return;
  made.stale = false;
  const figure = made.make();
  made.note.textContent = figure.note;
  made.legend.replaceChildren(...(isEmpty(figure) ? [] : legend(figure)));
  fill(made);
  if (isEmpty(figure)) {
    Plotly.purge(made.plot);
    made.plot.replaceChildren(element("p", { class: "nothing" }, figure.empty ?? "Nothing to show."));
    return;
  }
  made.plot.querySelector(".nothing")?.remove();
  Plotly.react(
    made.plot,
    figure.series.map((series) => trace(figure, series)),
    layout(figure),
    SETTINGS,
  );
  made.plot.removeAllListeners("plotly_click");
  if (figure.pick)
    made.plot.on("plotly_click", ({ points: [point] }) => ask(figure.pick(point.pointIndex, point.curveNumber)));
}

function redraw() {
  for (const made of boxes) made.stale = true;
  boxes.forEach(draw);
}

function showPlots() {
  boxes.push(...Object.entries(FIGURES).map(box));
  byId("charts").append(...boxes.map((made) => made.node));
  const eye = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const made = boxes.find((one) => one.node === entry.target);
        made.seen = entry.isIntersecting;
        draw(made);
      }
    },
    { rootMargin: "200px" },
  );
  boxes.forEach((made) => eye.observe(made.node));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  listeners.push(redraw);
}
