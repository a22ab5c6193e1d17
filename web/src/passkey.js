// <button data-passkey="sign-in|register" data-begin data-finish data-then hidden>: the ceremony of a passkey.
// POST to data-begin answers the options of WebAuthn as JSON ({"publicKey": {...}}); the credential goes to
// data-finish as JSON; a 2xx answer leads to its "next", else to data-then. A refusal answers a problem (RFC 9457)
// whose "detail" is shown in the [data-passkey-error] element of the page.

const able = window.PublicKeyCredential?.parseRequestOptionsFromJSON;

for (const button of able ? document.querySelectorAll("[data-passkey]") : []) {
  button.hidden = false;
  button.addEventListener("click", () => run(button));
}

async function run(button) {
  button.disabled = true;
  show("");
  try {
    const { publicKey } = await post(button.dataset.begin, {});
    const answer = await post(button.dataset.finish, (await credential(button.dataset.passkey, publicKey)).toJSON());
    location.assign(answer.next || button.dataset.then || "/");
  } catch (failure) {
    if (failure.name !== "NotAllowedError") show(failure.message); // NotAllowed: the person turned away
  } finally {
    button.disabled = false;
  }
}

function credential(kind, options) {
  return kind === "register"
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

async function post(address, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  const data = text && answer.headers.get("Content-Type")?.includes("json") ? JSON.parse(text) : {};
  if (!answer.ok) throw new Error(data.detail || data.title || answer.statusText);
  return data;
}

function show(text) {
  const place = document.querySelector("[data-passkey-error]");
  if (!place) return;
  place.hidden = text === "";
  place.textContent = text;
}
