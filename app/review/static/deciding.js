// The decision: what the one button says, why it is closed, and the time in which a decision can be taken back.
(() => {
  "use strict";
  const { $, $$, sentence, say } = countersign;

  // the button counts the ticked steps; its sentences come from the server, by number of ticks
  const some = $(".says-some"), picks = $$(".step-pick");
  function count() {
    const labels = some && some.dataset.labels ? JSON.parse(some.dataset.labels) : null;
    const ticked = picks.filter(pick => pick.checked).length;
    if (labels && labels[ticked]) some.textContent = labels[ticked];
  }
  picks.forEach(pick => pick.addEventListener("change", count));
  count();

  // closed for a reason: the reason is read out, and the hand is led to what is missing
  document.addEventListener("click", event => {
    const button = event.target.closest("#confirm");
    if (!button || button.getAttribute("aria-disabled") !== "true") return;
    event.preventDefault();
    const why = document.getElementById(button.getAttribute("aria-describedby"));
    say(why ? why.textContent.trim() : sentence("not_yet"));
    const open = $(".checklist input[type=checkbox]:not(:checked)");
    if (open) open.focus();
  }, true);

  const bar = $("#undo"), seconds = $("[data-undo-seconds]");
  if (bar && seconds) {
    const until = Date.now() + Number(seconds.textContent) * 1000;
    const clock = setInterval(() => {
      const left = Math.ceil((until - Date.now()) / 1000);
      seconds.textContent = Math.max(0, left);
      if (left <= 0) { clearInterval(clock); bar.hidden = true; }
    }, 250);
    say(sentence("undo_hint", { text: $(".what-text", bar).textContent }));
  }
})();
