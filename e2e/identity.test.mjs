// Who may come in: the first start, invitations, offices, passkeys.
import assert from "node:assert/strict";
import { journey, people, text } from "./harness.mjs";

const submit = (page, selector) => Promise.all([page.waitForEvent("load"), page.click(selector)]);

journey("first start: the link makes an administrator, who appoints a CIO, who signs in", async ({ visitor, said }) => {
  const link = said().match(/\/setup\?link=\S+/)[0];
  const admin = await visitor();
  await admin.goto(link);
  await admin.fill("[name=organisation]", "Officine Morandi");
  await admin.selectOption("[name=sector]", "industry");
  await admin.fill("[name=name]", "Fabio Sala");
  await admin.fill("[name=email]", "fabio@morandi.example");
  await admin.fill("[name=password]", "a long first password");
  await submit(admin, "main form button");
  assert.equal(new URL(admin.url()).pathname, "/roles/offices");

  await admin.goto("/people/new");
  await admin.fill("main [name=name]", "Ada Riva");
  await admin.fill("main [name=email]", "ada@morandi.example");
  await submit(admin, "main form .btn.pri");
  const person = await admin.locator("main a[href^='/people/'], main form[action^='/people/']").evaluateAll((all) => all.map((one) => one.getAttribute("href") || one.getAttribute("action")).find((path) => /^\/people\/ada/.test(path)));
  await admin.goto("/people/" + person.split("/")[2]);
  await admin.selectOption("form[action='/people/offices'] [name=office]", "cio");
  await submit(admin, "form[action='/people/offices'] .btn.pri");
  assert.match(await text(admin), /CIO/);
  await submit(admin, "form[action$='/invite'] button");
  const invitation = (await text(admin)).match(/\/welcome\?link=\S+/)[0];

  const stranger = await visitor();
  await stranger.goto(link);
  assert.equal(await stranger.locator("[name=organisation]").count(), 0, "the link of the first start works once");

  const cio = await visitor();
  await cio.goto(invitation);
  await cio.fill("[name=password]", "short");
  await submit(cio, "main form button");
  assert.equal(new URL(cio.url()).pathname, "/welcome", "a short password is refused");
  await cio.fill("[name=password]", "a long second password");
  await submit(cio, "main form button");
  assert.equal(new URL(cio.url()).pathname, "/account");
  assert.equal((await cio.request.get("/landscape")).status(), 200);
}, { start: "empty" });

journey("a passkey is registered, and opens the site without a password", async ({ visitor }) => {
  const page = await visitor({ email: people.ciso });
  const wire = await page.context().newCDPSession(page);
  await wire.send("WebAuthn.enable");
  await wire.send("WebAuthn.addVirtualAuthenticator", { options: {
    protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true,
  } });
  await page.goto("/account");
  await page.click("button[data-passkey=register]");
  await page.waitForSelector("form[action='/account/passkeys/remove']");

  await page.click("details.who > summary");
  await submit(page, "form[action='/sign-out'] button");
  await page.goto("/sign-in");
  await page.click("button[data-passkey=sign-in]");
  await page.waitForURL((url) => url.pathname !== "/sign-in");
  await page.goto("/account");
  assert.match(await text(page), /davide\.sorrentino@/);
  assert.deepEqual(page.complaints, []);
}, { start: "own", host: "localhost" });

journey("only the administrator adds people and appoints them", async ({ visitor }) => {
  const cio = await visitor({ email: people.cio });
  assert.equal((await cio.goto("/people/new")).status(), 403);
  assert.match(await text(cio), /policy/i);
  const admin = await visitor({ email: people.admin });
  assert.equal((await admin.goto("/people/new")).status(), 200);
});
