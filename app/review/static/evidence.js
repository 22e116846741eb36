// Evidence: what a field or sentence rests on lights while it is pointed at, and the source scrolls to it; and back.
(() => {
  "use strict";
  const { $, $$, calm, sentence, say } = countersign;
  const places = owner => (owner.dataset.evidence || "").split(" ").filter(Boolean).map(id => document.getElementById(id)).filter(Boolean);
  const dark = () => $$(".is-lit").forEach(lit => lit.classList.remove("is-lit"));
  const paneOf = place => {
    const pane = place && place.closest("[data-source]");
    return pane && pane.scrollHeight > pane.clientHeight && getComputedStyle(pane).overflowY !== "visible" ? pane : null;
  };

  function reveal(place) {
    const pane = paneOf(place);
    if (!pane) return false;
    for (let folded; (folded = place.closest("details:not([open])"));) folded.open = true;
    const box = place.getBoundingClientRect(), view = pane.getBoundingClientRect();
    if (box.top < view.top + 60 || box.bottom > view.bottom - 20)
      pane.scrollTo({ top: pane.scrollTop + box.top - view.top - view.height / 3, behavior: calm ? "auto" : "smooth" });
    return true;
  }
  function light(owner) {
    dark();
    const lit = places(owner);
    [owner, ...lit].forEach(element => element.classList.add("is-lit"));
    reveal(lit[0]);
  }
  const ownerOf = target => target.closest && target.closest("[data-evidence]");
  const inFocus = () => document.activeElement && ownerOf(document.activeElement);

  let hovered = null;
  document.addEventListener("mouseover", event => {
    const owner = ownerOf(event.target), mark = event.target.closest(".evidence[id], .evidence-group[id]");
    const now = owner || mark;
    if (now === hovered) return;
    hovered = now;
    if (owner) light(owner);
    else if (mark) {
      dark();
      [mark, ...$$(`[data-evidence~="${CSS.escape(mark.id)}"]`)].forEach(element => element.classList.add("is-lit"));
    } else if (inFocus()) light(inFocus());
    else dark();
  });
  document.addEventListener("focusin", event => { const owner = ownerOf(event.target); if (owner) light(owner); });
  document.addEventListener("focusout", event => { if (ownerOf(event.target) && !hovered) dark(); });

  // its link goes to the first place; pressed again, to the next ones
  const walked = new WeakMap();
  document.addEventListener("click", event => {
    const link = event.target.closest(".evidence-link, .claim, .tag[data-evidence]"), owner = link && ownerOf(link);
    if (!owner) return;
    const all = places(owner), at = ((walked.has(owner) ? walked.get(owner) : -1) + 1) % (all.length || 1);
    if (!all.length || !paneOf(all[at])) return;                  // one column: the anchor jumps there
    event.preventDefault();
    walked.set(owner, at);
    reveal(all[at]);
    say(sentence("place", { n: at + 1, m: all.length }));
  });

  countersign.reveal = reveal;
})();
