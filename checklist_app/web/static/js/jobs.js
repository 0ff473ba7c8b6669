// Follow a background job: conditional polling, so an unchanged job costs a 304 and nothing else.
// A list of several jobs (data-live) is brought anew as a whole until none of them moves.
import { announce, parse, swap } from "./dom.js";
import { headers } from "./partial.js";

const FAST_MS = 1200;
const SLOW_MS = 4000;

function show(region, job) {
  const bar = region.querySelector("progress");
  if (bar) {
    if (job.progress == null) bar.removeAttribute("value");
    else bar.value = job.progress;
  }
  const message = region.querySelector("[data-job-message]");
  if (message && job.message != null && message.textContent !== job.message) message.textContent = job.message;
}

async function follow(region) {
  let tag = "";
  let wait = FAST_MS;
  while (region.isConnected) {
    await new Promise((resolve) => { setTimeout(resolve, wait); });
    if (document.hidden) continue;
    const ask = { Accept: "application/json" };
    if (tag) ask["If-None-Match"] = tag;
    let answer;
    try {
      answer = await fetch(region.dataset.jobUrl, { headers: ask, credentials: "same-origin", cache: "no-store" });
    } catch {
      wait = SLOW_MS;
      continue;
    }
    if (answer.status === 304) { wait = Math.min(wait * 1.3, SLOW_MS); continue; }
    if (!answer.ok) return;
    tag = answer.headers.get("ETag") ?? "";
    wait = FAST_MS;
    const job = await answer.json();
    show(region, job);
    if (!job.done) continue;
    if (job.url && region.dataset.jobFollow !== "stay") location.assign(job.url);
    else location.reload();
    return;
  }
}

async function refresh(list) {
  const { live: url, liveOver: over } = list.dataset;
  let wait = FAST_MS;
  while (list.isConnected) {
    await new Promise((resolve) => { setTimeout(resolve, wait); });
    if (document.hidden) continue;
    let answer;
    try {
      answer = await fetch(url, { headers: headers(), credentials: "same-origin", cache: "no-store" });
    } catch {
      wait = SLOW_MS;
      continue;
    }
    if (!answer.ok) return;
    const page = parse(await answer.text());
    if (!list.isConnected) return;
    if (page.getElementById(list.id)?.isEqualNode(document.importNode(list, true))) {
      wait = Math.min(wait * 1.3, SLOW_MS);
      continue;
    }
    // The new list follows itself ("swapped", below); the last one says that all is over.
    swap(page);
    if (!document.getElementById(list.id)?.dataset.live) announce(over, "success");
    return;
  }
}

export function start() {
  for (const list of document.querySelectorAll("[data-live]")) refresh(list);
  document.addEventListener("swapped", (event) => { if (event.target.dataset?.live) refresh(event.target); });
  for (const region of document.querySelectorAll("[data-job-url]")) follow(region);
}
