// From a scenario to what both officers do about it: an estimate is tried and saved, the board's limit is broken, the
// breach is escalated and acknowledged, the fund is chosen anew, and the plan needs both keys.
import assert from "node:assert/strict";
import { journey, people, text } from "./harness.mjs";

const submit = (page, button) => Promise.all([page.waitForEvent("load"), button.click()]);

journey("an estimate breaks the appetite, the breach is escalated, and a plan takes both keys", async ({ visitor }) => {
  const ciso = await visitor({ email: people.ciso });
  const cio = await visitor({ email: people.cio });

  // What would come out is shown before anything is saved, and nothing is saved.
  await ciso.goto("/risks/assess/R-007");
  const high = ciso.locator("[name='model.primary[0].amount.p95']");
  await high.fill("190000000");
  await high.press("Tab");
  await ciso.locator("#preview").waitFor();
  assert.match(await ciso.locator("#preview").innerText(), /1 year in 20 more than/);
  await cio.goto("/risks/R-007");
  assert.doesNotMatch(await text(cio), /190/, "nothing is saved yet");

  await ciso.selectOption("[name=reason]", "evidence");
  await ciso.fill("[name=note]", "A restore took four days at a bank of our size.");
  await submit(ciso, ciso.locator("main form button[value=save]"));
  assert.match(await text(ciso), /A restore took four days at a bank of our size\./);

  // The limits of the board that this breaks are escalated to both.
  await ciso.goto("/risks/appetite");
  const broken = ciso.locator("section.list tbody tr", { hasText: "A year costs more than 30 million" }).first();
  assert.match(await broken.innerText(), /Outside/);
  const acknowledge = async (page, note) => {
    await page.goto("/risks/escalations");
    await submit(page, page.locator("section.list tbody tr", { hasText: "A year costs more than 30 million" }).getByRole("link").first());
    await page.locator("main form[action$='/acknowledge'] [name=note]").fill(note);
    await submit(page, page.locator("main form[action$='/acknowledge'] button"));
    return text(page);
  };
  assert.match(await acknowledge(ciso, "Restores come first."), /Restores come first\./);
  assert.match(await acknowledge(cio, "The rehearsal moves to January."), /The rehearsal moves to January\./);
  assert.equal(await cio.locator("main form[action$='/acknowledge']").count(), 0, "nobody acknowledges twice");

  // What moved says so, under the reason that was given.
  await ciso.goto("/risks/changes");
  assert.match(await ciso.locator("section.list tbody tr", { hasText: "Evidence" }).first().innerText(), /Core banking cannot be recovered/);

  // The best set for less money, saved as a plan and proposed.
  await cio.goto("/fund/choice");
  const before = await cio.locator("#choice .verdict, #choice").first().innerText();
  const slider = cio.locator("input[type=range][name^='money-']").first();
  await slider.focus();
  for (let i = 0; i < 40; i++) await cio.keyboard.press("ArrowLeft");
  await cio.waitForFunction((old) => document.querySelector("#choice").innerText !== old, before);
  assert.match(await cio.locator("#choice").innerText(), /Proven to be the best/);
  await submit(cio, cio.locator("#choice a[href^='/fund/plans/new']"));
  await cio.locator("main form [name=title]").fill("Restores first");
  await submit(cio, cio.locator("main form .btn.pri"));
  const plan = cio.url();
  await submit(cio, cio.locator("main form:has([name=do][value=propose]) button"));
  assert.equal(await cio.locator("main form:has([name=do][value=adopt])").count(), 0, "nothing is adopted before both keys");
  const decision = await cio.locator("main .todo a").first().getAttribute("href");
  for (const page of [cio, ciso]) {
    await page.goto(decision);
    await submit(page, page.locator("main form:has([name=do][value=give-key]) button"));
  }
  await cio.goto(plan);
  await submit(cio, cio.locator("main form:has([name=do][value=adopt]) button"));
  assert.match(await text(cio), /adopted/i);
  assert.deepEqual([...ciso.complaints, ...cio.complaints], []);
}, { start: "own" });
