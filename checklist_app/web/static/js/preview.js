// Markdown preview: the server renders and sanitises, exactly as it will be shown later.
import { el, parse } from "./dom.js";
import { explain, headers } from "./partial.js";
import { word } from "./words.js";

async function render(text, url) {
  const body = new FormData();
  body.set("text", text);
  const answer = await fetch(url, { method: "POST", body, headers: headers(), credentials: "same-origin" });
  const page = parse(await answer.text());
  if (!answer.ok) return [explain(answer.status, page).content];
  return [...page.body.childNodes];
}

async function toggle(button) {
  const field = document.getElementById(button.dataset.previewOf);
  const box = document.getElementById(button.getAttribute("aria-controls"));
  const showing = button.getAttribute("aria-pressed") === "true";
  button.setAttribute("aria-pressed", String(!showing));
  field.hidden = !showing;
  box.hidden = showing;
  if (showing) { field.focus(); return; }
  if (!field.value.trim()) { box.replaceChildren(el("p", { class: "muted" }, word("nothingToPreview"))); return; }
  try {
    box.replaceChildren(...await render(field.value, button.dataset.previewUrl));
  } catch {
    box.replaceChildren(word("offline"));
  }
}

export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-preview-url]");
    if (button) toggle(button);
  });
}
