// Filters apply while you type; the address always says what is shown.
import { announce, parse, swap } from "./dom.js";
import { headers } from "./partial.js";
import { word } from "./words.js";

let timer = 0;
let running = null;

/** The address of the list as the form filters it. */
export function address(form) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) query.append(name, value);
  return `${form.action.split("?")[0]}${query.size ? `?${query}` : ""}`;
}

async function apply(form) {
  const url = address(form);
  running?.abort();
  running = new AbortController();
  try {
    const answer = await fetch(url, { headers: headers(), credentials: "same-origin", signal: running.signal });
    if (!answer.ok) { location.assign(url); return; }
    if (!swap(parse(await answer.text())).length) { location.assign(url); return; }
    history.replaceState(history.state, "", url);
  } catch (problem) {
    if (problem.name !== "AbortError") announce(word("offline"), "error");
  }
}

export function start() {
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-filters]");
    if (!form) return;
    clearTimeout(timer);
    timer = setTimeout(() => apply(form), event.target.matches("[type=search], [type=text]") ? 220 : 0);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-filters]")) return;
    event.preventDefault();
    apply(event.target);
  });
  document.addEventListener("click", (event) => {
    const reset = event.target.closest("[data-reset-filters]");
    const form = reset && document.querySelector("form[data-filters]");
    if (!form) return;
    event.preventDefault();
    for (const field of form.elements) {
      if (field.type === "checkbox") field.checked = false;
      else if (field.matches("input:not([type=hidden]), select")) field.value = "";
    }
    apply(form);
  });
}
