// List at left, item at right: rows load into the pane, and the address follows.
import { announce, parse, swap } from "./dom.js";
import { address } from "./filters.js";
import { explain, headers } from "./partial.js";
import { word } from "./words.js";

const wide = matchMedia("(min-width: 68em)");
let running = null;
let loading = Promise.resolve();

export const workspace = () => document.querySelector("[data-workspace]");
export const isWide = () => Boolean(workspace()) && wide.matches;
export const rows = () => [...document.querySelectorAll(".item-row")];
export const current = () => document.querySelector(".item-row[aria-current=true]");

/** Resolves when the pane shows the row that was last chosen. */
export const settled = () => loading;

function mark(row) {
  for (const other of document.querySelectorAll(".item-row[aria-current]")) other.removeAttribute("aria-current");
  row?.setAttribute("aria-current", "true");
  row?.scrollIntoView({ block: "nearest" });
}

async function load(url) {
  const pane = document.querySelector(".ws-pane");
  running?.abort();
  running = new AbortController();
  const mine = running;
  pane.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { headers: headers(), credentials: "same-origin", signal: mine.signal });
    const page = parse(await answer.text());
    if (!answer.ok) {
      const { content } = explain(answer.status, page);
      announce(typeof content === "string" ? content : content.textContent, "error");
      return;
    }
    swap(page);
    pane.scrollTop = 0;
  } catch (problem) {
    if (problem.name !== "AbortError") announce(word("offline"), "error");
  } finally {
    if (mine === running) pane.removeAttribute("aria-busy");
  }
}

/** Open a row: in the pane on a wide screen, as a page on a narrow one. */
export function open(row, { push = true } = {}) {
  const link = row?.querySelector("a");
  if (!link) return;
  if (!isWide()) { location.assign(link.href); return; }
  mark(row);
  // The list goes along: after a reload the item's address brings both back.
  const state = { row: row.id, list: address(document.querySelector("form[data-filters]")) };
  if (push) history.pushState(state, "", link.href);
  else history.replaceState(state, "", link.href);
  loading = load(link.href);
}

/** Move by one row; at the ends, stay. */
export function move(step) {
  const all = rows();
  const at = all.indexOf(current());
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
  if (next) open(next);
}

/** The page of one item, reached by a reload or "back" out of a workspace: go there again. */
function returnToList() {
  const { row, list } = history.state ?? {};
  if (row && list && wide.matches) location.replace(`${list}#${row}`);
  addEventListener("popstate", (event) => { if (event.state?.row) location.reload(); });
}

export function start() {
  const root = workspace();
  if (!root) { returnToList(); return; }
  const listUrl = location.href;
  const asked = location.hash.startsWith("#row-") && document.getElementById(location.hash.slice(1));
  history.replaceState({ row: null }, "");
  if (asked && wide.matches) open(asked, { push: false });
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a");
    if (!link || !isWide()) return;
    const target = link.dataset.opens ? document.getElementById(link.dataset.opens) : link.closest(".item-row");
    if (!target) return;
    event.preventDefault();
    open(target);
  });
  addEventListener("popstate", (event) => {
    const row = event.state?.row && document.getElementById(event.state.row);
    if (row) open(row, { push: false });
    else if (location.href === listUrl || location.pathname === new URL(listUrl).pathname) location.reload();
  });
  document.addEventListener("swapped", (event) => {
    const row = event.target.closest?.(".item-row");
    if (row) row.classList.add("saved");
    const shown = document.getElementById("item-pane")?.dataset.item;
    const open = shown && document.getElementById(`row-${shown}`);
    if (open) mark(open);
  });
}
