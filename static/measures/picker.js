// The codes of the item under the cursor, put into the rule: one by a click, several as a list or as rows.
(() => {
  "use strict";
  const wbe = window.wbe;
  if (!wbe) return;
  const { rule, put, words, isText } = wbe;
  const input = document.getElementById("codes-item");
  const panel = document.getElementById("codes");
  const list = document.getElementById("codes-list");
  const rows = document.getElementById("codes-rows");

  // ---- which item: the nearest one that begins before the cursor, else the first of the rule
  const bare = (text) => text.replace(/^`|`$/g, "");
  const items = () => {
    const known = new Set(wbe.names.filter((one) => one.kind === "item" || one.kind === "measure").map((one) => one.name));
    return words(rule.value).filter((word) => !isText(word) && known.has(bare(word.text)));
  };
  const nearest = () => {
    const all = items();
    const before = all.filter((word) => word.start <= rule.selectionStart);
    return before[before.length - 1] ?? all[0];
  };
  let waiting;
  const follow = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const word = nearest();
      if (!word || bare(word.text) === input.value) return;
      input.value = bare(word.text);
      input.dispatchEvent(new Event("pick"));
    }, 200);
  };
  for (const kind of ["input", "keyup", "click", "focus"]) rule.addEventListener(kind, follow);
  document.addEventListener("wbe:names", follow);

  // ---- what is put in depends on where the cursor stands
  const item = () => panel.querySelector("table")?.dataset.item ?? "";
  // labels that may stand for a code of the nearest item, once its codes are there
  wbe.labels = () => {
    const word = nearest();
    if (!word || word.text !== item()) return [];
    const buttons = Array.from(panel.querySelectorAll("button.wbe-code-in[data-code]"));
    const all = buttons.map((one) => ({ code: one.dataset.code, label: one.closest("th").nextElementSibling.textContent }));
    return all.filter((one) => one.code && one.label);
  };
  const touched = () => {
    const at = rule.selectionStart;
    return rule.selectionEnd === at
      ? words(rule.value).find((word) => word.text === item() && word.start <= at && at <= word.end)
      : undefined;
  };
  const before = () => rule.value.slice(0, rule.selectionStart);
  const inMapping = () => {
    const text = before().replace(/"[^"\n]*"|'[^'\n]*'|“[^”\n]*”/g, "");
    return text.lastIndexOf("{") > text.lastIndexOf("}");
  };
  const here = (text) => put(text, rule.selectionStart, rule.selectionEnd);
  const missing = (reasons) => `is_missing(${[item(), ...reasons.map((r) => JSON.stringify(r))].join(", ")})`;

  const putCode = (code) => {
    if (wbe.intoBox?.(code)) return;
    const word = touched();
    if (word) put(` == ${code}`, word.end, word.end);
    else here(code);
  };
  const putReason = (reason) => {
    const word = touched();
    if (inMapping() && !word) here(`missing(${JSON.stringify(reason)})`);
    else if (word) put(missing([reason]), word.start, word.end);
    else here(missing([reason]));
  };

  const ticked = (kind) => Array.from(panel.querySelectorAll(`input:checked[data-${kind}]`), (box) => box.dataset[kind]);
  const putList = () => {
    const codes = ticked("code");
    const reasons = ticked("reason");
    const word = touched();
    const listed = `(${codes.join(", ")})`;
    if (codes.length && !reasons.length && wbe.intoBox?.(codes.join(", "))) return;
    if (codes.length && !reasons.length && !word && /\bin\s*$/.test(before())) return here(listed);
    if (codes.length && !reasons.length && !word && /\bin\s*[(（][^()（）]*$/.test(before())) return here(codes.join(", "));
    const parts = [];
    if (codes.length) parts.push(`${item()} in ${listed}`);
    if (reasons.length) parts.push(missing(reasons));
    const text = parts.length > 1 ? `(${parts.join(" or ")})` : parts[0];
    if (word) put(text, word.start, word.end);
    else here(text);
  };
  const putRows = () => {
    const keys = [...ticked("code"), ...ticked("reason").map((reason) => `missing(${JSON.stringify(reason)})`)];
    const entries = keys.map((key) => `${key}: ${key}`).join(", ");
    const word = touched();
    if (inMapping() && !word) {
      const open = /[{,，]\s*$/.test(before());
      return here(`${open ? "" : ", "}${entries}`);
    }
    const text = `recode(${item()}, {${entries}})`;
    if (word) put(text, word.start, word.end);
    else here(text);
  };

  const count = () => {
    const any = !rule.readOnly && panel.querySelector("input:checked") !== null;
    list.disabled = rows.disabled = !any;
  };
  const untick = () => {
    for (const box of panel.querySelectorAll("input:checked")) box.checked = false;
    count();
  };
  panel.addEventListener("change", count);
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === panel) count();
  });
  panel.addEventListener("click", (event) => {
    const button = event.target.closest("button.wbe-code-in");
    if (!button || rule.readOnly) return;
    if (button.dataset.code) putCode(button.dataset.code);
    else putReason(button.dataset.reason);
  });
  list.addEventListener("click", () => (putList(), untick()));
  rows.addEventListener("click", () => (putRows(), untick()));

  // ---- from the rule to the codes and back, without a mouse
  rule.addEventListener("keydown", (event) => {
    if (event.altKey && event.key === "ArrowDown") {
      event.preventDefault();
      (panel.querySelector("button.wbe-code-in") ?? input).focus();
    }
  });
  document.getElementById("picker").addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      rule.focus();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && panel.contains(event.target)) {
      const kind = event.target.matches("input") ? "input" : "button.wbe-code-in";
      const all = Array.from(panel.querySelectorAll(kind));
      const next = all[all.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  });
})();
