// Keys and the palette, both from the server's one table of commands.
(() => {
  "use strict";
  const { $, $$, table, page, sentence, say, press, isTyping, isVisible, list } = countersign;
  const inCase = page === "case";

  const functions = {
    next: () => inCase ? press("[rel=next]") : list.move(1),
    previous: () => inCase ? press("[rel=prev]") : list.move(-1),
    open: () => { const row = list.current() || list.rows()[0]; if (row) list.linkOf(row).click(); return Boolean(row); },
    select: () => list.select(),
    confirm: () => {
      if (page === "inbox") { say(sentence("confirm_in_list")); return true; }
      return press('[data-command~="confirm"], #confirm');
    },
    edit: () => {
      if (page === "inbox") {
        const row = list.current();
        if (row) location.href = list.linkOf(row).href + "#edit";
        return Boolean(row);
      }
      const field = $$(".field input:not([type=hidden]), .field select").find(isVisible);
      if (field) { field.focus(); if (field.select) field.select(); return true; }
      const named = $$('[data-command~="edit"], .step-more summary').find(isVisible);
      if (!named) return false;
      const folded = named.closest("details");
      if (!folded) { named.click(); return true; }
      folded.open = true;
      const first = $("input:not([type=hidden]), textarea, select", folded);
      if (first) first.focus();
      return true;
    },
    snooze: () => inCase ? press('[data-command~="snooze"], [data-key="s"]') : list.onRows("snooze"),
    assign: () => inCase ? press('[data-command~="assign"], [data-key="a"]') : list.onRows("assign"),
    step: key => { const pick = $$(".step-pick")[Number(key) - 1]; if (pick) pick.click(); return Boolean(pick); },
    palette: () => { openPalette(); return true; },
    print: () => { print(); return true; },
  };
  function run(command, key) {
    if (command.does === "press") return press(command.target);
    if (command.does === "go") { location.href = command.target; return true; }
    if (command.does === "focus") { const box = $(command.target); if (box) { box.focus(); if (box.select) box.select(); } return Boolean(box); }
    return functions[command.target](key);
  }

  let prefix = "", forget = 0;
  document.addEventListener("keydown", event => {
    if (event.defaultPrevented || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") { event.preventDefault(); return openPalette(); }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      prefix = "";
      const folded = event.target.closest("details.others[open], details.me[open]");
      if (folded) { folded.open = false; $("summary", folded).focus(); }
      else if (isTyping(event.target) && !event.target.closest("dialog")) event.target.blur();
      return;
    }
    if (isTyping(event.target)) return;
    const reasons = $$("dialog[open] .reasons input[type=radio], .others[open] .reasons input[type=radio]").filter(isVisible);
    if (/^[1-9]$/.test(event.key) && reasons[event.key - 1]) {
      event.preventDefault();
      reasons[event.key - 1].checked = true;
      reasons[event.key - 1].dispatchEvent(new Event("change", { bubbles: true }));
      return reasons[event.key - 1].focus();
    }
    if ($("dialog[open]") || document.body.dataset.keys === "off") return;
    const key = event.key;
    if (prefix) {
      const jump = table.commands.find(command => command.keys.length === 2 && command.keys[0] === prefix && command.keys[1] === key);
      prefix = "";
      if (jump) { event.preventDefault(); return run(jump); }
    }
    if (table.commands.some(command => command.keys.length === 2 && command.keys[0] === key)) {
      prefix = key;
      clearTimeout(forget);
      forget = setTimeout(() => { prefix = ""; }, 1500);
      return;
    }
    if (key === "Enter" && event.target !== document.body) return;     // links, buttons and boxes keep their own Enter
    const command = table.commands.find(one => one.keys.length === 1 && (one.keys[0] === key || one.also.includes(key)));
    if (command && run(command, key)) event.preventDefault();
  });

  // ---------- palette: Alpine comes when it is opened for the first time ----------
  const dialog = $("#palette"), caps = command => command.keys.map(key => key.replace("Ctrl+k", "Ctrl K"));
  const possible = command => command.does !== "press" && command.does !== "focus" || $$(command.target).some(isVisible);
  let loaded = false;
  function openPalette() {
    if (!loaded) {
      loaded = true;
      const script = document.createElement("script");
      script.src = dialog.dataset.alpine;
      document.head.append(script);
    }
    if (!dialog.open) {
      dispatchEvent(new Event("palette"));
      dialog.showModal();
    }
  }
  document.addEventListener("alpine:init", () => {
    window.Alpine.data("palette", () => ({
      wanted: $("#palette-input").value,
      active: 0,
      found: table.commands.filter(possible),
      init() {
        addEventListener("palette", () => { this.wanted = ""; this.active = 0; this.found = table.commands.filter(possible); });
        this.$watch("wanted", () => { this.active = 0; });
      },
      get matching() {
        const words = this.wanted.toLowerCase().split(/\s+/).filter(Boolean);
        return this.found.filter(command => command.id !== "palette" && words.every(word => `${command.group} ${command.label}`.toLowerCase().includes(word)));
      },
      get shown() {
        return this.matching.map((command, index) => ({
          id: command.id, label: command.label, caps: caps(command), optionId: "palette-" + command.id, isActive: String(index === this.active),
        }));
      },
      get activeId() { return this.matching[this.active] ? "palette-" + this.matching[this.active].id : ""; },
      pressed(event) {
        const most = this.matching.length - 1;
        if (event.key === "ArrowDown") this.active = Math.min(most, this.active + 1);
        else if (event.key === "ArrowUp") this.active = Math.max(0, this.active - 1);
        else if (event.key === "Enter") { event.preventDefault(); return this.choose(this.matching[this.active]); }
        else return;
        event.preventDefault();
        this.$nextTick(() => { const option = document.getElementById(this.activeId); if (option) option.scrollIntoView({ block: "nearest" }); });
      },
      clicked(event) { this.choose(this.matching.find(command => command.id === event.currentTarget.dataset.id)); },
      choose(command) {
        dialog.close();
        if (command) run(command, command.keys[0]);
      },
    }));
  });

  if (location.hash === "#edit") functions.edit();
})();
