// The rule editor beyond plain HTML: mistakes underlined in the text, names inserted, shortcuts, and a
// warning before unsaved work is lost.  Everything is served from here.  Beside it: complete.js offers names,
// picker.js puts in codes, filling.js is the form that writes the rule.
(() => {
  "use strict";
  const form = document.getElementById("rule-form");
  if (!form) return;
  const rule = document.getElementById("rule");
  const backdrop = document.getElementById("backdrop");
  const preview = document.getElementById("preview");

  // ---- positions: the server counts characters, the browser counts UTF-16 units
  const units = (text, characters) => Array.from(text).slice(0, characters).join("").length;
  const place = (element) => [
    units(rule.value, Number(element.dataset.start)),
    units(rule.value, Number(element.dataset.end)),
  ];

  // ---- mistakes underlined behind the text
  const mistakes = () =>
    Array.from(preview.querySelectorAll("li[data-start]"), place).sort((a, b) => a[0] - b[0]);

  const paint = (spans) => {
    const text = rule.value;
    const parts = [];
    let at = 0;
    for (let [start, end] of spans) {
      start = Math.max(start, at);
      if (end <= start && start < text.length) continue;
      parts.push(document.createTextNode(text.slice(at, start)));
      const mark = document.createElement("mark");
      mark.textContent = text.slice(start, end) || " ";
      parts.push(mark);
      at = Math.max(end, start);
    }
    parts.push(document.createTextNode(text.slice(at) + "\n"));
    backdrop.replaceChildren(...parts);
    backdrop.scrollTop = rule.scrollTop;
    backdrop.scrollLeft = rule.scrollLeft;
  };

  const fit = () => {
    rule.style.height = "auto";
    rule.style.height = `${Math.min(Math.max(rule.scrollHeight + 2, 140), 420)}px`;
  };

  rule.addEventListener("input", () => {
    paint([]);
    fit();
  });
  rule.addEventListener("scroll", () => {
    backdrop.scrollTop = rule.scrollTop;
    backdrop.scrollLeft = rule.scrollLeft;
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === preview) paint(mistakes());
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    if (event.target === preview) preview.classList.add("wbe-stale");
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target === preview) preview.classList.remove("wbe-stale");
  });

  // ---- putting text into the rule, so that undo still works
  const put = (text, start, end) => {
    if (rule.readOnly) return;
    rule.focus();
    rule.setSelectionRange(start, end);
    if (!document.execCommand("insertText", false, text)) {
      rule.setRangeText(text, start, end, "end");
      rule.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.wbe-insert, button.wbe-replace, button.wbe-goto, button.wbe-wave");
    if (!button) return;
    event.preventDefault();
    if (button.matches(".wbe-insert")) {
      put(button.dataset.insert, rule.selectionStart, rule.selectionEnd);
    } else if (button.matches(".wbe-wave")) {
      const wave = document.getElementById("wave");
      wave.value = button.dataset.wave;
      wave.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (button.matches(".wbe-replace") && button.dataset.start) {
      const [start, end] = place(button);
      const quoted = /^["']/.test(rule.value.slice(start, end));
      const word = button.dataset.replace.replace(/^“|”$/g, "");
      put(quoted ? JSON.stringify(word) : word, start, end);
    } else if (button.dataset.start) {
      rule.focus();
      rule.setSelectionRange(...place(button));
    }
  });

  document.addEventListener("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key === "s") {
      event.preventDefault();
      form.querySelector("button[name=save]")?.click();
    }
  });

  // ---- the list of functions narrowed down as one types
  const functions = document.getElementById("functions");
  document.getElementById("function-search")?.addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const entry of functions.querySelectorAll(".wbe-function")) {
      const text = entry.dataset.search.toLowerCase();
      entry.hidden = !words.every((word) => text.includes(word));
    }
    for (const head of functions.querySelectorAll(".wbe-family")) {
      let next = head.nextElementSibling;
      let any = false;
      while (next && !next.matches(".wbe-family")) {
        any ||= !next.hidden;
        next = next.nextElementSibling;
      }
      head.hidden = !any;
    }
  });

  // ---- an empty row at the end of the value labels, always
  const labels = document.getElementById("value-labels");
  labels?.addEventListener("input", () => {
    const last = labels.tBodies[0].rows[labels.tBodies[0].rows.length - 1];
    if (!Array.from(last.querySelectorAll("input")).some((input) => input.value)) return;
    const row = last.cloneNode(true);
    for (const input of row.querySelectorAll("input")) input.value = "";
    labels.tBodies[0].append(row);
  });

  // ---- Enter in a one-line field must not publish
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });

  // ---- another study: its waves and items
  document.getElementById("study")?.addEventListener("change", (event) => {
    unsaved = false;
    location.search = `?study=${encodeURIComponent(event.target.value)}`;
  });

  // ---- unsaved work
  let unsaved = false;
  form.addEventListener("input", (event) => {
    if (event.target.name && !["q", "wave", "acknowledge", "reason"].includes(event.target.name)) unsaved = true;
  });
  form.addEventListener("submit", () => (unsaved = false));
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });

  // ---- the rule as its neighbours need it: names and quoted texts with their places
  const WORDS = /"[^"\n]*"?|'[^'\n]*'?|“[^”\n]*”?|‘[^’\n]*’?|「[^」\n]*」?|`[^`\n]*`?|[A-Za-z_][A-Za-z0-9_]*/g;
  const words = (text) =>
    Array.from(text.matchAll(WORDS), (m) => ({ text: m[0], start: m.index, end: m.index + m[0].length }));
  const isText = (word) => /^["'“‘「]/.test(word.text);

  // replaces the whole rule without taking the focus, for what is written elsewhere
  const rewrite = (text) => {
    if (rule.readOnly || rule.value === text) return;
    rule.value = text;
    rule.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // what can be completed on the chosen wave
  const wbe = { form, rule, backdrop, put, rewrite, words, isText, names: [] };
  const wave = document.getElementById("wave");
  const learn = async () => {
    const asked = new URLSearchParams({ study: form.elements.study.value, wave: wave.value });
    const answer = await fetch(`${form.dataset.names}?${asked}`);
    if (!answer.ok) return;
    wbe.names = (await answer.json()).names;
    const options = wbe.names
      .filter((one) => one.kind === "item" || one.kind === "measure")
      .map((one) => Object.assign(document.createElement("option"), { value: one.name, label: one.label }));
    document.getElementById("item-names").replaceChildren(...options);
    document.dispatchEvent(new Event("wbe:names"));
  };
  wave.addEventListener("change", learn);
  window.wbe = wbe;
  learn();

  fit();
  paint([]);
})();
