// Draws the charts of a site's past anew, so that they can be looked at closely: with a pointer that reads values, and a
// range that is dragged. The page brings each chart drawn already, and a table; without this script those stay.
(() => {
  "use strict";
  const HEIGHT = 220, SOME = 25, ZONE = "Asia/Dhaka", BUSY = "aria-busy";
  const { script, style } = document.currentScript.dataset;
  const lang = document.documentElement.lang === "bn" ? "bn-BD" : "en-GB";
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let root = null, library = null;
  const loads = new Map();

  function loaded() {
    return library ||= new Promise((done, failed) => {
      const sheet = document.createElement("link"), code = document.createElement("script");
      sheet.rel = "stylesheet"; sheet.href = style;
      code.src = script; code.onload = done; code.onerror = failed;
      document.head.append(sheet, code);
    });
  }
  function data(from, to) {
    const url = `${root.dataset.url}?from=${Math.floor(from)}&to=${Math.ceil(to)}`;
    if (!loads.has(url)) loads.set(url, fetch(url, { cache: "no-store" }).then((answer) => answer.ok ? answer.json() : Promise.reject(answer.status)));
    return loads.get(url);
  }
  const number = (unit, places) => {
    const format = new Intl.NumberFormat(lang, { maximumFractionDigits: places });
    return (_, value) => value == null ? "–" : `${format.format(value)} ${unit}`;
  };
  const moment = new Intl.DateTimeFormat(lang, { timeZone: ZONE, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat(lang, { timeZone: ZONE, day: "numeric", month: "short" });
  const clock = new Intl.DateTimeFormat(lang, { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

  function options(figure, found, width) {
    const names = JSON.parse(figure.dataset.names), units = JSON.parse(figure.dataset.units);
    const looks = figure.dataset.looks.split(" "), main = units[0];
    const ticks = (_, splits, __, ___, gap) => splits.map((at) => (gap >= 86400 ? day : clock).format(at * 1000));
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--rule"), width: 1 }, ticks: { stroke: colour("--rule") } };
    const marks = JSON.parse(figure.dataset.marks), mark = (_, value) => value == null ? "–" : marks[value >= 100 ? 2 : value > 0 ? 1 : 0];
    const plain = new Intl.NumberFormat(lang, { maximumFractionDigits: 2 });
    const kinds = {
      line: { stroke: colour("--go"), width: 2 },
      out: { stroke: colour("--warn"), width: 2 },
      limit: { stroke: colour("--down"), width: 1, dash: [6, 4] },
      band: { stroke: colour("--off"), width: 1 },
      marks: { stroke: colour("--down"), fill: colour("--down"), width: 0, paths: uPlot.paths.bars({ size: [1, 12] }) },
      bars: { stroke: colour("--down"), fill: colour("--down"), width: 0, paths: uPlot.paths.bars({ size: [1, 12] }) },
    };
    return {
      width, height: HEIGHT, tzDate: (at) => uPlot.tzDate(new Date(at * 1000), ZONE),
      scales: { y: { range: (_, __, most) => [0, (most || 1) * 1.05] }, share: { range: [0, 100] } },
      series: [
        { label: figure.dataset.time, value: (_, at) => at == null ? "–" : moment.format(at * 1000) },
        ...names.map((label, at) => ({ label, ...kinds[looks[at]], scale: looks[at] === "marks" || (units[at] === "%" && main !== "%") ? "share" : "y", value: looks[at] === "marks" ? mark : number(units[at], 2), points: { show: false }, spanGaps: false })),
      ],
      bands: looks.flatMap((look, at) => look === "band" && looks[at + 1] === "band" ? [{ series: [at + 2, at + 1], fill: colour("--off") + "55" }] : []),
      axes: [{ ...axis, values: ticks }, { ...axis, size: 64, values: (_, splits) => splits.map((value) => plain.format(value)) }],
      cursor: { drag: { x: true, y: false } },
      hooks: { ready: [(plot) => { plot.ready_for = [plot.scales.x.min, plot.scales.x.max]; }], setScale: [(plot, key) => key === "x" && closer(figure, plot)] },
    };
  }
  async function closer(figure, plot) {
    const { min, max } = plot.scales.x;
    if (figure.dataset.chart === "day" || !plot.ready_for || (min === plot.ready_for[0] && max === plot.ready_for[1])) return;
    plot.ready_for = [min, max];
    try {
      const found = (await data(min, max)).charts[figure.dataset.chart];
      if (found && found.times.length > 1 && plot.ready_for[0] === min) plot.setData([found.times, ...found.columns], false);
    } catch { /* what is drawn stays */ }
  }
  async function draw(figure) {
    if (figure.dataset.drawn) return;
    figure.dataset.drawn = "begun";
    figure.setAttribute(BUSY, "true");
    try {
      const [found] = await Promise.all([data(root.dataset.from, root.dataset.to), loaded()]);
      const chart = found.charts[figure.dataset.chart];
      if (!chart || chart.times.length < 2) return;
      const looks = figure.dataset.looks.split(" ");
      const columns = chart.columns.map((column, at) => looks[at] === "marks" ? column.map((value) => value > 0 && value < 100 ? SOME : value) : column);
      const place = figure.querySelector(".plot"), plot = new uPlot(options(figure, chart, place.clientWidth), [chart.times, ...columns], (made, begin) => {
        place.append(made.root);
        begin();
      });
      figure.dataset.drawn = "done";
      new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place);
    } catch { figure.dataset.drawn = "failed"; } finally { figure.removeAttribute(BUSY); }
  }
  if (!window.IntersectionObserver) return;
  const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target); }
  }));
  function begin() {
    root = document.getElementById("history");
    root?.querySelectorAll("[data-chart]:not([data-drawn])").forEach((figure) => seen.observe(figure));
  }
  document.addEventListener("htmx:after:swap", begin);
  begin();
})();
