// The landscape from end to end: a model is imported, an essential point is followed to its proof and onto the map, a
// policy is written, its violation is seen, and an exception is asked for.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { journey, overflow, people, phone, text } from "./harness.mjs";

const samples = process.env.ACCORDO_SAMPLES || join(dirname(fileURLToPath(import.meta.url)), "..", "..", "shared", "samples");
const archisurance = join(samples, "landscape", "archimate", "Archisurance.archimate");
const submit = (page, selector) => Promise.all([page.waitForEvent("load"), page.click(selector)]);

// A model of our own with the same way of hanging together; the journey takes the public one where it is at hand.
const own = `<?xml version="1.0" encoding="UTF-8"?>
<archimate:model xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:archimate="http://www.archimatetool.com/archimate" name="Own" id="m">
  <folder name="Application" id="f1" type="application">
    <element xsi:type="archimate:ApplicationComponent" name="Quote desk" id="quote"/>
    <element xsi:type="archimate:ApplicationComponent" name="Claims desk" id="claims"/>
    <element xsi:type="archimate:ApplicationComponent" name="Policy register" id="register"/>
  </folder>
  <folder name="Relations" id="f2" type="relations">
    <element xsi:type="archimate:ServingRelationship" id="r1" source="register" target="quote"/>
    <element xsi:type="archimate:ServingRelationship" id="r2" source="register" target="claims"/>
  </folder>
</archimate:model>`;

journey("a model is imported, an essential point is proven, a policy is violated and an exception asked for", async ({ visitor }) => {
  const page = await visitor({ email: people.cio });
  await page.goto("/landscape/import");
  const content = existsSync(archisurance) ? readFileSync(archisurance) : Buffer.from(own);
  await page.setInputFiles("[name=files]", { name: "model.archimate", mimeType: "application/xml", buffer: content });
  await page.fill("[name=source]", "model");
  await submit(page, "main form .btn.pri");
  await submit(page, "form[action='/landscape/import/confirm'] .btn.pri");

  // From the list of essential points to one point, and to the chain that proves a reason.
  await page.goto("/landscape/points?sort=services");
  const first = page.locator("section.list tbody th a").first();
  const name = await first.innerText();
  await Promise.all([page.waitForEvent("load"), first.click()]);
  assert.equal(await page.locator("h1").innerText(), name);
  const why = page.locator("main details").first();
  await why.locator("summary").click();
  const steps = await why.locator("ol li a").allInnerTexts();
  assert.ok(steps.length >= 2, `the proof has a chain, got ${steps}`);
  assert.ok(steps.includes(name), `the chain leads to ${name}, got ${steps}`);

  // The same element on the map, with its table; a box leads on.
  await page.goto("/landscape/map?focus=payment-hub&steps=1");
  assert.equal(await page.locator("svg.map .nd.foc").count(), 1);
  await page.locator("[data-map]").focus();
  const width = () => page.locator("[data-map] svg").evaluate((svg) => Number(svg.getAttribute("width")));
  const before = await width();
  await page.keyboard.press("-");
  assert.ok(await width() < before, "minus makes the picture smaller");
  await Promise.all([page.waitForEvent("load"), page.locator("svg.map a", { hasText: "Core banking" }).first().click()]);
  assert.match(page.url(), /focus=core-banking/);

  // A policy that nothing on the map fulfils, tried before it is kept.
  await page.goto("/landscape/policies/new");
  await page.fill("[name=title]", "Every supplier has an exit plan of this journey");
  await page.selectOption("[name=subject]", "element");
  await page.selectOption("[name=severity]", "high");
  await page.fill("[name=applies]", 'kind == "supplier"');
  await page.fill("[name=holds]", 'name == "nobody"');
  await submit(page, "main form .btn.pri");
  assert.match(await text(page), /Every supplier has an exit plan of this journey/);
  await page.goto("/landscape/violations?text=&policy=" + encodeURIComponent(page.url().split("/").pop().split("?")[0]));
  const row = page.locator("section.list tbody tr").first();
  assert.match(await row.innerText(), /exit plan of this journey/);

  // The exception waits for both keys, and is no exception before.
  await Promise.all([page.waitForEvent("load"), row.getByRole("link", { name: "Ask for an exception" }).click()]);
  await page.fill("[name=until]", new Date(Date.now() + 60 * 864e5).toISOString().slice(0, 10));
  await page.fill("[name=reason]", "The tender ends in spring");
  await submit(page, "main form .btn.pri");
  await page.goto("/landscape/exceptions");
  assert.match(await text(page), /Waits for the officers/);
  assert.deepEqual(page.complaints, []);
}, { start: "own" });

journey("the whole map is drawn element by element, and an element stays where it was put", async ({ visitor }) => {
  const page = await visitor({ email: people.cio });
  await page.goto("/landscape/whole");
  await page.waitForSelector("[data-whole][data-ready]");
  assert.ok(Number(await page.locator("[data-whole]").getAttribute("data-ready")) > 100);
  const plan = async () => (await (await page.request.get("/landscape/whole/plan")).json()).boxes.find((box) => box.id === "payment-hub");
  const place = (form) => page.evaluate((body) => fetch("/landscape/whole/place", { method: "POST", body: new URLSearchParams(body) }).then((answer) => answer.status), form);
  const before = await plan();
  assert.equal(await place({ element: "payment-hub", x: "12.5", y: "-40" }), 204);
  assert.deepEqual([(await plan()).x, (await plan()).y], [12.5, -40]);
  assert.equal(await place({ forget: "payment-hub" }), 204);
  assert.deepEqual(await plan(), before);
  assert.deepEqual(page.complaints, []);
}, { start: "own" });

journey("the map fits a narrow window and has its table", async ({ visitor }) => {
  const page = await visitor({ email: people.ciso, viewport: phone });
  for (const path of ["/landscape/map?focus=payment-hub", "/landscape/whole", "/landscape/points/payment-hub", "/landscape/what-if?element=core-banking"]) {
    await page.goto(path);
    assert.equal(await overflow(page), 0, path);
  }
  await page.goto("/landscape/map?focus=payment-hub&steps=1");
  const boxes = await page.locator("svg.map .nd").count();
  assert.ok(boxes > 5 && await page.locator("section.list tbody tr").count() >= boxes - 2);
  assert.deepEqual(page.complaints, []);
});
