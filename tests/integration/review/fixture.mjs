// A scratch folder with an application database, a bundle built by the programs under test, proposals made by an agent's
// calls, and the review pages served over them.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const PASSWORD = "correct horse battery";

// Hostile text as a model could send it: markup, an attribute's end, a direction mark, an unseen character.
export const HOSTILE = `</textarea><script>window.pwned = "argument"</script>"'><img src=x onerror=alert(1)> \u202Etxet\u200B end`;

export async function makeFixture(root, binaries) {
  const folder = mkdtempSync(join(tmpdir(), "synapsor-review-"));
  cpSync(join(root, "tests/integration/review/fixture"), folder, { recursive: true });
  const run = (program, args, input = "") =>
    execFileSync(program, args, { cwd: folder, input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
  const runner = (...args) => run(join(binaries, "synapsor-runner"), args);
  run("sqlite3", ["app.db"], readFileSync(join(folder, "schema.sql")));
  run("sqlite3", ["app.db"], readFileSync(join(folder, "data.sql")));
  run(join(binaries, "sync"), ["build", "-o", "app.bundle.json"]);

  const hash = run(join(binaries, "synapsor-runner"), ["review", "--hash-password"], PASSWORD).trim();
  const reviewer = (subject, roles, tenants) => ({ subject, roles, tenants, password: hash });
  writeFileSync(
    join(folder, "reviewers.json"),
    JSON.stringify({
      reviewers: [
        reviewer("lead_7", ["billing_reviewer"], ["acme"]),
        reviewer("lead_8", ["billing_reviewer"], ["acme", "globex"]),
        reviewer("visitor", ["reader"], ["acme"]),
        reviewer("stranger", ["billing_reviewer"], ["globex"]),
      ],
    }),
  );
  chmodSync(join(folder, "reviewers.json"), 0o600);

  // The agent's call; the handle of its proposal.
  const propose = (invoice, reason, workflow = "billing.waivers", tenant = "acme") => {
    const credit = workflow === "billing.credits";
    const answer = runner(
      "invoke", credit ? "billing.grant_credit" : "billing.waive_late_fee", "--bundle", "app.bundle.json", "--workflow", workflow,
      "--session", `tenant_id=${tenant}`, "--session", "principal=support_agent_17", "--session", `current_invoice_id=${invoice}`,
      "--arg", credit ? `amount_cents=${reason}` : `reason=${reason}`, "--format", "json",
    );
    return answer.match(/wrp:\/\/(\d+)/)[1];
  };

  const server = spawn(join(binaries, "synapsor-runner"), ["review", "--http", "127.0.0.1:0", "--bundle", "app.bundle.json", "--quiet"], { cwd: folder });
  let log = "";
  server.stderr.setEncoding("utf8");
  const origin = await new Promise((resolve, reject) => {
    server.on("exit", () => reject(new Error(`the review pages did not start: ${log}`)));
    server.stderr.on("data", (text) => {
      log += text;
      const found = log.match(/http:\/\/[0-9.:]+/);
      if (found) resolve(found[0]);
    });
  });
  return {
    origin,
    runner,
    propose,
    query: (sql) => run("sqlite3", ["app.db", sql]).trim(),
    state: (id) => JSON.parse(runner("proposals", "show", id, "--format", "json")).state,
    close: async () => {
      const ended = new Promise((resolve) => server.on("exit", resolve));
      server.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
