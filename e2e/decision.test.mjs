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
  await Promise.all([cio.waitForEvent("load"), doing(cio, "escalate").locator("button").click()]);

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

/** send fills the form of an action and sends it. */
async function send(page, action, fields = {}) {
  const form = doing(page, action);
  for (const [name, value] of Object.entries(fields)) await form.locator(`[name="${name}"]`).fill(value);
  await Promise.all([page.waitForEvent("load"), form.locator("button").last().click()]);
}

journey("the CIO proposes, the CISO refuses, the CIO changes it, both give their keys", async ({ visitor }) => {
  const cio = await visitor({ email: people.cio });
  await cio.goto("/decisions/new");
  await cio.locator("[name=title]").fill("Scan the branch image every week");
  await cio.locator("[name=kind]").selectOption("policy");
  await cio.locator("[name=content]").fill("The branch image is scanned every Sunday night.");
  await cio.locator('[name="option.0.title"]').fill("Every week");
  await cio.locator('[name="option.1.title"]').fill("Every month");
  await cio.locator("[name=chosen][value='0']").check();
  await Promise.all([cio.waitForEvent("load"), cio.locator("main form button.pri").click()]);
  const room = new URL(cio.url()).pathname;
  assert.match(room, /^\/decisions\//);
  assert.match(await text(cio), /Every month/, "the options are compared");
  await send(cio, "give-key");

  const ciso = await visitor({ email: people.ciso });
  await ciso.goto("/decisions/mine");
  assert.match(await text(ciso), /Scan the branch image every week/, "it waits for the CISO");
  await ciso.goto(room);
  await send(ciso, "refuse", { reason: "A week is long for a tier 1 image.", counter: "Every night, with the last good image kept." });
  assert.match(await text(ciso), /Every night, with the last good image kept\./);

  await cio.goto(room);
  await cio.locator("details:has([name=do][value=revise]) summary").click();
  await send(cio, "revise", { content: "The branch image is scanned every night." });
  assert.match(await text(cio), /The branch image is scanned every Sunday night\./, "what it was before stands beside it");
  assert.equal(await doing(cio, "give-key").count(), 1, "the key of the CIO is void");
  await send(cio, "give-key");
  await ciso.goto(room);
  await send(ciso, "give-key");
  assert.match(await text(ciso), /Agreed: both keys on the same content/);
  assert.equal(await doing(ciso, "give-key").count(), 0);

  const cro = await visitor({ email: people.cro });
  await cro.goto(room);
  assert.equal(await doing(cro, "arbitrate").count(), 0, "nothing is left to end");
  const file = await cro.request.get(room + "/file");
  assert.equal((await file.json()).decision.keys.length, 2, "anybody takes the decision along with its proofs");
}, { start: "own" });
