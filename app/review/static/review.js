// Everything works without this file: it adds keys, lights evidence under the pointer, and counts the undo time.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const press = selector => () => { const target = $(selector); if (target) target.click(); return Boolean(target); };

  // evidence: what a field or sentence rests on lights while it is pointed at; pressed again, its link goes on
  const places = owner => (owner.dataset.evidence || "").split(" ").filter(Boolean).map(id => document.getElementById(id)).filter(Boolean);
  const dark = () => $$(".is-lit").forEach(lit => lit.classList.remove("is-lit"));
  function reveal(place) {
    const pane = place && place.closest("[data-source]");
    if (!pane || pane.scrollHeight <= pane.clientHeight || getComputedStyle(pane).overflowY === "visible") return;
    const box = place.getBoundingClientRect(), view = pane.getBoundingClientRect();
    if (box.top < view.top + 60 || box.bottom > view.bottom - 20)
      pane.scrollTo({ top: pane.scrollTop + box.top - view.top - view.height / 3, behavior: calm ? "auto" : "smooth" });
  }
  function light(owner) {
    dark();
    const lit = places(owner);
    [owner, ...lit].forEach(item => item.classList.add("is-lit"));
    reveal(lit[0]);
  }
  $$("[data-evidence]").forEach(owner => {
    let at = -1;
    owner.addEventListener("mouseenter", () => light(owner));
    owner.addEventListener("focusin", () => light(owner));
    owner.addEventListener("mouseleave", dark);
    owner.addEventListener("focusout", dark);
    owner.addEventListener("click", event => {
      const link = event.target.closest(".claim, .evidence-link"), all = places(owner);
      if (!link || !all.length || all[0].closest("[data-source]").clientHeight === all[0].closest("[data-source]").scrollHeight) return;
      event.preventDefault();
      at = (at + 1) % all.length;
      reveal(all[at]);
    });
  });

  // the confirm button counts the ticked steps
  const all = $(".says-all"), some = $(".says-some"), picks = $$(".step-pick");
  const count = () => {
    const ticked = picks.filter(pick => pick.checked).length;
    if (some) some.textContent = ticked === 0 ? "Choose at least one step" : `Confirm ${ticked} ${ticked === 1 ? "step" : "steps"}`;
  };
  picks.forEach(pick => pick.addEventListener("change", count));
  if (all) count();

  // the undo time
  const seconds = $("[data-undo-seconds]");
  if (seconds) {
    const clock = setInterval(() => {
      const left = Number(seconds.textContent) - 1;
      seconds.textContent = Math.max(0, left);
      if (left <= 0) { clearInterval(clock); $("#undo").hidden = true; }
    }, 1000);
  }

  // keys: single letters, never while typing, never with Ctrl or Alt
  const rows = $$("[data-row] .row-link");
  const move = step => {
    if (!rows.length) return press(step > 0 ? "[rel=next]" : "[rel=prev]")();
    const now = rows.indexOf(document.activeElement);
    const next = rows[Math.min(rows.length - 1, Math.max(0, now + step))];
    next.focus({ preventScroll: true });
    next.closest("[data-row]").scrollIntoView({ block: "nearest" });
    return true;
  };
  const commands = {
    j: () => move(1), k: () => move(-1), u: press("[data-back]"), c: press("#confirm"), z: press("#undo button"),
    r: () => { const box = $(".others"); if (!box) return false; box.open = true; $("input[type=radio]", box).focus(); return true; },
    "/": () => { const box = $("#search"); if (!box) return false; box.focus(); return true; },
  };
  const typing = target => target.matches("input:not([type=checkbox]):not([type=radio]), select, textarea");
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    const reasons = $$(".others[open] input[type=radio]");
    if (/^[1-9]$/.test(event.key) && reasons[event.key - 1]) { reasons[event.key - 1].checked = true; reasons[event.key - 1].focus(); return; }
    if (/^[1-9]$/.test(event.key) && picks[event.key - 1]) { picks[event.key - 1].click(); return; }
    const command = commands[event.key];
    if (command && command() !== false) event.preventDefault();
  });
})();
