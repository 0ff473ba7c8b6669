// Typed text survives an expired session, a closed tab and a lost connection.
// One record per person, form and field in localStorage; gone after a good save, a sign-out or 14 days.
import { el, icon } from "./dom.js";
import { word } from "./words.js";

const PREFIX = "draft";
const KEEP_MS = 14 * 24 * 3600 * 1000;
const person = document.body.dataset.user ?? "";
const timers = new WeakMap();

function keyOf(field) {
  const path = new URL(field.form?.action || location.href, location.href).pathname;
  return [PREFIX, person, path, field.name].join("|");
}

// Storage may be full or forbidden; a draft is a comfort and must never break the form.
function read(key) {
  try { return JSON.parse(localStorage.getItem(key) ?? "null"); } catch { return null; }
}
function write(key, value) {
  try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* no room: go on without drafts */ }
}
function drop(key) {
  try { localStorage.removeItem(key); } catch { /* nothing to remove then */ }
}
function keys() {
  try { return Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX}|`)); } catch { return []; }
}

function remember(field) {
  const key = keyOf(field);
  if (field.value === field.defaultValue) drop(key);
  else write(key, { text: field.value, at: Date.now(), sent: false });
}

function notice(field, at) {
  const time = new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  const discard = el("button", { type: "button", class: "btn-link-plain" }, word("draftDiscard"));
  const box = el("div", { class: "form-text row-flow", role: "status", "data-draft-notice": true }, icon("arrow-counterclockwise"), word("draft", { time }), discard);
  discard.addEventListener("click", () => {
    field.value = field.defaultValue;
    drop(keyOf(field));
    box.remove();
    field.focus();
  });
  field.after(box);
}

function restore(root) {
  if (!person) return;
  for (const field of root.querySelectorAll("[data-draft]")) {
    if (field.parentElement.querySelector("[data-draft-notice]")) continue;
    const draft = read(keyOf(field));
    if (!draft) continue;
    if (draft.text === field.defaultValue) { drop(keyOf(field)); continue; }
    if (draft.text === field.value) continue; // carried over by keep.js: nothing to announce
    field.value = draft.text;
    notice(field, draft.at);
  }
}

function forget(form) {
  for (const field of form.querySelectorAll("[data-draft]")) {
    clearTimeout(timers.get(field));
    drop(keyOf(field));
  }
}

/** An ordinary submit leaves the page before we know how it ended; the next good page settles it. */
function settle() {
  const refused = document.querySelector("[data-error-message]");
  const now = Date.now();
  for (const key of keys()) {
    const draft = read(key);
    const old = !draft || now - draft.at > KEEP_MS;
    const saved = draft?.sent && !refused && person && key.startsWith(`${PREFIX}|${person}|`);
    if (old || saved) drop(key);
    else if (draft.sent && refused) write(key, { ...draft, sent: false });
  }
}

export function start() {
  settle();
  restore(document);
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!person || !field.matches?.("[data-draft]")) return;
    clearTimeout(timers.get(field));
    timers.set(field, setTimeout(() => remember(field), 250));
  });
  document.addEventListener("swapped", (event) => restore(event.target));
  document.addEventListener("partial:saved", (event) => forget(event.target));
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-sign-out]")) keys().filter((key) => key.startsWith(`${PREFIX}|${person}|`)).forEach(drop);
    if (form.matches("[data-partial]")) return;
    for (const field of form.querySelectorAll("[data-draft]")) {
      clearTimeout(timers.get(field));
      if (field.value !== field.defaultValue) write(keyOf(field), { text: field.value, at: Date.now(), sent: true });
    }
  });
}
