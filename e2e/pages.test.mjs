// Every page that the navigation leads to: it opens without complaint, fits the window, is in the language asked
// for, and axe finds nothing. Four views cover every pair of width, language and theme; axe, which is slow, looks at
// two of them, in which each width, language and theme occurs.
import assert from "node:assert/strict";
import { journey, overflow, people, phone, prefer, violations, wide } from "./harness.mjs";

const views = [
  { viewport: wide, lang: "en", theme: "light", axe: true }, { viewport: phone, lang: "it", theme: "dark", axe: true },
  { viewport: wide, lang: "it", theme: "dark" }, { viewport: phone, lang: "en", theme: "light" },
];

// What the navigation does not lead to directly.
const further = ["/account", "/search?q=core", "/landscape/import", "/evidence/import", "/reports/draft", "/reports/verify", "/decisions/new", "/decisions/D-2026-042", "/decisions/D-2026-027", "/risks/R-003", "/risks/assess/R-003", "/risks/new", "/fund/initiatives/M-07", "/landscape/map?overlay=risk",
  "/indicators/dictionary/sla?value=99.9", "/roles/obligations/CAL-03", "/roles/obligations/new", "/roles/committees/new", "/roles/committees/joint/edit", "/roles/sittings/joint-5", "/roles/sittings/joint-6", "/roles/sittings/joint-5/print", "/roles/raci/new", "/roles/raci/import", "/no-such-page"];

for (const view of views) {
  journey(`pages open and ${view.axe ? "are accessible" : "fit"}: ${view.viewport.width} wide, ${view.lang}, ${view.theme}`, async ({ visitor }) => {
    const page = await visitor({ email: people.cio, viewport: view.viewport });
    await prefer(page, { lang: view.lang, theme: view.theme });
    const faults = [];
    for (const path of await everyPage(page)) faults.push(...await faultsOf(page, path, view));
    assert.deepEqual(faults, []);
  });
}

journey("sign-in is accessible in both languages and themes", async ({ visitor }) => {
  for (const view of views) {
    const page = await visitor({ viewport: view.viewport });
    await page.goto("/sign-in");
    await prefer(page, { lang: view.lang, theme: view.theme });
    assert.deepEqual(await faultsOf(page, "/sign-in", { ...view, axe: true }), []);
  }
});

/** everyPage lists the pages of the navigation, for each of them the first page below it, and further ones. */
async function everyPage(page) {
  await page.goto("/");
  const areas = await page.$$eval("nav.nav a[href^='/']", (links) => [...new Set(links.map((link) => link.getAttribute("href")))]);
  const found = new Set([...areas, ...further]);
  for (const area of areas.filter((path) => path !== "/")) {
    await page.goto(area);
    const below = await page.$$eval("main a[href^='/']", (links) => links.map((link) => link.getAttribute("href")));
    const first = below.find((path) => path.startsWith(area + "/") && !found.has(path) && !path.includes("?") && !/\.(csv|pdf|xlsx)$/.test(path));
    if (first) found.add(first);
    for (const tab of await page.$$eval("main .tabs a[href^='/']", (links) => links.map((link) => link.getAttribute("href")))) found.add(tab);
  }
  return found;
}

async function faultsOf(page, path, { lang, axe }) {
  const faults = [];
  const begun = Date.now();
  page.complaints.length = 0;
  const answer = await page.goto(path);
  const expected = path === "/no-such-page" ? 404 : 200;
  if (answer.status() !== expected) faults.push(`answers ${answer.status()}`);
  const wider = await overflow(page);
  if (wider > 0) faults.push(`${wider} pixels wider than the window`);
  if (await page.locator("html").getAttribute("lang") !== lang) faults.push("is in another language");
  if (await page.locator("h1").count() === 0) faults.push("has no heading");
  const words = await page.locator("body").innerText();
  const raw = words.match(/\{[a-z]+\}|\b(shell|web|landscape|evidence|risk|project|decision|budget|report|indicator|identity|record)\.[a-z-]+\.[a-z.-]+/);
  if (raw) faults.push(`shows ${raw[0]}`);
  if (expected === 200) faults.push(...page.complaints);
  if (axe) faults.push(...await violations(page));
  if (process.env.E2E_TIMES) console.log(`${Date.now() - begun} ms ${path} ${faults.join(" | ")}`);
  return faults.map((fault) => `${path} ${fault}`);
}
