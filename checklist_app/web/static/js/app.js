// The one entry: starts every behaviour. All listen on the document, so swapped fragments just work.
import * as drafts from "./drafts.js";
import * as filters from "./filters.js";
import * as jobs from "./jobs.js";
import * as keyboard from "./keyboard.js";
import * as partial from "./partial.js";
import * as passkey from "./passkey.js";
import * as paste from "./paste.js";
import * as preview from "./preview.js";
import * as remember from "./remember.js";
import * as selection from "./selection.js";
import * as theme from "./theme.js";
import * as upload from "./upload.js";
import * as workspace from "./workspace.js";
import * as zoom from "./zoom.js";

// Must run before the listeners that send: a "no" here stops them.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
});

document.addEventListener("click", async (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  event.target.closest("[data-dismiss]")?.closest(".flash")?.remove();
  const closer = event.target.closest("[data-close-dialog]");
  if (closer || event.target.matches("dialog")) (closer ?? event.target).closest("dialog").close();
  const copier = event.target.closest("[data-copy]");
  if (copier) {
    const source = document.querySelector(copier.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    copier.lastChild.textContent = copier.dataset.done;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
});

// On a narrow screen the current tab may lie outside the bar: bring it in.
for (const tab of document.querySelectorAll(".projectbar [aria-current], .tabs [aria-current]")) {
  const bar = tab.parentElement;
  bar.scrollLeft = tab.offsetLeft - (bar.clientWidth - tab.clientWidth) / 2;
}

// One reason for all empty fields; what somebody typed by hand stays.
document.addEventListener("input", (event) => {
  const rule = event.target.dataset?.fill;
  if (!rule) return;
  for (const field of event.target.form.querySelectorAll(rule)) {
    if (field.value && field.value !== field.dataset.filled) continue;
    field.value = event.target.value;
    field.dataset.filled = event.target.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

// What went well need not stay and cover the page; what went wrong stays until it is closed.
setTimeout(() => {
  for (const flash of document.querySelectorAll("#flashes > .flash-success:not(:has(form))")) flash.remove();
}, 10000);

for (const part of [theme, drafts, workspace, partial, upload, passkey, paste, preview, filters, jobs, keyboard, remember, selection, zoom]) part.start();
// Tells tools that watch the page that keys and forms are listened to from here on.
document.documentElement.dataset.ready = "";
