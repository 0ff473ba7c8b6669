// Triage by keyboard. Silent while somebody types, and can be switched off (WCAG 2.1.4).
import { typing } from "./dom.js";
import { send, showMessage } from "./partial.js";
import { word } from "./words.js";
import { current, isWide, move, settled } from "./workspace.js";

const OUTCOMES = { p: "pass", a: "partial", f: "fail", n: "not_applicable" };
const SWITCH = "keys-off";
const off = () => { try { return localStorage.getItem(SWITCH) === "1"; } catch { return false; } };

async function record(outcome) {
  await settled();
  const form = document.getElementById("verdict-form");
  const chosen = form?.querySelector(`input[name=outcome][value=${outcome}]`);
  if (!chosen || chosen.disabled) return;
  // The pane must show the row that is marked, or the verdict would land on its neighbour.
  const row = current();
  if (isWide() && row && row.id !== `row-${document.getElementById("item-pane")?.dataset.item}`) return;
  const before = form.querySelector("input[name=outcome][checked]");
  const rationale = form.elements.rationale;
  chosen.checked = true;
  // Another outcome with the old reason is seldom meant: ask for a look before it is recorded.
  if (before && before.value !== outcome && rationale.value && rationale.value === rationale.defaultValue) {
    showMessage(form, word("oldReason"), "warning");
    rationale.focus();
    rationale.select();
    return;
  }
  await send(form);
}

function step(by) {
  if (isWide()) { move(by); return; }
  document.querySelector(by > 0 ? "[data-nav=next]" : "[data-nav=previous]")?.click();
}

function evidence() {
  const control = document.querySelector("[data-evidence-focus]");
  control?.scrollIntoView({ block: "center" });
  control?.focus();
}

async function accept() {
  await settled();
  document.querySelector("#item-pane [data-accept]")?.click();
}

async function review(decision) {
  await settled();
  const button = document.querySelector(`#item-pane [data-review=${decision}]`);
  const comment = button?.form.elements.comment;
  // Sending back needs a reason: the key leads to where it is written.
  if (decision === "sent_back" && comment && !comment.value.trim()) comment.focus();
  else button?.click();
}

function help() {
  const dialog = document.getElementById("keys-dialog");
  if (!dialog) return;
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

const COMMANDS = {
  j: () => step(1),
  k: () => step(-1),
  e: evidence,
  s: accept,
  v: () => review("accepted"),
  b: () => review("sent_back"),
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": help,
};

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") {
    if (typing(event.target)) event.target.blur();
    return;
  }
  if (typing(event.target) || (off() && event.key !== "?")) return;
  if (document.querySelector("dialog[open]") && event.key !== "?") return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const command = COMMANDS[key] ?? (OUTCOMES[key] && (() => record(OUTCOMES[key])));
  if (!command || (OUTCOMES[key] && event.repeat)) return;
  event.preventDefault();
  command();
}

export function start() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("item:next", () => step(1));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys-help]")) help();
  });
  const box = document.getElementById("keys-on");
  if (!box) return;
  box.checked = !off();
  box.addEventListener("change", () => {
    try { localStorage.setItem(SWITCH, box.checked ? "0" : "1"); } catch { /* then it holds for this page only */ }
  });
}
