// Forms that save without a page reload. Without scripts they are ordinary forms.
//
// A form[data-partial] is sent with "X-Requested-With: fragment". A good answer brings elements
// marked data-swap, which take the place of those with the same id. Any other answer leaves the
// page as it is, so nothing typed is ever lost; its [data-error-message] is shown in the form.
import { announce, el, icon, parse, swap } from "./dom.js";
import { word } from "./words.js";

const tokenOf = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";
let tokenIsOld = false;

/** After signing in again in another tab the token of this page is void: fetch a new one. */
async function freshToken() {
  if (!tokenIsOld) return;
  const answer = await fetch(location.href, { credentials: "same-origin" });
  const page = parse(await answer.text());
  const token = page.querySelector("meta[name=csrf-token]")?.content;
  if (!token || !page.body.dataset.user) return;
  document.querySelector("meta[name=csrf-token]").content = token;
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
  tokenIsOld = false;
}

/** Headers of every request that wants a fragment back. */
export function headers() {
  return { "X-CSRFToken": tokenOf(), "X-Requested-With": "fragment", Accept: "text/html" };
}

/** Where a form (or the page) shows its messages. */
function slotOf(form) {
  return form.querySelector("[data-message]") ?? form.closest("section, .panel, main")?.querySelector("[data-message]");
}

export function clearMessage(form) {
  slotOf(form)?.replaceChildren();
}

/** Show why something was not saved, beside the form it belongs to. */
export function showMessage(form, content, kind = "error") {
  const slot = slotOf(form);
  if (!slot) {
    announce(typeof content === "string" ? content : content.textContent, kind);
    return;
  }
  const marks = { error: "exclamation-circle-fill", warning: "exclamation-triangle-fill" };
  slot.replaceChildren(el("div", { class: `note note-${kind}`, role: "alert" }, icon(marks[kind]), el("div", {}, content)));
  slot.scrollIntoView({ block: "nearest" });
}

const SENTENCES = { 403: "forbidden", 404: "missing", 413: "tooLarge", 429: "throttled", 507: "full" };

/** The message for an answer that was not good: the server's own, else ours for its status. */
export function explain(status, page) {
  if (status === 401) {
    tokenIsOld = true;
    const link = el("a", { href: word("signInUrl"), target: "_blank", rel: "noopener" }, word("signIn"));
    const box = el("span", {}, word("expired"), " ");
    box.append(link);
    return { content: box, kind: "warning" };
  }
  if (status === 400) tokenIsOld = true;
  const stale = status === 409 ? page?.querySelector("div[data-stale]") : null;
  if (stale) return { content: stale, kind: "warning" };
  const said = page?.querySelector("[data-error-message]")?.textContent.trim();
  return { content: said || word(SENTENCES[status] ?? "failed"), kind: "error" };
}

/** After a stale save the person has seen both values: the next save is made against the new row. */
function adoptVersion(form, page) {
  const version = page.querySelector("[data-row-version]")?.dataset.rowVersion;
  const field = form.querySelector("input[name=row_version]");
  if (version && field) field.value = version;
}

/** Send a form; true when it was saved. */
export async function send(form, submitter = null) {
  if (form.getAttribute("aria-busy") === "true") return false;
  form.setAttribute("aria-busy", "true");
  submitter?.setAttribute("aria-busy", "true");
  let answer;
  let page;
  try {
    await freshToken();
    const body = new FormData(form, submitter);
    const url = submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href;
    answer = await fetch(url, { method: "POST", body, headers: headers(), credentials: "same-origin" });
    page = parse(await answer.text());
  } catch {
    showMessage(form, word("offline"));
    return false;
  } finally {
    form.removeAttribute("aria-busy");
    submitter?.removeAttribute("aria-busy");
  }
  // Who sits there is asked on a page of its own, which carries what was typed and goes on with it.
  if (page.querySelector("[data-proof-first]")) {
    form.submit();
    return false;
  }
  if (!answer.ok) {
    const field = page.querySelector("[data-error-field]")?.dataset.errorField;
    if (answer.status === 409) adoptVersion(form, page);
    const { content, kind } = explain(answer.status, page);
    showMessage(form, content, kind);
    form.dispatchEvent(new CustomEvent("partial:refused", { bubbles: true, detail: { status: answer.status, field } }));
    return false;
  }
  form.dispatchEvent(new CustomEvent("partial:saved", { bubbles: true }));
  const replaced = swap(page, form);
  if (!replaced.length) location.assign(answer.url);
  else announce(form.dataset.done || word("saved"), "success");
  return true;
}

export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-partial]") || event.defaultPrevented) return;
    event.preventDefault();
    const goOn = event.submitter?.dataset.then === "next";
    send(form, event.submitter).then((saved) => {
      if (saved && goOn) document.dispatchEvent(new CustomEvent("item:next"));
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    if (event.target.matches?.("textarea")) event.target.form?.requestSubmit();
  });
  // A refused verdict most often lacks its reason: go there with the outcome kept. When it lacks
  // evidence, stay out of the text field, so that the keys and a pasted screenshot work at once.
  document.addEventListener("partial:refused", (event) => {
    if (event.detail.status !== 422 || event.detail.field === "evidence") return;
    event.target.querySelector("[data-focus-on-error]")?.focus();
  });
}
