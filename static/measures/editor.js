// The rule editor beyond plain HTML: mistakes underlined in the text, names inserted and completed,
// shortcuts, and a warning before unsaved work is lost.  Everything is served from here; nothing is fetched
// but the preview and the list of items.
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

  // ---- names completed with Ctrl+Space: items on the page and functions
  const names = () => [
    ...Array.from(document.querySelectorAll("#items .wbe-insert"), (b) => b.dataset.insert),
    ...Array.from(document.querySelectorAll("#functions summary code"), (c) => c.textContent),
  ];
  const complete = () => {
    const before = rule.value.slice(0, rule.selectionStart);
    const word = before.match(/[\p{L}\p{N}_]+$/u)?.[0] ?? "";
    const found = [...new Set(names())].filter((n) => word && n.startsWith(word) && n !== word);
    if (!found.length) return;
    let shared = found[0];
    for (const name of found) while (!name.startsWith(shared)) shared = shared.slice(0, -1);
    if (shared.length > word.length) put(shared, rule.selectionStart - word.length, rule.selectionStart);
    const search = document.getElementById("item-search");
    if (found.length > 1 && search.value !== word) {
      search.value = shared;
      search.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  document.addEventListener("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key === "s") {
      event.preventDefault();
      form.querySelector("button[name=save]")?.click();
    } else if (control && event.key === " " && event.target === rule) {
      event.preventDefault();
      complete();
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

  fit();
  paint([]);
})();
