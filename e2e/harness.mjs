// What the journeys share: the built program with the demonstration organisation on a free port, a browser,
// people who sign in, and axe. The demonstration is made once and copied for each journey that changes something.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { accessSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import test, { after } from "node:test";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const results = join(root, "test-results");
const fromWeb = createRequire(join(root, "web", "package.json"));
export const program = process.env.ACCORDO_BIN || join(root, "bin", "accordo");
const chromium = process.env.CHROMIUM || "/usr/bin/chromium";
const flags = [
  "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];

const at = "@altariva.example";
/** The demonstration people by their office; the password is the same for all. */
export const people = {
  cio: "marta.bellandi" + at, ciso: "davide.sorrentino" + at, cro: "lucia.ghirardi" + at, ceo: "corrado.vismara" + at,
  board: "ferruccio.landucci" + at, audit: "silvia.mantegazza" + at, admin: "fabio.nicolis" + at,
};
export const password = process.env.ACCORDO_DEMO_PASSWORD || "accordo-demo-2026";
/** opens the signing keys of the demonstration's officers. */
export const passphrase = "accordo-demo-key-2026";

export const wide = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

/** lacking says what is missing to run journeys; nothing when all is there. */
export function lacking() {
  for (const [what, file] of [["chromium", chromium], ["bin/accordo (make build)", program]]) {
    try { accessSync(file); } catch { return what; }
  }
  try { fromWeb.resolve("playwright-core"); fromWeb.resolve("axe-core"); } catch { return "web/node_modules (make build)"; }
  return "";
}

/**
 * journey is a test with a browser and the program; skipped with a message when something is missing, failing in CI.
 * It reads the demonstration that all journeys of a file share, unless it asks for another start: "own" is a copy
 * of its own, to change things in; "empty" is a first start without any organisation.
 */
export function journey(name, run, { start = "shared", host = "127.0.0.1" } = {}) {
  const what = lacking();
  const skip = what && process.env.CI !== "true" ? `${what} is missing, skipped` : false;
  test(name, { skip, timeout: 300_000 }, async () => {
    if (what) throw new Error(`${what} is missing`);
    const world = await open(start, host);
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

// One browser and one shared server for all journeys of a file.
const shared = {};
const browser = () => (shared.browser ??= fromWeb("playwright-core").chromium.launch({ executablePath: chromium, args: flags }));
after(async () => {
  await (await shared.browser)?.close();
  await (await shared.server)?.stop();
});

async function open(start, host) {
  const server = await (start === "shared" ? (shared.server ??= serve("shared", host)) : serve(start, host));
  const window = await browser();
  const contexts = [];
  const pages = [];
  return {
    address: server.address,
    data: server.data,
    said: server.said,
    /** visitor opens a new browser session, in English unless told; signed in when a mail address is given. */
    async visitor({ email = "", lang = "en", locale = "en-GB", viewport = wide, script = true } = {}) {
      const context = await window.newContext({ baseURL: server.address, locale, viewport, javaScriptEnabled: script, acceptDownloads: true });
      contexts.push(context);
      if (lang) await context.addCookies([{ name: "lang", value: lang, url: server.address }]);
      const page = await context.newPage();
      page.complaints = [];
      page.on("pageerror", (error) => page.complaints.push(`${page.url()} ${error.message}`));
      page.on("console", (line) => line.type() === "error" && page.complaints.push(`${page.url()} ${line.text()}`));
      page.on("response", (answer) => answer.status() >= 500 && page.complaints.push(`${answer.url()} ${answer.status()}`));
      pages.push(page);
      if (email) await signIn(page, email);
      return page;
    },
    async photograph(name) {
      mkdirSync(results, { recursive: true });
      for (const [i, page] of pages.entries()) {
        const file = `${name.replace(/[^a-z0-9]+/gi, "-")}-${i + 1}.png`;
        await page.screenshot({ path: join(results, file), fullPage: true }).catch(() => {});
      }
    },
    async close() {
      for (const context of contexts) await context.close();
      if (start !== "shared") await server.stop();
    },
  };
}

/** signIn fills the sign-in form. */
export async function signIn(page, email, secret = password) {
  await page.goto("/sign-in");
  await page.fill("[name=email]", email);
  await page.fill("[name=password]", secret);
  await Promise.all([page.waitForURL((url) => url.pathname !== "/sign-in"), page.press("[name=password]", "Enter")]);
}

/** prefer sets language or theme as the switches of the page do. */
export const prefer = (page, choices) => page.context().addCookies(
  Object.entries(choices).map(([name, value]) => ({ name, value, url: new URL(page.url()).origin })),
);

/** violations runs axe on the page as it is, and lists what it finds. */
export async function violations(page) {
  await page.evaluate(readFileSync(fromWeb.resolve("axe-core/axe.min.js"), "utf8"));
  const { violations: broken } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
  return broken.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}

/** overflow is by how many pixels the page is wider than the window. */
export const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** text is what a person reads in the main part of the page, on one line. */
export const text = async (page) => (await page.locator("main").innerText()).replace(/\s+/g, " ");

/** run runs the program to its end. */
export function run(args, command = program) {
  return new Promise((done) => {
    const child = spawn(command, args, { env: { ...process.env, ACCORDO_LANG: "en" }, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => { out += part; });
    child.on("error", () => done({ status: -1, out }));
    child.on("close", (status) => done({ status, out }));
  });
}

/** serve starts the program on a free port; "empty" has no organisation, the others are copies of the demonstration. */
async function serve(start, host) {
  const data = mkdtempSync(join(tmpdir(), "accordo-e2e-"));
  if (start !== "empty") cpSync(await demonstration(), data, { recursive: true });
  return listen(data, start !== "empty", host);
}

async function listen(data, demo, host) {
  const port = await freePort();
  const address = `http://${host}:${port}`;
  const args = ["run", "--data", data, "--listen", `127.0.0.1:${port}`, "--origin", address, ...(demo ? ["--demo"] : [])];
  const child = spawn(program, args, { env: { ...process.env, ACCORDO_LANG: "en" }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let ended = false;
  child.on("exit", () => { ended = true; });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => { said += part; });
  const stop = async (keep = false) => {
    if (!ended) await new Promise((done) => { child.on("exit", done); child.kill("SIGTERM"); });
    if (!keep) rmSync(data, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 400; tries++) {
    if (ended) break;
    const ready = await fetch(`http://127.0.0.1:${port}/healthz`).then((answer) => answer.ok, () => false);
    if (ready) return { address, data, stop, said: () => said };
    await new Promise((done) => setTimeout(done, 150));
  }
  await stop();
  throw new Error(`the program did not come up:\n${said}`);
}

/** demonstration makes the demonstration once for a build of the program and a day, and gives its data folder. */
async function demonstration() {
  const build = createHash("sha256").update(readFileSync(program)).update(new Date().toISOString().slice(0, 10)).digest("hex");
  const made = join(results, `demo-${build.slice(0, 16)}`);
  if (existsSync(made)) return made;
  mkdirSync(results, { recursive: true });
  for (const old of readdirSync(results)) if (old.startsWith("demo-")) rmSync(join(results, old), { recursive: true, force: true });
  const server = await listen(mkdtempSync(join(results, "new-")), true, "127.0.0.1");
  await server.stop(true);
  renameSync(server.data, made);
  return made;
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
