// The shell of the pages: sign-in, the switches of language, lens and theme, and the keyboard.
import assert from "node:assert/strict";
import { journey, overflow, people, phone } from "./harness.mjs";

const press = (page, name, value) => page.click(`form[action="/preferences"] button[name=${name}][value=${value}]`);

journey("language, lens and theme survive navigation", async ({ visitor }) => {
  const page = await visitor({ email: people.ciso });
  await press(page, "lang", "it");
  await press(page, "lens", "board");
  await press(page, "theme", "light");
  await page.goto("/risks");
  const html = page.locator("html");
  assert.equal(await html.getAttribute("lang"), "it");
  assert.equal(await html.getAttribute("data-lens"), "board");
  assert.equal(await html.getAttribute("data-theme"), "light");
  assert.equal(await page.locator("button[name=lens][value=board]").getAttribute("aria-pressed"), "true");
});

journey("a wrong password is refused in words, and the address stays", async ({ visitor }) => {
  const page = await visitor();
  await page.goto("/risks");
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  await page.fill("[name=email]", people.cio);
  await page.fill("[name=password]", "not the password");
  await page.press("[name=password]", "Enter");
  await page.waitForSelector("#f-password-error, .summary, .f .e");
  assert.equal(await page.inputValue("[name=email]"), people.cio);
  assert.equal(await page.inputValue("[name=password]"), "");
});

journey("sign-in leads back to where one wanted to go", async ({ visitor }) => {
  const page = await visitor();
  await page.goto("/risks?sort=-loss");
  await page.fill("[name=email]", people.cio);
  await page.fill("[name=password]", process.env.ACCORDO_DEMO_PASSWORD || "accordo-demo-2026");
  await Promise.all([page.waitForURL("**/risks?sort=-loss"), page.press("[name=password]", "Enter")]);
});

journey("a narrow screen reaches every area through the menu", async ({ visitor }) => {
  const page = await visitor({ email: people.cio, viewport: phone });
  await page.click(".navm > summary");
  await page.click('.navm a[href="/risks"]');
  await page.waitForURL("**/risks");
  assert.equal(await overflow(page), 0);
});

journey("the search key leads to the search field, and search finds a system", async ({ visitor }) => {
  const page = await visitor({ email: people.cio });
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "q");
  await page.keyboard.type("core banking");
  await Promise.all([page.waitForURL("**/search?**"), page.keyboard.press("Enter")]);
  await page.click('main a[href="/landscape/core-banking"]');
  await page.waitForURL("**/landscape/core-banking");
});

journey("the first key stop is the way past the navigation", async ({ visitor }) => {
  const page = await visitor({ email: people.cio });
  await page.goto("/landscape");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), "#main");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.querySelector("main").contains(document.activeElement)), true);
});

journey("after signing out the pages are closed", async ({ visitor }) => {
  const page = await visitor({ email: people.cio });
  await page.click("details.who > summary");
  await page.click('form[action="/sign-out"] button');
  await page.goto("/risks");
  assert.equal(new URL(page.url()).pathname, "/sign-in");
});
