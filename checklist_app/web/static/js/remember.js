// Parts of a page that a person opened once stay open on the next one, in this browser.
const KEY = "open-";

function apply(root) {
  for (const part of root.querySelectorAll("details[data-remember]")) {
    try { part.open = localStorage.getItem(KEY + part.dataset.remember) === "1"; } catch { /* stays shut */ }
  }
}

export function start() {
  apply(document);
  document.addEventListener("swapped", (event) => apply(event.target));
  // "toggle" does not bubble, so it is caught on its way down.
  document.addEventListener("toggle", (event) => {
    const name = event.target.dataset?.remember;
    if (!name) return;
    try { localStorage.setItem(KEY + name, event.target.open ? "1" : "0"); } catch { /* then it holds for this page only */ }
  }, true);
}
