// Small building blocks: elements without innerHTML, announcements, fragments.
import { keep } from "./keep.js";
import { word } from "./words.js";

/** Make an element; attributes by name, children as nodes or text. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export const icon = (name) => el("i", { class: `bi bi-${name}`, "aria-hidden": "true" });

export const parse = (html) => new DOMParser().parseFromString(html, "text/html");

/** Show a short message at the foot of the page; screen readers hear it. */
export function announce(text, kind = "info", seconds = kind === "error" ? 0 : 4) {
  const marks = { success: "check-circle-fill", error: "exclamation-circle-fill", info: "info-circle-fill" };
  const close = el("button", { class: "btn-icon", type: "button", "data-dismiss": ".flash", "aria-label": word("close") }, icon("x-lg"));
  const flash = el("div", { class: `flash flash-${kind}` }, icon(marks[kind] ?? marks.info), el("div", {}, text), close);
  document.getElementById("flashes")?.append(flash);
  if (seconds) setTimeout(() => flash.remove(), seconds * 1000);
}

/**
 * Put every [data-swap] element of the answer in the place of the element with its id. What is
 * unsaved in other forms than the saved one is carried over.
 * Returns the ids that were replaced.
 */
export function swap(answer, saved = null) {
  const done = [];
  for (const fresh of answer.querySelectorAll("[data-swap][id]")) {
    const old = document.getElementById(fresh.id);
    if (!old) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    const scroller = old.closest(".ws-pane");
    const top = scroller?.scrollTop;
    const putBack = keep(old, saved);
    old.replaceWith(fresh);
    putBack(fresh);
    if (scroller) scroller.scrollTop = top;
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    done.push(fresh.id);
    fresh.dispatchEvent(new CustomEvent("swapped", { bubbles: true }));
  }
  return done;
}

export function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target.matches("textarea, select")) return true;
  return target.matches("input") && !target.matches("[type=radio], [type=checkbox], [type=button], [type=submit], [type=file]");
}
