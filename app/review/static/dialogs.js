// Links and buttons marked data-dialog lead to a page with a form; here that page's main part is shown as a dialog.
(() => {
  "use strict";
  const { $, $$, sentence, isVisible } = countersign;

  async function open(address, request, title) {
    let answer;
    try {
      answer = await fetch(address, { ...request, headers: { accept: "text/html" }, signal: AbortSignal.timeout(15000) });
    } catch {
      return countersign.lost();
    }
    if (answer.redirected) { location.href = answer.url; return; }     // done already, or signed out meanwhile
    const main = $("main", new DOMParser().parseFromString(await answer.text(), "text/html"));
    if (!main) { location.href = address; return; }
    show(main, title);
  }
  function show(main, title) {
    const heading = $("h1", main), dialog = document.createElement("dialog"), head = document.createElement("div");
    const body = document.createElement("div"), name = document.createElement("h2"), close = document.createElement("button");
    dialog.className = "fetched";
    head.className = "dialog-head";
    body.className = "dialog-body";
    name.id = "dialog-title";
    name.textContent = heading ? heading.textContent : title;
    close.className = "button button-small";
    close.type = "button";
    close.dataset.close = "";
    close.textContent = $("form", main) ? sentence("cancel") : sentence("close");
    if (heading) heading.remove();
    $$("[data-cancel]", main).forEach(link => link.remove());          // its word stands in the head
    const inside = main.children.length === 1 && main.firstElementChild.matches(".specimen") ? main.firstElementChild : main;
    rename(inside);
    body.append(...inside.childNodes);
    head.append(name, close);
    dialog.append(head, body);
    dialog.setAttribute("aria-labelledby", name.id);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    htmx.process(dialog);
    dialog.showModal();
    const first = $("[autofocus]", body) || $$("input:not([type=hidden]), select, textarea", body).find(isVisible) || $("form button", body) || close;
    first.focus();
  }
  // ids of the page behind stay the only ones of their name
  function rename(root) {
    const names = new Set($$("[id]", root).map(element => element.id));
    $$("[id]", root).forEach(element => { element.id = "dialog-" + element.id; });
    for (const attribute of ["for", "form", "list", "aria-describedby", "aria-labelledby", "aria-controls"])
      $$(`[${attribute}]`, root).forEach(element => {
        const renamed = element.getAttribute(attribute).split(" ").map(name => names.has(name) ? "dialog-" + name : name);
        element.setAttribute(attribute, renamed.join(" "));
      });
  }

  document.addEventListener("click", event => {
    if (event.defaultPrevented) return;
    const dialog = event.target.closest("dialog");
    if (dialog && (event.target === dialog || event.target.closest("[data-close], [data-cancel]"))) {
      event.preventDefault();
      return dialog.close();
    }
    const link = event.target.closest("a[data-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (dialog) dialog.close();
    open(link.href, {}, link.textContent.trim());
  });
  // a menu closes when one clicks beside it
  document.addEventListener("click", event => $$("details.me[open]").forEach(menu => { if (!menu.contains(event.target)) menu.open = false; }));

  // a form whose button is marked asks for more before it does anything
  document.addEventListener("submit", event => {
    const button = event.submitter;
    if (!button || !(event.target.id === "bulk" || "dialog" in button.dataset) || event.defaultPrevented) return;
    event.preventDefault();
    const form = event.target, sent = new URLSearchParams(new FormData(form, button));
    const address = button.getAttribute("formaction") || form.getAttribute("action");
    if ((button.getAttribute("formmethod") || form.method) === "post") open(address, { method: "POST", body: sent }, button.textContent.trim());
    else open(address.split("?")[0] + "?" + sent, {}, button.textContent.trim());
  }, true);

  countersign.openDialog = address => open(address, {}, "");
})();
