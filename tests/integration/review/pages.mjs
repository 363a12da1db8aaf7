// The review pages as people use them. usage: pages.mjs ROOT BINARIES [--refresh-images]
import assert from "node:assert/strict";
import { cpSync, mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { assertAccessible, assertUnharmed, decide, launch, logIn, openPage } from "./browser.mjs";
import { HOSTILE, makeFixture } from "./fixture.mjs";

const [root, binaries, refresh] = process.argv.slice(2);
const pictures = join(root, "build/review-pages");
mkdirSync(pictures, { recursive: true });

let fixture, browser;
before(async () => {
  fixture = await makeFixture(root, binaries);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

// Those that docs/review.md shows; the others stay in build/.
const kept = ["review-inbox-light", "review-proposal-light", "review-proposal-dark", "review-hostile"];

const open = (options) => openPage(browser, options);
const at = (path) => fixture.origin + path;
async function picture(page, name) {
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  if (refresh === "--refresh-images" && kept.includes(name)) cpSync(join(pictures, `${name}.png`), join(root, "docs/images", `${name}.png`));
}

test("from login over the inbox to the applied row and its replay", async () => {
  const id = fixture.propose(3001, "card update failure, first late fee in two years");
  fixture.propose(3004, "goodwill after the outage");
  fixture.propose(3005, "invoice was sent to the old address");
  const page = await open();
  await logIn(page, fixture.origin, "lead_7", "wrong horse battery");
  await page.getByRole("alert").getByText("This name and password do not belong together.").waitFor();
  await picture(page, "review-login");
  await logIn(page, fixture.origin, "lead_7");
  await page.getByRole("heading", { name: "Proposals" }).waitFor();
  assert.equal(await page.locator(".inbox tbody tr").count(), 3);
  await page.getByRole("link", { name: /^Awaiting review 3$/ }).waitFor();

  await page.getByLabel("Row key").fill("3001");
  await page.getByRole("button", { name: "Filter" }).click();
  assert.equal(await page.locator(".inbox tbody tr").count(), 1);
  assert.match(page.url(), /object=3001/);

  await page.getByRole("link", { name: /Waive late fee/ }).click();
  const change = page.getByRole("region", { name: "The change" });
  const row = (column) => change.getByRole("row", { name: new RegExp(column) });
  assert.match(await row("late_fee_cents").innerText(), /5500[\s\S]*0[\s\S]*Fixed by the contract/);
  assert.match(await row("reviewer").innerText(), /null[\s\S]*support_agent_17[\s\S]*Trusted session[\s\S]*principal/);
  assert.match(await row("note").innerText(), /first late fee[\s\S]*Model argument[\s\S]*reason/);
  const statement = page.getByRole("region", { name: "The statement that will run" });
  assert.match(await statement.innerText(), /UPDATE "main"\."invoices"[\s\S]*"row_version" = \?[\s\S]*Guard:/);
  assert.match(await page.getByRole("region", { name: "The evidence it rests on" }).innerText(), /Acme Robotics[\s\S]*evidence:\/\//);

  await decide(page, "Approve", "first late fee, card failed");
  await page.getByText("Your approval is recorded.").waitFor();
  await page.getByText("Approved and queued.").waitFor();
  assert.equal(fixture.query("SELECT late_fee_cents FROM invoices WHERE id = 3001"), "5500", "approving changes nothing yet");
  fixture.runner("apply", "--once", "--bundle", "app.bundle.json");
  assert.equal(fixture.query("SELECT late_fee_cents FROM invoices WHERE id = 3001"), "0");
  await page.goto(at(`/proposals/${id}`));
  assert.match(await page.getByRole("region", { name: "The result" }).innerText(), /applied[\s\S]*Rows affected\s+1[\s\S]*1 → 2/);
  const story = await page.getByRole("region", { name: "Timeline" }).innerText();
  assert.match(story, /Proposed by support_agent_17[\s\S]*Approved by lead_7[\s\S]*Queued for the trusted runner[\s\S]*Taken by a runner[\s\S]*Runner reported the result/);
  assert.doesNotMatch(story, /job\.|proposal\./, "every event has words");
  await picture(page, "review-applied");
  await page.getByRole("link", { name: /replay/ }).click();
  await page.getByText("Replayed from the record: nothing is read or written again.").waitFor();
  assert.match(await page.getByRole("region", { name: /Result/ }).innerText(), new RegExp(`"wrp://${id}"`));
  await page.getByRole("button", { name: "Log out" }).click();
  await page.goto(at(`/proposals/${id}`));
  await page.getByRole("heading", { name: "Log in to review" }).waitFor();
  await assertUnharmed(page);
});

test("a rejection needs a reason and changes nothing", async () => {
  const id = fixture.propose(3006, "asked nicely");
  const page = await open();
  await logIn(page, fixture.origin, "lead_7");
  await page.goto(at(`/proposals/${id}`));
  await page.getByLabel("Reason (required)").fill("   ");
  await page.getByRole("button", { name: "Reject" }).click();
  await page.getByRole("alert").getByText("say why").waitFor();
  assert.equal(fixture.state(id), "pending_review");
  await decide(page, "Reject", "not a reason that we accept");
  await page.getByText("Your rejection is recorded.").waitFor();
  await page.getByText("not a reason that we accept").first().waitFor();
  assert.equal(fixture.state(id), "rejected");
  assert.equal(await page.getByRole("button", { name: "Approve" }).count(), 0);
  assert.equal(fixture.query("SELECT late_fee_cents FROM invoices WHERE id = 3006"), "3000");
  await assertUnharmed(page);
});

test("hostile text from rows, arguments, the contract and reasons is shown and never run", async () => {
  const waiver = fixture.propose(3002, HOSTILE);
  const credit = fixture.propose(3002 + 1, "2500", "billing.credits");
  const page = await open();
  await logIn(page, fixture.origin, "lead_7");
  await decideOn(waiver, "Reject");
  await decideOn(credit, "Approve");
  async function decideOn(id, button) {
    await page.goto(at(`/proposals/${id}`));
    await decide(page, button, HOSTILE.replace(/[\u202E\u200B]/g, ""));
    await page.getByText(/Your (approval|rejection) is recorded/).waitFor();
    await assertUnharmed(page);
  }
  await page.goto(at(`/proposals/${waiver}`));
  const text = await page.locator("main").innerText();
  assert.ok(text.includes(`<script>window.pwned = "argument"</script>"'><img src=x onerror=alert(1)>`), "the argument");
  assert.ok(text.includes(`<script>window.pwned = "row"</script>`), "the row");
  for (const mark of ["U+202E", "U+200B"]) assert.ok(text.includes(mark), mark);
  assert.ok(!/[\u202E\u200B]/.test(await page.content()), "marks of direction are named, not obeyed");
  await picture(page, "review-hostile");
  const run = await page.getByRole("link", { name: /replay/ }).getAttribute("href");
  const evidence = await page.getByRole("link", { name: /^evidence:/ }).getAttribute("href");
  for (const path of [run, evidence, "/proposals?state=any", `/proposals?object=${encodeURIComponent(HOSTILE.slice(0, 60))}`,
                      `/login?next=${encodeURIComponent("javascript:alert(1)")}`, `/${encodeURIComponent(HOSTILE)}`]) {
    await page.goto(at(path));
    await assertUnharmed(page);
  }
  await page.goto(at(`/proposals/${credit}`));
  assert.ok((await page.locator("h1").innerText()).includes(`<b onclick="alert(1)">now</b>`), "the contract");
  await assertUnharmed(page);
});

test("a quorum takes different reviewers, and a page that went stale is refused", async () => {
  const id = fixture.propose(3007, "1200", "billing.credits");
  const first = await open(), second = await open();
  await logIn(first, fixture.origin, "lead_7");
  await logIn(second, fixture.origin, "lead_8");
  for (const page of [first, second]) await page.goto(at(`/proposals/${id}`));
  const stale = await first.context().newPage();
  await stale.goto(at(`/proposals/${id}`));
  await decide(first, "Approve", "within the limit");
  await first.getByText("Another reviewer must approve it, too.").waitFor();
  await decide(stale, "Approve", "once more");
  await stale.getByText("APPROVER_ALREADY_COUNTED").waitFor();
  assert.equal(fixture.state(id), "pending_review");
  await decide(second, "Approve", "agreed");
  await second.getByText("The change goes to the trusted runner.").waitFor();
  assert.match(await second.getByRole("region", { name: "Approval" }).innerText(), /2 of 2[\s\S]*lead_7[\s\S]*lead_8/);
  assert.equal(fixture.state(id), "approved");
  await decide(second, "Reject", "on second thoughts: no");
  await second.getByText("Your rejection is recorded.").waitFor();
  assert.equal(fixture.state(id), "rejected");
  await decide(first, "Reject", "too late");
  await first.getByText("PROPOSAL_NOT_REJECTABLE").waitFor();
  await first.getByText("Below is how it stands now.").waitFor();
});

test("the verdict of a policy is shown with its conditions", async () => {
  const small = fixture.propose(3010, "first late fee", "billing.small_waivers");
  const large = fixture.propose(3009, "large one", "billing.small_waivers");
  const settle = (id) => {
    try {
      fixture.runner("settle", id, "--policy", "billing.small_fee", "--bundle", "app.bundle.json", "--as", "operator_1", "--role", "operator");
    } catch (left) {
      assert.equal(left.status, 1, left.stderr);
    }
  };
  settle(small);
  settle(large);
  const page = await open();
  await logIn(page, fixture.origin, "lead_7");
  await page.goto(at(`/proposals/${small}`));
  assert.match(await page.getByRole("region", { name: "Approval" }).innerText(),
               /billing\.small_fee[\s\S]*asked by operator_1[\s\S]*trusted_before\.late_fee_cents <= 1000: holds/);
  await picture(page, "review-policy");
  await page.goto(at(`/proposals/${large}`));
  assert.match(await page.getByRole("region", { name: "Timeline" }).innerText(), /left it to people[\s\S]*late_fee_cents <= 1000/);
  assert.match(await page.getByRole("region", { name: "Policies" }).innerText(), /✗[\s\S]*late_fee_cents <= 1000/);
  await assertUnharmed(page);
});

test("another tenant's proposal is like one that does not exist; a visitor looks and does not decide", async () => {
  const id = fixture.propose(3008, "small one");
  const stranger = await open();
  await logIn(stranger, fixture.origin, "stranger");
  await stranger.getByText("Nothing awaits a decision.").waitFor();
  const texts = [];
  for (const path of [`/proposals/${id}`, "/proposals/99999"]) {
    assert.equal((await stranger.goto(at(path))).status(), 404);
    texts.push(await stranger.content());
  }
  assert.equal(texts[0], texts[1]);
  const visitor = await open();
  await logIn(visitor, fixture.origin, "visitor");
  await visitor.goto(at(`/proposals/${id}`));
  await visitor.getByText("Deciding on this takes the role billing_reviewer").waitFor();
  assert.equal(await visitor.getByRole("button", { name: /Approve|Reject/ }).count(), 0);
});

test("pages of other sites can neither send decisions nor frame ours", async () => {
  const id = fixture.propose(4001, "globex waiver", "billing.waivers", "globex");
  const victim = await open();
  await logIn(victim, fixture.origin, "lead_8");
  await victim.goto(at(`/proposals/${id}`));
  const csrf = await victim.locator("form[action$=decision] input[name=csrf]").inputValue();
  const hash = await victim.locator("input[name=hash]").inputValue();
  // The other site even knows the token; it has another port of the same host, so that cookies are sent along.
  const evil = createServer((request, response) => {
    response.setHeader("Content-Type", "text/html");
    if (request.url === "/frame") return response.end(`<iframe src="${fixture.origin}/proposals/${id}"></iframe>`);
    response.end(`<form method="post" action="${fixture.origin}/proposals/${id}/decision">
      <input name="csrf" value="${csrf}"><input name="hash" value="${hash}"><input name="decision" value="approve">
      <input name="reason" value="forged"></form><script>document.forms[0].submit()</script>`);
  });
  await new Promise((ready) => evil.listen(0, "127.0.0.1", ready));
  try {
    for (const host of ["127.0.0.1", "localhost"]) {
      const page = await victim.context().newPage();
      const answers = [];
      page.on("response", (response) => answers.push([new URL(response.url()).pathname, response.status()]));
      await page.goto(`http://${host}:${evil.address().port}/`);
      await page.waitForURL(`${fixture.origin}/**`);
      await page.waitForLoadState();
      assert.ok(answers.some(([path, status]) => path.endsWith("/decision") && (status === 403 || status === 401)), JSON.stringify(answers));
      await page.goto(`http://${host}:${evil.address().port}/frame`);
      await page.waitForTimeout(300);
      assert.doesNotMatch((await Promise.all(page.frames().map((frame) => frame.content().catch(() => "")))).join(""), /globex waiver/);
    }
  } finally {
    evil.closeAllConnections();
    evil.close();
  }
  assert.equal(fixture.state(id), "pending_review");
  await victim.reload();
  await decide(victim, "Approve", "checked");
  await victim.getByText("Your approval is recorded.").waitFor();
});

test("everything works with scripts switched off", async () => {
  const id = fixture.propose(3006, "second try");
  const page = await open({ javaScriptEnabled: false });
  await logIn(page, fixture.origin, "lead_7");
  await page.getByRole("link", { name: /second try/ }).click();
  await decide(page, "Approve", "without scripts");
  await page.getByText("Your approval is recorded.").waitFor();
  assert.equal(fixture.state(id), "approved");
});

test("the keyboard is enough", async () => {
  const page = await open();
  await page.goto(at("/login"));
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.name);
  await press("Tab");
  assert.equal(await focused(), "Skip to the content");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, "solid", "where the focus is can be seen");
  assert.ok((await page.locator(".skip").boundingBox()).y >= 0, "the skip link shows itself when it has the focus");
  await press("Enter", "Tab");
  await page.keyboard.type("lead_7");
  await press("Tab");
  await page.keyboard.type("correct horse battery");
  await press("Enter");
  await page.waitForURL("**/proposals");
  await press("Tab", "Enter");   // past the navigation
  const seen = [];
  for (let i = 0; i < 40 && !/^Waive|^Grant/.test(await focused()); ++i) {
    await press("Tab");
    seen.push(await focused());
  }
  assert.match(await focused(), /^Waive|^Grant/, seen.join(", "));
  await press("Enter");
  await page.waitForURL(/proposals\/\d+/);
  await page.getByLabel("Reason (required)").waitFor();
  for (let i = 0; i < 40 && (await focused()) !== "reason"; ++i) await press("Tab");
  await page.keyboard.type("decided without a mouse");
  await press("Tab", "Tab");
  assert.equal(await focused(), "Reject");
  await press("Enter");
  await page.getByText("Your rejection is recorded.").waitFor();
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe-core finds nothing to object to, ${colorScheme}`, async () => {
    const page = await open({ colorScheme, reducedMotion: "reduce" });
    await page.goto(at("/login"));
    await assertAccessible(page, "login");
    await logIn(page, fixture.origin, "nobody");
    await assertAccessible(page, "login, refused");
    await logIn(page, fixture.origin, "lead_7");
    await assertAccessible(page, "inbox");
    await page.goto(at("/proposals?state=any"));
    await assertAccessible(page, "all proposals");
    await picture(page, `review-inbox-${colorScheme}`);
    const waiting = fixture.state("2") === "pending_review" ? "2" : "3";
    const paths = ["/proposals/1", `/proposals/${waiting}`, "/runs/1", "/evidence/1", "/audit", "/proposals?from=soon", "/nowhere", "/proposals?object=none"];
    // One proposal of each state.
    const found = await page.locator(".inbox tbody tr").evaluateAll((rows) =>
      Object.values(Object.fromEntries(rows.map((row) => [row.querySelector(".state").className, row.querySelector("th a").getAttribute("href")]))));
    for (const path of [...new Set([...paths, ...found])]) {
      await page.goto(at(path));
      await assertAccessible(page, path);
    }
    await page.goto(at(`/proposals/${waiting}`));
    await picture(page, `review-proposal-${colorScheme}`);
    await page.getByLabel("Reason (required)").fill(" ");
    await page.getByRole("button", { name: "Reject" }).click();
    await assertAccessible(page, "a decision without a reason");
    await page.goto(at("/audit"));
    await page.getByRole("button", { name: "Verify now" }).click();
    await page.getByText("The chain is whole.").waitFor();
    await assertAccessible(page, "audit, verified");
  });
}

test("narrow screens and large text need no scrolling to the side", async () => {
  const page = await open({ viewport: { width: 360, height: 740 } });
  await logIn(page, fixture.origin, "lead_7");
  for (const path of ["/proposals?state=any", "/proposals/1", "/runs/1", "/evidence/1"]) {
    await page.goto(at(path));
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${path} is ${overflow} px too wide`);
  }
  await page.goto(at("/proposals/1"));
  await picture(page, "review-narrow");
});

test("rebound names are not served", async () => {
  const response = await fetch(`${fixture.origin}/login`, { headers: { Host: "127.0.0.1" } });
  assert.equal(response.status, 200);
  const page = await openPage(await browser, {});
  const answer = await page.context().request.get(`${fixture.origin}/login`, { headers: { Host: "rebound.example" } });
  assert.equal(answer.status(), 403);
});
