// A lost connection: what is sent by a form waits on the page, with all that was entered, until the server answers again.
(() => {
  "use strict";
  const { $, $$, sentence, say } = countersign;
  const strip = $("#offline");
  let held = null;          // the form that waits, and the button it was sent with
  let watching = 0;

  async function answers() {
    try {
      return (await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(5000) })).ok;
    } catch {
      return false;
    }
  }
  function lost() {
    strip.hidden = false;
    $("#held").hidden = !held;
    inDialog();
    if (!watching) watching = setInterval(look, 2000);
  }
  // an open dialog covers the strip, so it gets one of its own
  function inDialog() {
    $$("dialog .offline-strip").forEach(copy => copy.remove());
    const body = $("dialog[open] .dialog-body");
    if (!body || strip.hidden) return;
    const copy = strip.cloneNode(true);
    [copy, ...$$("[id]", copy)].forEach(element => element.removeAttribute("id"));
    body.prepend(copy);
  }
  async function look() {
    if (!await answers()) return lost();
    clearInterval(watching);
    watching = 0;
    if (!strip.hidden) say(sentence("back_online"));
    strip.hidden = true;
    inDialog();
    if (held) send(held.form, held.button);
  }
  function send(form, button) {
    held = null;
    form.dataset.sent = "";
    form.requestSubmit(button);
  }
  document.addEventListener("submit", async event => {
    const form = event.target, button = event.submitter;
    if (form.method !== "post" || "atOnce" in form.dataset || event.defaultPrevented) return;
    if ("sent" in form.dataset) {
      if (form.dataset.sent === "twice") event.preventDefault();     // pressed again while it is under way
      form.dataset.sent = "twice";
      return;
    }
    event.preventDefault();
    if (held && held.form === form) return;
    held = { form, button };
    if (await answers()) { if (held) send(form, button); } else lost();
  });
  document.addEventListener("click", event => {
    if (!event.target.closest("[data-forget]")) return;
    held = null;
    $("#held").hidden = true;
    inDialog();
  });
  addEventListener("offline", lost);
  addEventListener("online", look);
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(form => { delete form.dataset.sent; }));
  document.addEventListener("htmx:sendError", lost);
  countersign.lost = lost;
})();
