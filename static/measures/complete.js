// Names offered while a rule is written: items and measures by name or label, sets, functions; and within
// quotes the labels of the item whose codes stand beside the rule.
(() => {
  "use strict";
  const wbe = window.wbe;
  if (!wbe || wbe.rule.readOnly) return;
  const { rule, backdrop } = wbe;
  const box = document.getElementById("completions");
  const MOST = 8;
  let found = [];
  let chosen = -1;
  let span = [0, 0];

  const close = () => {
    box.hidden = true;
    found = [];
    chosen = -1;
    rule.removeAttribute("aria-activedescendant");
  };

  // the word that ends at the cursor; none within quotes
  const wordBefore = () => {
    const at = rule.selectionStart;
    if (at !== rule.selectionEnd) return null;
    if (wbe.words(rule.value).some((w) => wbe.isText(w) && w.start < at && (at < w.end || w.text.length < 2))) return null;
    const before = rule.value.slice(0, at);
    const word = before.match(/`?[\p{L}\p{N}_]*$/u)[0];
    return { word, start: at - word.length, end: at };
  };

  // the quoted text that the cursor stands in, up to the cursor, with the sign that closes it
  const CLOSES = { '"': '"', "'": "'", "“": "”", "‘": "’", "「": "」" };
  const textBefore = () => {
    const at = rule.selectionStart;
    if (at !== rule.selectionEnd) return null;
    const text = wbe.words(rule.value).find((w) => wbe.isText(w) && w.start < at && at <= w.end);
    if (!text) return null;
    const closes = CLOSES[text.text[0]];
    const isClosed = text.text.length > 1 && text.text.endsWith(closes);
    if (isClosed && at === text.end) return null;
    return { word: rule.value.slice(text.start + 1, at), start: text.start, end: rule.value[at] === closes ? at + 1 : at };
  };
  const labelled = (word) => {
    const said = word.toLowerCase();
    const ranks = [[], []];
    for (const one of wbe.labels?.() ?? []) {
      const label = one.label.toLowerCase();
      if (label.startsWith(said)) ranks[0].push(one);
      else if (label.includes(said)) ranks[1].push(one);
    }
    const named = ({ label, code }) => ({ name: label, label: code, writes: /["\n\\]/.test(label) ? code : `"${label}"`, kind: "label" });
    return ranks.flat().slice(0, MOST).map(named);
  };

  const fitting = (word) => {
    const said = word.replace(/^`/, "").toLowerCase();
    if (/^\d/.test(said)) return [];
    const ranks = [[], [], []];
    for (const one of wbe.names) {
      const name = one.name.toLowerCase();
      if (name.startsWith(said)) ranks[0].push(one);
      else if (said.length > 1 && name.includes(said)) ranks[1].push(one);
      else if (said && one.kind !== "function" && one.label.toLowerCase().includes(said)) ranks[2].push(one);
    }
    return ranks.flat().slice(0, MOST);
  };

  // where the cursor stands, read off the text behind the textarea
  const place = (offset) => {
    const walker = document.createTreeWalker(backdrop, NodeFilter.SHOW_TEXT);
    let left = offset;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (left <= node.length) {
        const range = document.createRange();
        range.setStart(node, left);
        range.setEnd(node, Math.min(left + 1, node.length));
        const at = range.getClientRects()[0] ?? range.getBoundingClientRect();
        const frame = backdrop.getBoundingClientRect();
        return { x: at.left - frame.left, y: at.bottom - frame.top };
      }
      left -= node.length;
    }
    return { x: 8, y: 32 };
  };

  const show = () => {
    box.replaceChildren(
      ...found.map((one, at) => {
        const line = document.createElement("li");
        line.id = `completion-${at}`;
        line.role = "option";
        line.setAttribute("aria-selected", String(at === chosen));
        line.dataset.at = at;
        const name = Object.assign(document.createElement("code"), { textContent: one.name });
        const label = Object.assign(document.createElement("span"), { textContent: one.label });
        line.append(name, label);
        return line;
      }),
    );
    box.hidden = false;
    const { x, y } = place(span[0]);
    box.style.top = `${Math.min(y, rule.clientHeight) + 2}px`;
    box.style.left = `${Math.max(0, Math.min(x, rule.clientWidth - box.offsetWidth))}px`;
    if (chosen >= 0) rule.setAttribute("aria-activedescendant", `completion-${chosen}`);
    else rule.removeAttribute("aria-activedescendant");
  };

  const offer = (isAsked) => {
    const text = textBefore();
    const here = text ?? wordBefore();
    if (!here || (!here.word && !isAsked)) return close();
    found = text ? labelled(text.word) : fitting(here.word);
    const isWhole = found.length === 1 && found[0].writes === here.word;
    if (!found.length || isWhole) return close();
    chosen = -1;
    span = [here.start, here.end];
    show();
  };

  const take = (at) => {
    const one = found[at];
    if (!one) return;
    const [start, end] = span;
    close();
    const opens = one.kind === "function" && rule.value[end] !== "(";
    wbe.put(opens ? `${one.writes}()` : one.writes, start, end);
    if (opens) rule.setSelectionRange(rule.selectionStart - 1, rule.selectionStart - 1);
    close();
  };

  rule.addEventListener("input", (event) => {
    if (!event.isComposing && document.activeElement === rule && event.inputType !== "insertFromPaste") offer(false);
    else close();
  });
  rule.addEventListener("compositionend", () => offer(false));
  rule.addEventListener("blur", () => setTimeout(close, 120));
  rule.addEventListener("click", close);
  rule.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key === " ") {
      event.preventDefault();
      offer(true);
    } else if (box.hidden) {
      return;
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      event.stopPropagation();
      chosen = (chosen + (event.key === "ArrowDown" ? 1 : found.length + (chosen < 0 ? 0 : -1))) % found.length;
      show();
    } else if (event.key === "Tab" && !event.shiftKey) {
      event.preventDefault();
      take(Math.max(chosen, 0));
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      take(chosen);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      close();
    }
  });
  box.addEventListener("mousedown", (event) => {
    const line = event.target.closest("li");
    if (!line) return;
    event.preventDefault();
    take(Number(line.dataset.at));
  });
})();
