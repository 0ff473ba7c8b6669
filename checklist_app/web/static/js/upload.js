// Several files, one after the other, each with its own progress and its own reason when refused.
import { announce, el, parse, swap } from "./dom.js";
import { explain, headers } from "./partial.js";
import { word } from "./words.js";

/** POST one file; progress goes from 0 to 1. Resolves with {status, text, url}. */
function post(form, file, name, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const body = new FormData(form);
    const field = form.querySelector("input[type=file]").name;
    body.delete(field);
    body.append(field, file, name);
    request.open("POST", form.action);
    for (const [header, value] of Object.entries(headers())) request.setRequestHeader(header, value);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener("load", () => resolve({ status: request.status, text: request.responseText, url: request.responseURL }));
    request.addEventListener("error", () => resolve({ status: 0, text: "", url: "" }));
    request.send(body);
  });
}

function line(list, name) {
  const bar = el("progress", { class: "meter", max: "1", value: "0", "aria-label": name });
  const state = el("span", { class: "muted" }, word("uploading"));
  const row = el("li", {}, el("span", { class: "clip" }, name), state, bar);
  list.append(row);
  return {
    progress: (part) => { bar.value = part; },
    done: () => row.remove(),
    failed: (why) => {
      bar.remove();
      state.remove();
      row.append(el("span", { class: "failed", role: "alert" }, why));
    },
  };
}

/** Upload files through a form[data-upload]; what was refused stays listed with its reason. */
export async function upload(form, files, nameOf = (file) => file.name) {
  const list = form.querySelector("[data-uploads]");
  list.replaceChildren();
  const lines = files.map((file) => line(list, nameOf(file)));
  let last = null;
  let refused = 0;
  // Where the answer is a list beside the form, each file shows there as soon as it has arrived.
  const oneByOne = form.dataset.upload === "each";
  for (const [at, file] of files.entries()) {
    const answer = await post(form, file, nameOf(file), lines[at].progress);
    if (answer.status >= 200 && answer.status < 300) {
      last = answer;
      lines[at].done();
      if (oneByOne) swap(parse(answer.text), form);
      continue;
    }
    refused += 1;
    const why = answer.status === 0 ? word("offline") : explain(answer.status, parse(answer.text)).content;
    lines[at].failed(typeof why === "string" ? why : why.textContent);
  }
  if (!last) return;
  if (oneByOne) { announce(word("received"), "success"); return; }
  const kept = [...list.children];
  const replaced = swap(parse(last.text), form);
  if (!replaced.length) { location.assign(last.url); return; }
  // The form itself was replaced: hang the refusals under its successor.
  if (refused) document.getElementById(form.id)?.querySelector("[data-uploads]")?.append(...kept);
  announce(word("attached"), "success");
}

export function start() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-upload]");
    if (!form || event.target.type !== "file" || !event.target.files.length) return;
    upload(form, [...event.target.files]).finally(() => { event.target.value = ""; });
  });
}
