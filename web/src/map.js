// A map in a scrolling field [data-map]: + and - zoom, 0 fits the width, arrow keys and dragging move it.

const least = 0.3;
const most = 2.5;

function zoom(field, scale) {
  const svg = field.querySelector("svg");
  const full = svg.viewBox.baseVal;
  const old = Number(field.dataset.scale || 1);
  const next = Math.min(most, Math.max(least, scale));
  const x = (field.scrollLeft + field.clientWidth / 2) / old;
  const y = (field.scrollTop + field.clientHeight / 2) / old;
  field.dataset.scale = next;
  svg.setAttribute("width", full.width * next);
  svg.setAttribute("height", full.height * next);
  field.scrollTo(x * next - field.clientWidth / 2, y * next - field.clientHeight / 2);
}

function fit(field) {
  const full = field.querySelector("svg").viewBox.baseVal;
  zoom(field, Math.min(1, field.clientWidth / full.width));
}

// The middle of the map comes into sight first.
function centre(field) {
  const focus = field.querySelector(".nd.foc");
  if (!focus) {
    field.scrollLeft = (field.scrollWidth - field.clientWidth) / 2;
    return;
  }
  const box = focus.getBoundingClientRect();
  const frame = field.getBoundingClientRect();
  field.scrollBy(box.x + box.width / 2 - frame.x - frame.width / 2, box.y + box.height / 2 - frame.y - frame.height / 2);
}

for (const field of document.querySelectorAll("[data-map]")) {
  zoom(field, Math.max(0.6, Math.min(1, field.clientWidth / field.querySelector("svg").viewBox.baseVal.width)));
  centre(field);
  field.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const scale = Number(field.dataset.scale);
    if (event.key === "+") zoom(field, scale * 1.25);
    else if (event.key === "-") zoom(field, scale / 1.25);
    else if (event.key === "0") fit(field);
    else return;
    event.preventDefault();
  });
  let from = null;
  let moved = false;
  field.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    from = { x: event.clientX, y: event.clientY, left: field.scrollLeft, top: field.scrollTop };
    moved = false;
  });
  window.addEventListener("pointermove", (event) => {
    if (!from) return;
    moved ||= Math.hypot(event.clientX - from.x, event.clientY - from.y) > 4;
    if (moved) field.scrollTo(from.left - event.clientX + from.x, from.top - event.clientY + from.y);
  });
  window.addEventListener("pointerup", () => { from = null; });
  field.addEventListener("click", (event) => { if (moved) event.preventDefault(); }, true);
  field.addEventListener("dragstart", (event) => event.preventDefault());
}
