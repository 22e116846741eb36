// The source pane: a click on a word fills the field in focus; find; zoom of an attachment's pages.
(() => {
  "use strict";
  const { $, $$, sentence, say, reveal } = countersign;
  const source = $("[data-source]");
  if (!source) return;
  let field = null;                                  // the field that a click in the source will fill

  // every recognised word of a page image is a rectangle; they are fetched when a page comes near the view
  const SVG = "http://www.w3.org/2000/svg";
  const fetched = new WeakMap();
  function wordsOf(svg) {
    if (!fetched.has(svg)) fetched.set(svg, draw(svg));
    return fetched.get(svg);
  }
  async function draw(svg) {
    try {
      const answer = await fetch(svg.dataset.words, { signal: AbortSignal.timeout(15000) });
      if (!answer.ok) return;
      const part = svg.dataset.words.match(/\/pages\/([^/]+)\//)[1].replace("root", "");
      const drawn = document.createElementNS(SVG, "g");
      for (const [x, y, width, height, text, start, end] of (await answer.json()).words) {
        const word = document.createElementNS(SVG, "rect");
        for (const [name, value] of Object.entries({ x, y, width, height, class: "word" })) word.setAttribute(name, value);
        word.dataset.text = text;
        if (start !== undefined) word.dataset.place = `${part}:${start}:${end}`;
        drawn.append(word);
      }
      svg.append(drawn);
    } catch {
      fetched.delete(svg);                           // asked for again when it is needed again
    }
  }
  const near = new IntersectionObserver(seen => seen.forEach(({ isIntersecting, target }) => { if (isIntersecting) wordsOf(target); }), { rootMargin: "400px" });
  $$("svg[data-words]", source).forEach(svg => near.observe(svg));

  // ---------- fields ----------
  const inputs = ".field input:not([type=hidden]), .field select, .field textarea";
  document.addEventListener("focusin", event => {
    if (!event.target.matches(inputs)) return;
    field = event.target;
    document.body.classList.add("is-filling");
  });
  document.addEventListener("focusout", event => {
    if (event.target !== field) return;
    field = null;
    document.body.classList.remove("is-filling");
  });
  document.addEventListener("input", event => {
    const input = event.target;
    if (!input.matches(inputs)) return;
    const holder = input.closest(".field"), was = before(input), isEdited = input.value !== was;
    holder.classList.toggle("is-edited", isEdited);
    const line = input.closest(".order-line");        // its cells are too narrow for a sentence: it stands beneath them
    let note = line ? document.getElementById(input.id + "-edited") : $("[data-edit-note]", holder);
    if (!note) {
      note = document.createElement(holder.matches("dl > *") ? "dd" : "p");
      note.className = "field-note";
      note.dataset.editNote = "";
      note.id = input.id + "-edited";
      (line || holder).append(note);
      input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), note.id].filter(Boolean).join(" "));
    }
    const says = isEdited ? sentence("changed", { text: wordOf(input, was) || sentence("nothing") }) : "";
    note.textContent = line && says ? `${input.labels[0].textContent} · ${says}` : says;
    if (!event.detail) placeOf(input, "");            // typed: it rests on no place
  });
  const beside = (input, kind) => input.form && input.form.elements.namedItem(kind + input.name.replace(/^value-/, ""));
  function before(input) {
    const was = beside(input, "was-");
    return was ? was.value : input.defaultValue || "";
  }
  function wordOf(input, value) {
    const option = input.options && [...input.options].find(one => one.value === value);
    return option ? option.textContent : value;
  }
  function placeOf(input, place) {
    const kept = beside(input, "place-");
    if (kept) kept.value = place;
  }
  function fill(text, place = "") {
    const input = field;
    const isBelowZero = /^\(\d[\d.,'’]*[.,]\d\d\)$/.test(text);   // (100.00): the brackets are its minus
    input.value = isBelowZero ? text : text.replace(/^[(„"“»«[]+|[),.;:"”“«»\]]+$/g, "");
    input.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: { place } }));
    placeOf(input, place);
    say(sentence("filled", { text: input.value }));
  }
  source.addEventListener("mousedown", event => { if (field && event.target.closest(".word, .message-body")) event.preventDefault(); });   // keeps the focus
  source.addEventListener("click", event => {
    if (!field || event.target.closest("summary, a, button")) return;
    if (event.target.matches(".word")) return fill(event.target.dataset.text, event.target.dataset.place);
    if (!event.target.closest(".message-body")) return;
    const at = caret(event);
    if (!at || at.node.nodeType !== Node.TEXT_NODE) return;
    const before = at.node.data.slice(0, at.offset).match(/\S*$/)[0], after = at.node.data.slice(at.offset).match(/^\S*/)[0];
    if (before + after) fill(before + after);
  });
  function caret(event) {
    if (document.caretPositionFromPoint) {
      const found = document.caretPositionFromPoint(event.clientX, event.clientY);
      return found && { node: found.offsetNode, offset: found.offset };
    }
    const found = document.caretRangeFromPoint && document.caretRangeFromPoint(event.clientX, event.clientY);
    return found && { node: found.startContainer, offset: found.startOffset };
  }

  // ---------- another line of an order ----------
  const another = $("[data-add-line]");
  if (another) {
    let lines = 1;
    another.addEventListener("click", () => {
      const blank = $("[data-new-line]"), line = blank.cloneNode(true);
      lines += 1;
      delete line.dataset.newLine;
      $$("[data-edit-note]", line).forEach(note => note.remove());
      $$(".is-edited", line).forEach(one => one.classList.remove("is-edited"));
      $$("[id], [name], [for]", line).forEach(one => ["id", "name", "for"].forEach(key => {
        if (one.hasAttribute(key)) one.setAttribute(key, one.getAttribute(key).replace("-new1-", `-new${lines}-`));
      }));
      $$("input, select, textarea", line).forEach(input => { input.value = ""; input.removeAttribute("aria-describedby"); });
      another.parentElement.before(line);
      $("textarea", line).focus();
    });
  }

  // ---------- find ----------
  const find = $("#find-in-source");
  let hits = [], at = -1;
  async function look() {
    const wanted = find.value.trim().toLowerCase();
    hits = [];
    at = -1;
    await Promise.all($$("svg[data-words]", source).map(wordsOf));
    if (wanted !== find.value.trim().toLowerCase()) return;
    const parts = wanted.split(/\s+/);
    $$("svg[data-words]", source).forEach(svg => {
      const words = $$(".word", svg);
      words.forEach(word => word.classList.remove("is-found"));
      if (wanted.length < 2) return;
      words.forEach((word, first) => {
        if (!parts.every((part, more) => words[first + more] && words[first + more].dataset.text.toLowerCase().includes(part))) return;
        parts.forEach((part, more) => words[first + more].classList.add("is-found"));
        hits.push(word);
      });
    });
    const ranges = [];
    if (wanted.length > 1) $$(".message-body, .sheet-text", source).forEach(body => {
      const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const text = walker.currentNode.data.toLowerCase();
        for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
          const range = new Range();
          range.setStart(walker.currentNode, from);
          range.setEnd(walker.currentNode, from + wanted.length);
          ranges.push(range);
        }
      }
    });
    if (window.Highlight && CSS.highlights) CSS.highlights.set("find", new Highlight(...ranges));
    hits.unshift(...ranges.map(range => range.startContainer.parentElement));
    if (wanted.length > 1) say(sentence("matches", { n: hits.length }));
  }
  if (find) {
    find.hidden = false;
    find.addEventListener("input", look);
    find.addEventListener("keydown", async event => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (at < 0) await look();
      if (!hits.length) return;
      at = (at + (event.shiftKey ? hits.length - 1 : 1)) % hits.length;
      for (let folded; (folded = hits[at].closest("details:not([open])"));) folded.open = true;
      if (!reveal(hits[at])) hits[at].scrollIntoView({ block: "center" });
      say(sentence("place", { n: at + 1, m: hits.length }));
    });
    if (find.value) look();
  }

  // ---------- zoom ----------
  $$("[data-zoom-tools]", source).forEach(tools => { tools.hidden = false; });
  $$("[data-zoom]", source).forEach(button => {
    button.addEventListener("click", event => {
      event.preventDefault();
      const named = button.dataset.zoomOf && document.getElementById(button.dataset.zoomOf), sheets = $$(".page-sheet", named || button.closest(".attachment, .page"));
      const now = Number(sheets[0].dataset.scale || 1), next = button.dataset.zoom === "fit" ? 1 : Math.min(3, Math.max(.5, now * Number(button.dataset.zoom)));
      sheets.forEach(sheet => { sheet.dataset.scale = next; sheet.style.width = next * 100 + "%"; });
      say(sentence("zoom", { n: Math.round(next * 100) }));
    });
  });
})();
