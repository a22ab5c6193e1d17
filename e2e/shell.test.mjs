// The shell of the pages: sign-in, and the switches of language, lens and theme.
import assert from "node:assert/strict";
import { journey, overflow, people, violations } from "./harness.mjs";

const phone = { width: 390, height: 844 };

journey("sign-in page has no accessibility violations", async ({ visitor }) => {
  const page = await visitor();
  await page.goto("/sign-in");
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.complaints, []);
});

journey("home page has no accessibility violations, wide and narrow", async ({ visitor }) => {
  for (const viewport of [{ width: 1440, height: 900 }, phone]) {
    const page = await visitor({ email: people.cio, viewport });
    assert.deepEqual(await violations(page), []);
    assert.equal(await overflow(page), 0);
    assert.deepEqual(page.complaints, []);
  }
});

journey("language, lens and theme survive navigation", async ({ visitor }) => {
  const page = await visitor({ email: people.ciso });
  const press = (name, value) => page.click(`form[action="/preferences"] button[name=${name}][value=${value}]`);
  await press("lang", "it");
  await press("lens", "board");
  await press("theme", "light");
  await page.goto("/risks");
  const html = page.locator("html");
  assert.equal(await html.getAttribute("lang"), "it");
  assert.equal(await html.getAttribute("data-lens"), "board");
  assert.equal(await html.getAttribute("data-theme"), "light");
  assert.equal(await page.locator("button[name=lens][value=board]").getAttribute("aria-pressed"), "true");
});

journey("the switches work without script and lead back to the same page", async ({ visitor }) => {
  const page = await visitor({ email: people.ciso, script: false });
  await page.goto("/risks?sort=-loss");
  await page.click("button[name=lang][value=it]");
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, "/risks?sort=-loss");
  assert.equal(await page.locator("html").getAttribute("lang"), "it");
});

journey("a narrow screen reaches every area through the menu", async ({ visitor }) => {
  const page = await visitor({ email: people.cio, viewport: phone });
  await page.click(".navm > summary");
  await page.click('.navm a[href="/risks"]');
  await page.waitForURL("**/risks");
  assert.equal(await overflow(page), 0);
});

journey("the search key leads to the search field", async ({ visitor }) => {
  const page = await visitor({ email: people.cio });
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "q");
});

journey("after signing out the pages are closed", async ({ visitor }) => {
  const page = await visitor({ email: people.cio });
  await page.click("details.who > summary");
  await page.click('form[action="/sign-out"] button');
  await page.goto("/risks");
  assert.equal(new URL(page.url()).pathname, "/sign-in");
});
