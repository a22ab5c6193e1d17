// Two-key decisions: a key, a refusal with its counter-proposal, and who ends a deadlock.
import assert from "node:assert/strict";
import { journey, people, text } from "./harness.mjs";

const rehearsal = "/decisions/D-2026-044"; // the CIO has given the key

/** doing is the form of an action in the room of a decision. */
const doing = (page, action) => page.locator(`main form:has([name=do][value=${action}])`);

journey("the CISO refuses with a counter-proposal, and the CRO ends the deadlock", async ({ visitor }) => {
  const ciso = await visitor({ email: people.ciso });
  await ciso.goto(rehearsal);
  const refuse = doing(ciso, "refuse");

  await ciso.evaluate(() => { for (const field of document.querySelectorAll("main [required]")) field.required = false; });
  await refuse.locator("[name=reason]").fill("Two rehearsals are enough.");
  await Promise.all([ciso.waitForEvent("load"), refuse.locator("button").click()]);
  assert.equal(await ciso.locator("#problem").count(), 1, "a refusal without counter-proposal is not taken");
  assert.equal(await refuse.locator("[name=reason]").inputValue(), "Two rehearsals are enough.", "what was typed stays");

  await refuse.locator("[name=counter]").fill("Two rehearsals a year, with the same hardware, for 90,000 euro.");
  await Promise.all([ciso.waitForEvent("load"), refuse.locator("button").click()]);
  const words = await text(ciso);
  assert.match(words, /Two rehearsals are enough\./);
  assert.match(words, /for 90,000 euro/);
  assert.equal(await doing(ciso, "arbitrate").count(), 0, "the CISO does not end the deadlock");

  const cio = await visitor({ email: people.cio });
  await cio.goto(rehearsal);
  assert.equal(await doing(cio, "arbitrate").count(), 0, "the CIO does not end the deadlock");

  const cro = await visitor({ email: people.cro });
  await cro.goto("/");
  await cro.goto(rehearsal);
  const arbitrate = doing(cro, "arbitrate");
  await arbitrate.locator("[name=approve][value=true]").check();
  await arbitrate.locator("[name=reason]").fill("Four in the first year, then two.");
  await Promise.all([cro.waitForEvent("load"), arbitrate.locator("button").click()]);
  assert.match(await text(cro), /Four in the first year, then two\./);
  assert.equal(await doing(cro, "arbitrate").count(), 0, "a deadlock ends once");
}, { start: "own" });

journey("nobody gives the key of another office", async ({ visitor }) => {
  for (const office of ["cro", "admin", "audit", "cio"]) {
    const page = await visitor({ email: people[office] });
    await page.goto(rehearsal);
    assert.equal(await doing(page, "give-key").count(), 0, `${office} is offered no key`);
    const hash = (await text(page)).match(/[0-9a-f]{64}/)[0];
    const forged = await page.request.post(rehearsal, { form: { do: "give-key", office: "ciso", hash }, headers: { "Sec-Fetch-Site": "same-origin" } });
    assert.equal(forged.status(), 403, `${office} is refused`);
  }
});
