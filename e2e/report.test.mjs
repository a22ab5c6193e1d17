// The unified report: frozen, signed by the CISO and by the CIO, by nobody else, and verified by anybody.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { journey, passphrase, people, run, text } from "./harness.mjs";

const policy = "a-report-is-signed-by-the-ciso-and-the-cio";

journey("the CISO signs, the CIO signs, a third person cannot", async ({ visitor, data }) => {
  const ciso = await visitor({ email: people.ciso });
  await ciso.goto("/reports/draft");
  await Promise.all([ciso.waitForURL(/\/reports\/BR-/), ciso.click('form[action="/reports/freeze"] button')]);
  const path = new URL(ciso.url()).pathname;

  for (const [office, rule] of [["cro", policy], ["admin", "the-administrator-has-no-key"]]) {
    const third = await visitor({ email: people[office] });
    await third.goto(path);
    assert.match(await text(third), new RegExp(rule), `${office} reads which policy refuses`);
    assert.equal(await third.locator(`form[action="${path}/sign"]`).count(), 0, `${office} is offered no signature`);
    const forged = await third.request.post(path + "/sign", { multipart: { office: "ciso", passphrase }, headers: { "Sec-Fetch-Site": "same-origin" } });
    assert.equal(forged.status(), 403);
    assert.match(await forged.text(), new RegExp(rule));
  }

  await refusesWrongPassphrase(ciso, path);
  await sign(ciso, path, "ciso");
  assert.equal(await ciso.locator(`form[action="${path}/sign"]`).count(), 0, "the CISO cannot sign for the CIO");

  const cio = await visitor({ email: people.cio });
  await sign(cio, path, "cio");
  const words = await text(cio);
  assert.match(words, /Marta Bellandi/);
  assert.match(words, /Davide Sorrentino/);

  const folder = mkdtempSync(join(tmpdir(), "accordo-pdf-"));
  try {
    for (const lang of ["en", "it"]) await verify(cio, `${path}/pdf/${lang}`, join(folder, `report.${lang}.pdf`), data);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, { start: "own" });

journey("a PDF is verified on a page, and one changed byte is found", async ({ visitor, data }) => {
  const pdf = readFileSync(join(data, "board-report.en.pdf"));
  const page = await visitor({ email: people.audit });
  const check = async (buffer) => {
    await page.goto("/reports/verify");
    await page.setInputFiles("input[type=file]", { name: "report.pdf", mimeType: "application/pdf", buffer });
    await Promise.all([page.waitForEvent("load"), page.click("main form .btn.pri")]);
    return text(page);
  };
  assert.match(await check(pdf), /BR-\d{4}-Q\d/);
  assert.match(await check(changed(pdf)), /pages made again out of the attached figures differ/);
  assert.match(await check(Buffer.from("no PDF at all")), /report\.pdf/);
});

async function sign(page, path, office) {
  await page.goto(path);
  const form = page.locator(`form[action="${path}/sign"]`);
  assert.equal(await form.count(), 1, `the ${office} is offered one signature`);
  assert.equal(await form.locator("[name=office]").inputValue(), office);
  await form.locator("[name=passphrase]").fill(passphrase);
  await Promise.all([page.waitForEvent("load"), form.locator("button").click()]);
  assert.equal(new URL(page.url()).pathname, path);
}

async function refusesWrongPassphrase(page, path) {
  await page.goto(path);
  const form = page.locator(`form[action="${path}/sign"]`);
  await form.locator("[name=passphrase]").fill("another");
  await Promise.all([page.waitForEvent("load"), form.locator("button").click()]);
  assert.equal(await page.locator("[role=alert]").count(), 1, "a wrong passphrase is refused in words");
  assert.equal(await page.locator("[name=passphrase]").inputValue(), "");
}

/** verify downloads a PDF as the reader does, and verifies it offline with accordo and, when it is there, with poppler. */
async function verify(page, address, file, data) {
  const answer = await page.request.get(address);
  assert.equal(answer.status(), 200);
  assert.equal(answer.headers()["content-type"], "application/pdf");
  const pdf = await answer.body();
  writeFileSync(file, pdf);
  const offline = (path) => run(["report", "verify", path, "--roots", join(data, "trust", "demo-ca.pem"), "--data", file + "-nowhere"]);
  const good = await offline(file);
  assert.equal(good.status, 0, good.out);
  assert.match(good.out, /Marta Bellandi/);
  assert.match(good.out, /Davide Sorrentino/);
  const poppler = await run(["-nocert", file], "pdfsig");
  if (poppler.status === -1 && process.env.CI === "true") throw new Error("pdfsig (poppler-utils) is missing");
  if (poppler.status !== -1) assert.equal(poppler.out.match(/Signature is Valid\./g)?.length, 2, poppler.out);
  writeFileSync(file, changed(pdf));
  const bad = await offline(file);
  assert.notEqual(bad.status, 0, "one changed byte is refused");
  assert.notEqual(bad.out.trim(), "");
}

/** changed is a copy with one bit of the middle byte turned. */
function changed(pdf) {
  const copy = Buffer.from(pdf);
  copy[Math.floor(copy.length / 2)] ^= 1;
  return copy;
}
