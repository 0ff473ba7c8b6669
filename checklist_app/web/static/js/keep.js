// When a part of the page is replaced, what somebody is writing in its other forms stays:
// pasting a screenshot must not empty the rationale beside it.
const FIELDS = "textarea, input:not([type=hidden]):not([type=file]), select";

const path = (form) => new URL(form.action, location.href).pathname + (form.querySelector("[name=kind]")?.value ?? "");

function isDirty(field) {
  if (field.matches("[type=radio], [type=checkbox]")) return field.checked !== field.defaultChecked;
  if (field.matches("select")) return [...field.options].some((option) => option.selected !== option.defaultSelected && (option.selected ? option.value : true));
  return field.value !== field.defaultValue;
}

function states(form) {
  return [...form.querySelectorAll(FIELDS)].filter((field) => field.name).map((field) => ({
    name: field.name, value: field.value, checked: field.checked, toggles: field.matches("[type=radio], [type=checkbox]"),
  }));
}

function put(form, fields) {
  for (const kept of fields) {
    for (const field of form.querySelectorAll(`[name="${CSS.escape(kept.name)}"]`)) {
      if (!kept.toggles) field.value = kept.value;
      else if (field.value === kept.value) field.checked = kept.checked;
    }
  }
}

/**
 * Remember what is unsaved in old, except in the form that was just saved.
 * Returns a function that puts it into the element that replaces old.
 */
export function keep(old, saved = null) {
  const forms = [...old.querySelectorAll("form")]
    .filter((form) => form !== saved && [...form.querySelectorAll(FIELDS)].some((field) => field.name && isDirty(field)))
    // The version goes along: text written against an older state must still meet its conflict.
    .map((form) => ({ path: path(form), fields: states(form), version: form.querySelector("[name=row_version]")?.value }));
  const opened = [...old.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent.trim());
  const same = old.dataset.item;
  return (fresh) => {
    if (fresh.dataset.item !== same) return;
    for (const form of fresh.querySelectorAll("form")) {
      const kept = forms.find((entry) => entry.path === path(form));
      if (!kept) continue;
      put(form, kept.fields);
      const version = form.querySelector("[name=row_version]");
      if (version && kept.version) version.value = kept.version;
    }
    for (const summary of fresh.querySelectorAll("details > summary")) {
      const isSaved = saved && summary.parentElement.contains(fresh.querySelector(`form[action="${saved.getAttribute("action")}"]`));
      if (opened.includes(summary.textContent.trim()) && !isSaved) summary.parentElement.open = true;
    }
  };
}
