// A browser whose pages are watched: a dialog, an error, a blocked or failed request, or a report of the content policy is
// remembered and makes the test fail.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { PASSWORD } from "./fixture.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Only this program's own pages are opened, in containers without user namespaces, too: no sandbox.
export const launch = () => chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });

export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const trouble = [];
  page.on("dialog", async (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("requestfailed", (request) => {
    // What was under way when the test went to another page.
    if (request.failure().errorText !== "net::ERR_ABORTED") trouble.push(`failed: ${request.url()} ${request.failure().errorText}`);
  });
  page.on("console", (message) => {
    // A refused decision is an answer with its own status; the browser notes that.
    if (message.type() === "error" && !/the server responded with a status of (4\d\d)/.test(message.text())) trouble.push(`console: ${message.text()}`);
  });
  page.trouble = trouble;
  return page;
}

export async function logIn(page, origin, subject, password = PASSWORD) {
  await page.goto(`${origin}/login`);
  await page.getByLabel("Name").fill(subject);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

export async function decide(page, button, reason) {
  await page.getByLabel("Reason (required)").fill(reason);
  await page.getByRole("button", { name: button, exact: true }).click();
}

export async function assertUnharmed(page) {
  assert.deepEqual(page.trouble, []);
  assert.equal(await page.evaluate("window.pwned"), undefined);
  assert.equal(await page.locator("script, img, iframe, object, [style], [onclick], [onerror]").count(), 0);
}

// What axe-core finds wrong on the page as it is, by the rules of WCAG 2.2 AA and its own good practice.
export async function assertAccessible(page, where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const told = violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")}`);
  assert.deepEqual(told, [], where);
}
