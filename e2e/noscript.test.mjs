// Everything works without script.
import assert from "node:assert/strict";
import { journey, people, text } from "./harness.mjs";

journey("without script: sign-in, a filter, the switches", async ({ visitor }) => {
  const page = await visitor({ email: people.ciso, script: false });
  await page.goto("/risks?sort=-loss");
  await page.click("button[name=lang][value=it]");
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, "/risks?sort=-loss");
  assert.equal(await page.locator("html").getAttribute("lang"), "it");

  await page.goto("/landscape");
  const before = await page.locator("main tbody tr").count();
  const form = page.locator("main form").filter({ has: page.locator("input[name=text], input[name=q]") }).first();
  await form.locator("input[name=text], input[name=q]").first().fill("core banking");
  await Promise.all([page.waitForEvent("load"), form.locator("button").first().click()]);
  const after = await page.locator("main tbody tr").count();
  assert.ok(after > 0 && after < before, `got ${after} rows of ${before}`);
  assert.equal(await page.locator('main a[href="/landscape/core-banking"]').count() > 0, true);
});

journey("without script: the CIO gives a key, the CISO gives the other, the decision is taken", async ({ visitor }) => {
  const gate = "/decisions/D-2026-046";
  for (const office of ["cio", "ciso"]) {
    const page = await visitor({ email: people[office], script: false });
    await page.goto(gate);
    const key = page.locator("form").filter({ has: page.locator("[name=do][value=give-key]") });
    assert.equal(await key.count(), 1);
    await Promise.all([page.waitForEvent("load"), key.locator("button").click()]);
    assert.equal(await key.count(), 0, "a key is given once");
    if (office === "ciso") assert.match(await text(page), /approved|decided|taken/i);
  }
}, { start: "own" });

journey("without script: evidence is loaded after a preview", async ({ visitor }) => {
  const page = await visitor({ email: people.ciso, script: false });
  await page.goto("/evidence/import");
  const scan = { SchemaVersion: 2, CreatedAt: "2026-11-24T06:00:00Z", ArtifactName: "noscript.altariva.example", ArtifactType: "filesystem", Results: [] };
  await page.setInputFiles("[name=file]", { name: "noscript.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(scan)) });
  await page.click("main form .btn.pri");
  await page.waitForURL(/\/evidence\/import\/./);
  for (let tries = 0; tries < 40 && await page.locator("form[action$='/confirm']").count() === 0; tries++) {
    await page.waitForTimeout(250);
    await page.reload();
  }
  await page.click("form[action$='/confirm'] button");
  for (let tries = 0; tries < 40 && await page.locator("main a[href^='/evidence/files/']").count() === 0; tries++) {
    await page.waitForTimeout(250);
    await page.reload();
  }
  await page.click("main a[href^='/evidence/files/']");
  assert.match(await text(page), /noscript\.json/);
}, { start: "own" });
