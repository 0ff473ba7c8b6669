// Paste or drop anywhere on an item: pictures and files become evidence.
import { upload } from "./upload.js";
import { word } from "./words.js";

const formOf = () => document.querySelector("form[data-upload][data-paste]");

function stamp() {
  return new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-");
}

/** Pasted pictures are all called image.png: give each a name that sorts and says when. */
function namer() {
  const at = stamp();
  let count = 0;
  return (file) => {
    if (file.name && !/^image\.\w+$/i.test(file.name)) return file.name;
    count += 1;
    const ending = (file.type.split("/")[1] || "png").replace("jpeg", "jpg");
    return `${word("pasted")}-${at}${count > 1 ? `-${count}` : ""}.${ending}`;
  };
}

function send(form, files) {
  const name = namer();
  const names = new Map(files.map((file) => [file, name(file)]));
  return upload(form, files, (file) => names.get(file));
}

export function start() {
  document.addEventListener("paste", (event) => {
    const form = formOf();
    const files = [...(event.clipboardData?.files ?? [])];
    if (!form || !files.length) return;
    // Text copied from an office program brings a picture of itself: while typing, text wins.
    const hasText = event.clipboardData.types.includes("text/plain");
    if (hasText && event.target.closest?.("input, textarea")) return;
    event.preventDefault();
    send(form, files);
  });

  let depth = 0;
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const quiet = () => { depth = 0; document.body.classList.remove("dropping"); };
  document.addEventListener("dragenter", (event) => {
    if (!formOf() || !carriesFiles(event)) return;
    depth += 1;
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!carriesFiles(event)) return;
    depth -= 1;
    if (depth <= 0) quiet();
  });
  document.addEventListener("dragover", (event) => {
    if (formOf() && carriesFiles(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const form = formOf();
    const files = [...(event.dataTransfer?.files ?? [])];
    quiet();
    if (!form || !files.length) return;
    event.preventDefault();
    send(form, files);
  });
}
