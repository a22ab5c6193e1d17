// "/" leads to the search field; Escape closes an open menu, and so does a click beside it.

const typing = (element) => element.matches("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(document.activeElement)) {
    const field = document.getElementById("q");
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  }
  if (event.key === "Escape") closeMenus(null);
});

document.addEventListener("click", (event) => closeMenus(event.target));

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.who[open], details.navm[open]")) {
    if (except && menu.contains(except)) continue;
    const hadFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hadFocus && !except) menu.querySelector("summary").focus();
  }
}

// A form that was refused: go to the summary of what is wrong.
document.getElementById("problem")?.focus();
