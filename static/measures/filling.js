// The form that writes the rule.  The server draws it and makes the text; here its boxes are sent, rows are
// added, and labels of new values are written into the table of value labels.
(() => {
  "use strict";
  const wbe = window.wbe;
  const card = document.getElementById("filling");
  if (!wbe || !card) return;
  const { rule } = wbe;
  const boxes = document.getElementById("filling-boxes");
  const said = document.getElementById("filling-said");
  const back = document.getElementById("filling-back");
  const own = document.getElementById("filling-form");
  const labels = document.getElementById("value-labels");

  // ---- asking: only the latest answer counts, and a form drawn anew makes what it said before void
  const asked = { form: 0, written: 0 };
  const ask = async (what, more) => {
    if (what === "form") asked.written++;
    const number = ++asked[what];
    const body = new FormData(own);
    body.set("study", wbe.form.elements.study.value);
    body.set("wave", document.getElementById("wave").value);
    body.set("rule", rule.value);
    for (const [name, value] of Object.entries(more)) body.set(name, value);
    const answer = await fetch(card.dataset[what], { method: "POST", body });
    return answer.ok && number === asked[what] ? answer : null;
  };

  let writing;
  const draw = async (more) => {
    clearTimeout(writing);
    const focused = document.activeElement?.name;
    boxes.inert = boxes.contains(document.activeElement); // what is typed now would be gone with the old boxes
    const answer = await ask("form", more);
    boxes.inert = false;
    if (!answer) return;
    boxes.innerHTML = await answer.text();
    for (const box of boxes.querySelectorAll("input, select")) box.setAttribute("form", "filling-form");
    said.textContent = "";
    fillLabels();
    if (focused && focused.startsWith("f_")) boxes.querySelector(`[name=${focused}]`)?.focus();
    return true;
  };

  // ---- the text that the boxes make
  let mine = null; // the text this form wrote last
  let former = "";
  const write = async () => {
    const answer = await ask("written", {});
    if (!answer) return;
    const told = await answer.json();
    said.textContent = told.problems.join(" ");
    if (told.rule === null || told.rule === rule.value) return;
    if (rule.value.trim() && rule.value !== mine && !former) former = rule.value;
    back.hidden = !former;
    mine = told.rule;
    wbe.rewrite(told.rule);
  };
  back.addEventListener("click", () => {
    mine = null;
    wbe.rewrite(former);
    former = "";
    back.hidden = true;
  });

  // ---- a rule changed elsewhere fills the form anew
  let waiting;
  const opened = (delay) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => card.open && rule.value !== mine && draw({}), delay);
  };
  rule.addEventListener("input", () => rule.value !== mine && opened(700));
  card.addEventListener("toggle", () => opened(0));
  document.getElementById("wave").addEventListener("change", () => card.open && draw({ redraw: "1" }));

  // ---- rows that grow: an empty one always stands at the end
  const isFilled = (row) => Array.from(row.querySelectorAll("input:not([type=hidden])")).some((box) => box.value);
  const grow = (target) => {
    const group = target.closest("[data-grows]");
    if (!group || !isFilled(group.lastElementChild)) return;
    const row = group.lastElementChild.cloneNode(true);
    for (const extra of Array.from(row.querySelectorAll(".wbe-asked")).slice(1)) extra.remove();
    for (const box of row.querySelectorAll("input:not([type=hidden])")) box.value = "";
    for (const line of row.querySelectorAll("input[name=f_line]")) line.value = String(group.children.length);
    group.append(row);
  };

  // ---- labels of new values: shown from the table below, and written into it
  const labelBox = (row) => row.querySelector(`[name=value_label_${card.dataset.language}]`);
  const labelled = (value) =>
    Array.from(labels.tBodies[0].rows).find((row) => row.querySelector("[name=value_label]").value.trim() === value);
  const fillLabels = (except) => {
    for (const box of boxes.querySelectorAll("[data-label-of]")) {
      const value = box.closest("tr").querySelector(`[name=${box.dataset.labelOf}]`).value.trim();
      box.disabled = !value || value.includes(":") || value === "keep";
      if (box !== except) box.value = (!box.disabled && labelled(value) && labelBox(labelled(value))?.value) || "";
    }
  };
  const takeLabel = (box) => {
    const value = box.closest("tr").querySelector(`[name=${box.dataset.labelOf}]`).value.trim();
    if (!value) return;
    let row = labelled(value);
    if (!row) {
      row = labels.tBodies[0].rows[labels.tBodies[0].rows.length - 1];
      row.querySelector("[name=value_label]").value = value;
    }
    labelBox(row).value = box.value;
    row.querySelector("[name=value_label]").dispatchEvent(new Event("input", { bubbles: true }));
    fillLabels(box);
  };

  // ---- what is typed and chosen
  const writeSoon = (delay) => {
    clearTimeout(writing);
    writing = setTimeout(write, delay);
  };
  boxes.addEventListener("input", (event) => {
    const box = event.target;
    if (box.name === "f_kind") return;
    if (box.dataset.labelOf) return takeLabel(box);
    grow(box);
    if (box.name === "f_to") fillLabels();
    if (!("redraws" in box.dataset)) writeSoon(250);
  });
  boxes.addEventListener("change", async (event) => {
    const box = event.target;
    if (box.dataset.labelOf) return labels.dispatchEvent(new Event("change", { bubbles: true }));
    if (box.name === "f_kind") {
      if (box.value && (await draw({ kind: box.value }))) boxes.querySelector("[name=f_item], [name=f_items], [name=f_asked_item]")?.focus();
      writeSoon(0);
    } else if ("redraws" in box.dataset) {
      await draw({ redraw: "1" });
      writeSoon(0);
    }
    if ("item" in box.dataset) look(box.value);
  });
  boxes.addEventListener("click", (event) => {
    if (!event.target.matches("[data-and]")) return;
    const conditions = event.target.closest(".wbe-line").querySelectorAll(".wbe-asked");
    const last = conditions[conditions.length - 1];
    const next = last.cloneNode(true);
    for (const box of next.querySelectorAll("input:not([type=hidden])")) box.value = "";
    last.after(next);
    next.querySelector("[data-item]").focus();
  });

  // ---- the codes beside: of the item one is at, and put into the box one was in
  const look = (name) => {
    const picker = document.getElementById("codes-item");
    if (!name || picker.value === name) return;
    picker.value = name;
    picker.dispatchEvent(new Event("pick"));
  };
  boxes.addEventListener("focusin", (event) => {
    const box = event.target;
    if ("item" in box.dataset) look(box.value);
    const line = box.closest(".wbe-asked");
    if (line) look(line.querySelector("[data-item]").value);
    wbe.box = box.dataset.takes === "codes" ? box : null;
  });
  rule.addEventListener("focus", () => (wbe.box = null));
  wbe.intoBox = (code) => {
    const box = wbe.box;
    if (!box?.isConnected) return false;
    box.value = box.value.trim() ? `${box.value.trim()}, ${code}` : code;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  };

  opened(0);
})();
