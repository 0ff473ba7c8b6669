// Look at a screenshot where it is: its copy fills the window. Without scripts the link shows the copy alone.
import { el, icon } from "./dom.js";
import { word } from "./words.js";

function show(link) {
  const name = link.dataset.zoom;
  const close = el("button", { class: "btn-icon push", type: "button", "data-close-dialog": true, "aria-label": word("close") }, icon("x-lg"));
  const dialog = el("dialog", { class: "zoom", "aria-label": name },
    el("header", {}, el("h2", { class: "clip" }, name), close),
    el("img", { src: link.href, alt: name }));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

export function start() {
  document.addEventListener("click", (event) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.target.closest("a[data-zoom]");
    if (!link) return;
    event.preventDefault();
    show(link);
  });
}
