// Sentences for the scripts, written by the server in the language of the page.
const holder = document.getElementById("words");

/** The sentence called name; {placeholders} are filled from values. */
export function word(name, values = {}) {
  const text = holder?.dataset[name] ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}
