// What the journeys share: the built program with a fresh demonstration organisation on a free port, a browser,
// people who sign in, and axe.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { accessSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "node:test";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const fromWeb = createRequire(join(root, "web", "package.json"));
const program = process.env.ACCORDO_BIN || join(root, "bin", "accordo");
const chromium = process.env.CHROMIUM || "/usr/bin/chromium";
const flags = [
  "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];

/** The demonstration people; the password is the same for all. */
export const people = { cio: "cio@demo.accordo.dev", ciso: "ciso@demo.accordo.dev", admin: "admin@demo.accordo.dev" };
export const password = process.env.ACCORDO_DEMO_PASSWORD || "accordo-demo-2026";

/** lacking says what is missing to run journeys; nothing when all is there. */
export function lacking() {
  for (const [what, file] of [["chromium", chromium], ["bin/accordo (make build)", program]]) {
    try { accessSync(file); } catch { return what; }
  }
  try { fromWeb.resolve("playwright-core"); fromWeb.resolve("axe-core"); } catch { return "web/node_modules (make build)"; }
  return "";
}

/** journey is a test with a browser and the program; skipped with a message when something is missing, failing in CI. */
export function journey(name, run) {
  const what = lacking();
  const skip = what && process.env.CI !== "true" ? `${what} is missing, skipped` : false;
  test(name, { skip, timeout: 120_000 }, async () => {
    if (what) throw new Error(`${what} is missing`);
    const world = await open();
    try {
      await run(world);
    } catch (failure) {
      await world.photograph(name);
      throw failure;
    } finally {
      await world.close();
    }
  });
}

async function open() {
  const server = await serve();
  const browser = await fromWeb("playwright-core").chromium.launch({ executablePath: chromium, args: flags });
  const pages = [];
  return {
    address: server.address,
    /** visitor opens a new browser session; signed in when a mail address is given. */
    async visitor({ email = "", locale = "en-GB", viewport = { width: 1440, height: 900 }, script = true } = {}) {
      const context = await browser.newContext({ baseURL: server.address, locale, viewport, javaScriptEnabled: script });
      const page = await context.newPage();
      page.complaints = [];
      page.on("pageerror", (error) => page.complaints.push(error.message));
      page.on("console", (line) => line.type() === "error" && page.complaints.push(line.text()));
      pages.push(page);
      if (email) await signIn(page, email);
      return page;
    },
    async photograph(name) {
      const folder = join(root, "test-results");
      mkdirSync(folder, { recursive: true });
      for (const [i, page] of pages.entries()) {
        const file = `${name.replace(/[^a-z0-9]+/gi, "-")}-${i + 1}.png`;
        await page.screenshot({ path: join(folder, file), fullPage: true }).catch(() => {});
      }
    },
    async close() {
      await browser.close();
      await server.stop();
    },
  };
}

/** signIn fills the sign-in form. */
export async function signIn(page, email) {
  await page.goto("/sign-in");
  await page.fill("[name=email]", email);
  await page.fill("[name=password]", password);
  await Promise.all([page.waitForURL((url) => url.pathname !== "/sign-in"), page.press("[name=password]", "Enter")]);
}

/** prefer sets language or theme as the switches of the page do. */
export async function prefer(page, name, value) {
  const { origin } = new URL(page.url());
  await page.context().addCookies([{ name, value, url: origin }]);
  await page.reload();
}

/** violations runs axe on the page, in both themes and both languages, and lists what it finds. */
export async function violations(page) {
  const found = [];
  for (const lang of ["en", "it"]) {
    for (const theme of ["light", "dark"]) {
      await prefer(page, "lang", lang);
      await prefer(page, "theme", theme);
      await page.evaluate(readFileSync(fromWeb.resolve("axe-core/axe.min.js"), "utf8"));
      const { violations: broken } = await page.evaluate(() => globalThis.axe.run());
      for (const rule of broken) found.push(`${lang} ${theme} ${rule.id}: ${rule.nodes.map((node) => node.target.join(" ")).join(", ")}`);
    }
  }
  return found;
}

/** overflow is by how many pixels the page is wider than the window. */
export const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

async function serve() {
  const data = mkdtempSync(join(tmpdir(), "accordo-e2e-"));
  const address = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(program, ["run", "--demo", "--data", data, "--listen", address.slice("http://".length)], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let ended = false;
  child.on("exit", () => { ended = true; });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => { said += part; });
  const stop = async () => {
    if (!ended) await new Promise((done) => { child.on("exit", done); child.kill("SIGTERM"); });
    rmSync(data, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 300; tries++) {
    if (ended) break;
    const ready = await fetch(`${address}/healthz`).then((answer) => answer.ok, () => false);
    if (ready) return { address, data, stop };
    await new Promise((done) => setTimeout(done, 200));
  }
  await stop();
  throw new Error(`the program did not come up:\n${said}`);
}

function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.on("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}
