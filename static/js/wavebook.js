// What the pages do beyond plain HTML: "/" goes to the search box, copy buttons copy, large files show how far they are.
(() => {
  "use strict";

  const isTyping = (element) => element.matches("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const box = document.querySelector("main input[type=search]") || document.querySelector("input[type=search]");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.innerText.trim());
      button.textContent = button.dataset.done;
    } catch {
      getSelection().selectAllChildren(source);
    }
  });

  // A file that is sent in a moment goes as any form does; of a larger one the page tells how much has arrived.
  const LARGE = 2 ** 21;
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-sends]");
    if (!form) return;
    const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (size < LARGE) return;
    event.preventDefault();
    const box = form.querySelector(".sending");
    const [bar, text, button] = [box.querySelector("progress"), box.querySelector("span"), event.submitter];
    const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(1);
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = loaded / total;
      text.textContent = `${megabytes(loaded)} / ${megabytes(total)} MB`;
    });
    request.addEventListener("load", () => {
      if (request.responseURL !== location.href) {
        location.assign(request.responseURL);
        return;
      }
      document.open();
      document.write(request.responseText);
      document.close();
    });
    request.addEventListener("error", () => {
      text.textContent = text.dataset.failed;
      if (button) button.disabled = false;
    });
    box.hidden = false;
    if (button) button.disabled = true;
    request.open("POST", form.action || location.href);
    request.send(new FormData(form));
  });
})();
