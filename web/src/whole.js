// The whole map [data-whole], element by element, drawn by cytoscape at the places that the server gives.
import cytoscape from "cytoscape";

const field = document.querySelector("[data-whole]");
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const look = () => [
  { selector: "node", style: {
    shape: "round-rectangle", width: 124, height: 40, "background-color": token("--surface"), "border-width": 1, "border-color": token("--control"),
    label: "data(name)", "text-wrap": "wrap", "text-max-width": 114, "text-valign": "center", "font-size": 11, color: token("--ink"), "min-zoomed-font-size": 5,
  } },
  { selector: "node.group", style: {
    shape: "rectangle", width: 1, height: 1, "background-opacity": 0, "border-width": 0, "font-size": 22, "font-weight": 600, color: token("--ink-3"), events: "no", "text-wrap": "none",
  } },
  { selector: "edge", style: {
    width: 1.2, "line-color": token("--control"), "target-arrow-color": token("--control"), "target-arrow-shape": "triangle", "arrow-scale": 0.8, "curve-style": "bezier", opacity: 0.7,
  } },
  { selector: "edge.soft", style: { "line-style": "dotted" } },
  { selector: ".far", style: { opacity: 0.12 } },
  { selector: "node.near", style: { "border-width": 2, "border-color": token("--ink") } },
];

function elements(plan) {
  const boxes = plan.boxes.map((box) => ({ data: { id: box.id, name: box.name, group: box.group }, position: { x: box.x, y: box.y } }));
  const tops = new Map();
  for (const box of plan.boxes) {
    const top = tops.get(box.group) ?? { x: Infinity, y: Infinity };
    tops.set(box.group, { x: Math.min(top.x, box.x), y: Math.min(top.y, box.y) });
  }
  const names = [...tops].filter(([name]) => name).map(([name, at]) => (
    { data: { id: "group " + name, name }, classes: "group", position: { x: at.x + 40, y: at.y - 48 }, grabbable: false, selectable: false }));
  const ties = plan.ties.map((tie, i) => (
    { data: { id: "tie " + i, source: plan.boxes[tie.from].id, target: plan.boxes[tie.to].id }, classes: tie.soft ? "soft" : "" }));
  return [...names, ...boxes, ...ties];
}

function mark(cy, node) {
  cy.elements().removeClass("far near");
  if (!node) return;
  const near = node.closedNeighborhood();
  cy.elements().not(near).addClass("far");
  near.nodes().addClass("near");
}

async function keep(node) {
  const { x, y } = node.position();
  await fetch("/landscape/whole/place", { method: "POST", body: new URLSearchParams({ element: node.id(), x: x.toFixed(1), y: y.toFixed(1) }) });
}

async function draw() {
  const answer = await fetch(field.dataset.whole, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.status);
  const cy = cytoscape({
    container: field, elements: elements(await answer.json()), style: look(), layout: { name: "preset" },
    minZoom: 0.05, maxZoom: 3, wheelSensitivity: 0.3, hideEdgesOnViewport: true, textureOnViewport: true,
  });
  cy.on("tap", (event) => mark(cy, event.target === cy || !event.target.isNode() ? null : event.target));
  cy.on("dbltap", "node", (event) => location.assign("/landscape/map?focus=" + encodeURIComponent(event.target.id())));
  cy.on("dragfree", "node", (event) => keep(event.target));
  field.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    if (step) cy.panBy({ x: step[0], y: step[1] });
    else if (event.key === "+") cy.zoom(cy.zoom() * 1.25);
    else if (event.key === "-") cy.zoom(cy.zoom() / 1.25);
    else if (event.key === "0") cy.fit(undefined, 20);
    else return;
    event.preventDefault();
  });
  new MutationObserver(() => cy.style(look())).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  field.dataset.ready = cy.nodes().length;
}

if (field) draw().catch(() => { field.textContent = field.dataset.failed; });
