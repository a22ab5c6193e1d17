// <form data-auto>: a choice is sent at once, the button is for text and for those without script.

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
});

// Empty filters stay out of the address.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("form[data-auto]")) return;
  for (const [name, value] of [...event.formData]) {
    if (value === "") event.formData.delete(name);
  }
});

// What a slider says stands beside it; the server writes it the same way.
document.addEventListener("input", (event) => {
  const output = event.target.matches("input[type=range]") && event.target.labels[0]?.querySelector("output");
  if (output) output.textContent = Number(event.target.value).toLocaleString(document.documentElement.lang);
});
