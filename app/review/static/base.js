// What the page's scripts share. Everything on a page works without them, by links and forms.
const countersign = (() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const table = JSON.parse($("#commands").textContent);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const page = document.body.dataset.page;

  // a sentence in the reader's language, with values for its braces
  const sentence = (name, values = {}) => table.says[name].replace(/\{(\w+)\}/g, (whole, key) => key in values ? values[key] : whole);

  // announces to screen readers; emptied first, so that the same sentence is heard twice
  function say(text) {
    const live = $("#live");
    live.textContent = "";
    setTimeout(() => { live.textContent = text; }, 30);
  }
  const isVisible = element => element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
  function press(selector) {
    const target = $$(selector).find(isVisible);
    if (target) target.click();
    return Boolean(target);
  }
  const isTyping = target => target.matches("input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable]");

  return { $, $$, table, calm, page, sentence, say, isVisible, press, isTyping };
})();
