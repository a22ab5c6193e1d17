// Imports: a preview that changes nothing, a confirmation, and the same file again changes nothing.
import assert from "node:assert/strict";
import { journey, people, text } from "./harness.mjs";

const elements = "id,kind,name,criticality,owner\njourney-mail,system,Journey mail,3,luca-ostinelli\njourney-files,system,Journey files,4,luca-ostinelli\n";
const connections = "from,kind,to,dependency,strength\njourney-mail,uses,journey-files,forward,hard\n";
const file = (name, content) => ({ name, mimeType: "text/plain", buffer: Buffer.from(content) });
const submit = (page, selector) => Promise.all([page.waitForEvent("load"), page.click(selector)]);

journey("the landscape is imported after a preview; the same files again change nothing", async ({ visitor }) => {
  const page = await visitor({ email: people.cio });
  const preview = async () => {
    await page.goto("/landscape/import");
    await page.setInputFiles("[name=files]", [file("elements.csv", elements), file("connections.csv", connections)]);
    await page.fill("[name=source]", "journey");
    await submit(page, "main form .btn.pri");
  };
  await preview();
  assert.match(await text(page), /New: 3\. Changed: 0\. Ended: 0/);
  assert.equal((await page.request.get("/landscape/journey-mail")).status(), 404, "a preview writes nothing");
  await submit(page, "form[action='/landscape/import/confirm'] .btn.pri");
  assert.equal((await page.request.get("/landscape/journey-mail")).status(), 200);
  await preview();
  assert.match(await text(page), /New: 0\. Changed: 0\. Ended: 0\. Unchanged: 3/);
  assert.equal(await page.locator("form[action='/landscape/import/confirm'] .btn.pri").count(), 0, "nothing to confirm");
  assert.deepEqual(page.complaints.filter((line) => !line.includes("404")), []);
}, { start: "own" });

journey("a landscape file with a fault names file, record and field", async ({ visitor }) => {
  const page = await visitor({ email: people.cio });
  await page.goto("/landscape/import");
  await page.setInputFiles("[name=files]", file("elements.csv", elements.replace("Journey files,4", "Journey files,9")));
  await page.fill("[name=source]", "journey");
  await submit(page, "main form .btn.pri");
  assert.match(await page.locator("#problem").innerText(), /elements\.csv.*record 2.*criticality/s);
  assert.equal(await page.inputValue("[name=source]"), "journey", "what was typed stays");
});

// The demonstration moves with the calendar: a scan that changes anything is newer than its scans.
const scanned = new Date(Date.now() - 60_000).toISOString();
const scan = (vulnerabilities) => JSON.stringify({
  SchemaVersion: 2, CreatedAt: scanned, ArtifactName: "core01.altariva.example", ArtifactType: "filesystem",
  Metadata: { OS: { Family: "redhat", Name: "9.3" } },
  Results: [{ Target: "core01.altariva.example (redhat 9.3)", Class: "os-pkgs", Type: "redhat", Vulnerabilities: vulnerabilities }],
});
const found = (id, severity) => ({ VulnerabilityID: id, PkgName: "libjourney", InstalledVersion: "1.0", FixedVersion: "1.1", Status: "fixed", Severity: severity });

async function upload(page, name, content) {
  await page.goto("/evidence/import");
  await page.setInputFiles("[name=file]", file(name, content));
  await submit(page, "main form .btn.pri");
}

journey("a scan is loaded after a preview; the same file again changes nothing", async ({ visitor }) => {
  const page = await visitor({ email: people.ciso });
  const content = scan([found("CVE-2026-77001", "CRITICAL"), found("CVE-2026-77002", "LOW")]);
  const seen = async () => (await (await page.request.get("/evidence/exposures?format=csv&text=CVE-2026-77001")).text()).includes("CVE-2026-77001");
  await upload(page, "journey.json", content);
  await page.waitForSelector("form[action$='/confirm'] button");
  assert.equal(await seen(), false, "a preview writes nothing");
  await page.click("form[action$='/confirm'] button");
  await page.waitForSelector("main a[href^='/evidence/files/']");
  assert.equal(await seen(), true);
  await page.click("main a[href^='/evidence/files/']");
  assert.match(await text(page), /journey\.json/);
  await upload(page, "journey.json", content);
  await page.waitForSelector("main a[href^='/evidence/files/']");
  assert.equal(await page.locator("form[action$='/confirm']").count(), 0, "nothing to confirm");
  assert.deepEqual(page.complaints, []);
}, { start: "own" });

journey("an evidence file with a fault names file, record and field", async ({ visitor }) => {
  const page = await visitor({ email: people.ciso });
  await upload(page, "broken.json", scan([found("CVE-2026-77001", "LOW"), { ...found("CVE-2026-77002"), Severity: 9 }]));
  await page.waitForSelector("#problem");
  assert.match(await page.locator("#problem").innerText(), /broken\.json.*record 2.*Severity/s);
  await upload(page, "cut.json", scan([found("CVE-2026-77001", "LOW")]).slice(0, -40));
  await page.waitForSelector("#problem");
  assert.match(await page.locator("#problem").innerText(), /cut\.json/);
  await upload(page, "picture.png", "\x89PNG not a scan");
  await page.waitForSelector("#problem");
  assert.match(await page.locator("#problem").innerText(), /picture\.png/);
});
