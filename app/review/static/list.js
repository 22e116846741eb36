// Lists: rows one moves through, ticking for the bulk bar, the preview of the row in focus, and new cases.
(() => {
  "use strict";
  const { $, $$, sentence, say, isVisible } = countersign;
  const rows = () => $$("[data-row]").filter(isVisible);
  const linkOf = row => $("a.row-link", row) || $("a", row);
  const rowInFocus = () => document.activeElement && document.activeElement.closest("[data-row]");
  let last = null;                                   // the row that was in focus last

  const current = () => rowInFocus() || (last && last.isConnected ? last : null);
  function move(step) {
    const all = rows();
    if (!all.length) return false;
    const from = current() ? all.indexOf(current()) : $$("[data-row] [aria-current]").length ? all.findIndex(row => $("[aria-current]", row)) : -1;
    const next = all[Math.min(all.length - 1, Math.max(0, from + step))];
    linkOf(next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  // ---------- preview ----------
  const wide = matchMedia("(min-width: 1600px)");
  let resting = 0, previewed = "";
  function preview(row) {
    const peek = $("#peek");
    clearTimeout(resting);
    if (!peek || !wide.matches || !row.dataset.peek || row.dataset.peek === previewed) return;
    resting = setTimeout(() => {
      previewed = row.dataset.peek;
      htmx.ajax("GET", row.dataset.peek, { target: "#peek", swap: "innerHTML" }).catch(() => { previewed = ""; });
    }, 150);
  }
  document.addEventListener("htmx:responseError", event => {
    if (event.target.id === "peek" || event.detail.target?.id === "peek") { previewed = ""; $("#peek").textContent = sentence("fragment_failed"); }
  });
  document.addEventListener("focusin", event => {
    const row = event.target.closest("[data-row]");
    if (row) { last = row; preview(row); }
  });

  // ---------- ticking ----------
  const ticked = () => $$("[data-select]:checked");
  function count() {
    const bar = $("#bulk"), all = ticked();
    if (!bar) return;
    bar.hidden = all.length === 0;
    const told = $("[data-bulk-count]", bar);
    if (told && all.length) told.textContent = sentence("selected", { n: all.length });
  }
  let lastTicked = null;
  document.addEventListener("click", event => {      // with shift, all between
    const box = event.target.closest("[data-select]");
    if (!box) return;
    const all = $$("[data-select]");
    if (event.shiftKey && lastTicked && lastTicked.isConnected) {
      const [from, to] = [all.indexOf(lastTicked), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach(other => { other.checked = box.checked; });
    }
    lastTicked = box;
  });
  document.addEventListener("change", event => { if (event.target.matches("[data-select], [data-select-all]")) {
    if (event.target.matches("[data-select-all]")) $$("[data-select]").forEach(box => { box.checked = event.target.checked; });
    count();
  } });
  function select() {
    const box = current() && $("[data-select]", current());
    if (!box) return false;
    box.click();
    return true;
  }
  // snooze and assign in the list: the ticked cases, or else the one in focus
  function onRows(what) {
    if (ticked().length) return countersign.press(`#bulk [data-command~="${what}"]`);
    const row = current();
    if (!row) return false;
    const [path, query] = linkOf(row).getAttribute("href").split("?");
    countersign.openDialog(`${path}/${what}${query ? "?" + query : ""}`);
    return true;
  }

  // ---------- new cases: they wait behind a button, and nothing moves under the hand ----------
  const list = $("[data-events]"), fresh = $("#show-new");
  let ear = null;
  function listen(address) {                         // through htmx's own extension, which connects again by itself
    if (ear) htmx.remove(ear);
    ear = document.createElement("span");
    ear.hidden = true;
    for (const [name, value] of Object.entries({ "hx-ext": "sse", "sse-connect": address, "sse-swap": "new", "hx-swap": "textContent" })) ear.setAttribute(name, value);
    list.prepend(ear);
    htmx.process(ear);
  }
  if (list && fresh) {
    listen(list.dataset.events);
    document.addEventListener("htmx:sseMessage", event => {
      if (event.detail.type !== "new") return;
      const label = event.detail.data.trim(), told = $("[data-new-label]", fresh);
      if (told.textContent === label) return;
      told.textContent = label;
      fresh.hidden = !label;
      if (label) say(label);
    });
    fresh.addEventListener("click", async event => {
      event.preventDefault();
      let answer;
      try {
        answer = await fetch(fresh.href, { signal: AbortSignal.timeout(15000) });
      } catch {
        return countersign.lost();
      }
      const got = new DOMParser().parseFromString(await answer.text(), "text/html");
      const here = $("#cases"), there = answer.ok && !answer.redirected && $("#cases", got);
      if (!here || !there) { location.href = fresh.href; return; }
      const row = current(), kept = row && row.dataset.case, place = row && row.getBoundingClientRect().top;
      const on = new Set(ticked().map(box => box.value.split(":")[0]));
      const had = rowInFocus();
      here.replaceWith(there);
      htmx.process(there);
      $$("[data-select]").forEach(box => { box.checked = on.has(box.value.split(":")[0]); });
      count();
      const again = kept && $(`[data-row][data-case="${CSS.escape(kept)}"]`);
      if (again) {
        last = again;
        if (had) linkOf(again).focus({ preventScroll: true });
        scrollBy(0, again.getBoundingClientRect().top - place);     // the row in focus stays where it was
      }
      for (const part of [".totals", ".views"]) if ($(part) && $(part, got)) $(part).replaceWith($(part, got));
      listen($("[data-events]", got).dataset.events);
      fresh.hidden = true;
      $("[data-new-label]", fresh).textContent = "";
    });
  }
  count();

  countersign.list = { move, current, linkOf, select, onRows, rows };
})();
