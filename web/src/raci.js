// The grid of a matrix of responsibility by keyboard: arrows move, letters set or take away, Delete empties the cell,
// Escape leaves. Each change is sent at once and the grid comes back as the server keeps it.

const letters = "RACIK";
let sending = Promise.resolve();

const board = () => document.querySelector("#raci-board[data-raci]");
const cells = (row) => [...row.querySelectorAll("td[data-role]")];
const find = (activity, role) => [...board().querySelectorAll("td[data-role]")].find((cell) => cell.dataset.activity === activity && cell.dataset.role === role);

function prepare() {
  const table = board()?.querySelector("table.raci");
  if (!table) return;
  table.setAttribute("role", "grid");
  for (const cell of table.querySelectorAll("td[data-role]")) cell.tabIndex = -1;
  const first = table.querySelector("td[data-role]");
  if (first) first.tabIndex = 0;
  board().querySelector("[data-raci-help]").hidden = false;
}

function go(cell) {
  if (!cell) return;
  for (const other of board().querySelectorAll('td[tabindex="0"]')) other.tabIndex = -1;
  cell.tabIndex = 0;
  cell.focus();
}

function neighbour(cell, key) {
  const row = cell.parentElement;
  const at = cells(row).indexOf(cell);
  if (key === "ArrowLeft") return cells(row)[at - 1];
  if (key === "ArrowRight") return cells(row)[at + 1];
  if (key === "Home") return cells(row)[0];
  if (key === "End") return cells(row).at(-1);
  const other = key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
  return other && cells(other)[at];
}

function say(text) {
  const line = board()?.querySelector("[data-raci-say]");
  if (line) line.textContent = text;
}

// What is typed while a change is under way waits for its answer, and starts from what it brought.
function change(activity, role, next) {
  sending = sending.then(() => send(activity, role, next)).catch((error) => say(error.message));
}

async function send(activity, role, next) {
  const here = board();
  const body = new URLSearchParams({ version: here.dataset.version, activity, role, letters: next(find(activity, role).dataset.letters) });
  const answer = await fetch(here.dataset.raci, { method: "POST", body, headers: { Accept: "text/html, application/problem+json" } });
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Error(problem.detail || answer.statusText);
  }
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text();
  const focused = document.activeElement?.closest?.("#raci-board td[data-role]");
  const at = focused ? [focused.dataset.activity, focused.dataset.role] : null;
  const scrolled = here.querySelector(".tw")?.scrollLeft;
  here.replaceWith(fresh.content.querySelector("#raci-board"));
  prepare();
  if (scrolled) board().querySelector(".tw").scrollLeft = scrolled;
  if (at) go(find(...at));
  for (const form of document.querySelectorAll("main form input[name=version]")) form.value = board().dataset.version;
}

const toggled = (letter) => (text) => [...letters].filter((one) => (one === letter) !== text.includes(one)).join("");

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("#raci-board[data-raci] td[data-role]");
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  if (/^(Arrow|Home$|End$)/.test(key)) go(neighbour(cell, key));
  else if (letters.includes(key)) change(cell.dataset.activity, cell.dataset.role, toggled(key));
  else if (key === "Delete" || key === "Backspace") change(cell.dataset.activity, cell.dataset.role, () => "");
  else if (key === "Escape") cell.blur();
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const cell = event.target.closest("#raci-board[data-raci] td[data-role]");
  if (cell) go(cell);
});

prepare();
