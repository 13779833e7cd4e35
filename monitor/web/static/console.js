// Keeps an open page true: parts are fetched again when the monitor says that they changed, and a page that hears
// nothing from the monitor for 40 s says so. Without this script every page works, and shows what was true when it came.
(() => {
  "use strict";
  const SILENT_MS = 40000, POLL_MS = 15000, RETRY_MS = 60000, GATHER_MS = 250;
  const body = document.body, banner = document.getElementById("stale"), clock = document.getElementById("live-clock");
  let heard = Date.now(), source = null, polling = 0, waiting = new Set(), timer = 0;

  function alive() {
    heard = Date.now();
    if (banner && !banner.hidden) { banner.hidden = true; body.classList.remove("is-stale"); fresh(new Set(["all"])); }
  }
  function typed(part) {  // what somebody fills in there is not drawn over
    return [...part.querySelectorAll("input:not([type=hidden]), textarea")].some((one) =>
      one === document.activeElement || one.value !== one.defaultValue || one.checked !== one.defaultChecked);
  }
  function fresh(names) {
    const changed = [...names].some((name) => name !== "alive");
    for (const part of document.querySelectorAll("[data-live]")) {
      const wanted = part.dataset.live.split(" ");
      if (typed(part)) continue;
      if (names.has("all") || names.has("reset") || wanted.some((name) => name === "any" ? changed : names.has(name)))
        window.htmx?.trigger(part, "fresh");
    }
  }
  function gather(name) {
    waiting.add(name);
    timer ||= setTimeout(() => { const names = waiting; waiting = new Set(); timer = 0; fresh(names); }, GATHER_MS);
  }
  function listen() {
    if (!window.EventSource || !body.dataset.stream) return;
    source = new EventSource(body.dataset.stream);
    source.addEventListener("change", (event) => { alive(); gather(event.data); });
    source.addEventListener("alive", (event) => { alive(); gather("alive"); if (clock) clock.textContent = event.data; });
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      polling ||= setInterval(poll, POLL_MS);  // the monitor has no room for another stream
      setTimeout(() => { clearInterval(polling); polling = 0; listen(); }, RETRY_MS);
    };
  }
  async function poll() {
    try { if ((await fetch("/alive", { cache: "no-store" })).ok) { alive(); fresh(new Set(["all"])); } } catch { /* said below */ }
  }
  setInterval(() => {
    if (!banner || Date.now() - heard < SILENT_MS || !body.dataset.stream) return;
    body.classList.add("is-stale");
    banner.hidden = false;
  }, 2000);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  listen();

  let before = "";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const places = { n: "/", s: "/sites", t: "/tickets", m: "/maintenance", c: "/charter", k: "/calendar" };
    if (before === "g" && places[event.key]) location.href = places[event.key];
    else if (event.key === "/") { const field = document.getElementById("search"); if (field) { event.preventDefault(); field.focus(); } }
    else if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    else if (event.key === "a") (document.activeElement?.closest("[data-row]") || document).querySelector("[data-key=a]")?.click();
    before = event.key;
  });
  function step(by) {
    const rows = [...document.querySelectorAll("[data-row] a:first-of-type, a[data-row]")];
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
  }
})();
