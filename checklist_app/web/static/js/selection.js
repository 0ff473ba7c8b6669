// Ticking many findings: all of the page with one box, and a range with Shift.
let last = null;

const boxes = (form) => [...form.querySelectorAll("input[name=finding]")];

function tell(form) {
  const all = boxes(form);
  const ticked = all.filter((box) => box.checked).length;
  const whole = form.querySelector("[data-select-all]");
  if (whole) {
    whole.checked = ticked > 0 && ticked === all.length;
    whole.indeterminate = ticked > 0 && ticked < all.length;
  }
  const count = form.querySelector("[data-ticked]");
  if (count) count.textContent = ticked;
  if (ticked) form.querySelector("input[name=which][value=ticked]")?.click();
}

export function start() {
  document.addEventListener("click", (event) => {
    const box = event.target;
    const form = box.closest?.("form[data-selection]");
    if (!form || !box.matches("input[name=finding]")) return;
    const all = boxes(form);
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const between of all.slice(from, to + 1)) between.checked = box.checked;
    }
    last = box;
    tell(form);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-selection]");
    if (!form || !event.target.matches("[data-select-all]")) return;
    for (const box of boxes(form)) box.checked = event.target.checked;
    tell(form);
  });
  // A browser that goes back keeps the ticks.
  for (const form of document.querySelectorAll("form[data-selection]")) tell(form);
}
