// A scratch copy of the late-fee example with a bundle built by the programs under test, and the environment of a session.
import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function makeFixture(binaries, root) {
  const directory = mkdtempSync(join(tmpdir(), "synapsor-mcp-"));
  const example = join(root, "examples", "late_fee_waiver");
  for (const name of ["agent.ddl.sql", "schema.sql", "data.sql", "synapsor.json"]) {
    cpSync(join(example, name), join(directory, name));
  }
  const run = (program, args, input) =>
    execFileSync(program, args, { cwd: directory, input, encoding: "utf8", stdio: ["pipe", "pipe", "inherit"] });
  run("sqlite3", ["app.db"], readFileSync(join(directory, "schema.sql")));
  run("sqlite3", ["app.db"], readFileSync(join(directory, "data.sql")));
  run(join(binaries, "sync"), ["build", "-o", "app.bundle.json"]);
  return {
    directory,
    runner: join(binaries, "synapsor-runner"),
    bundle: join(directory, "app.bundle.json"),
    config: join(directory, "synapsor.json"),
    query: (sql) => run("sqlite3", ["app.db", sql]).trim(),
    environment: {
      PATH: process.env.PATH,
      SYNAPSOR_SESSION_TENANT_ID: "acme",
      SYNAPSOR_SESSION_PRINCIPAL: "support_agent_17",
      SYNAPSOR_SESSION_CURRENT_INVOICE_ID: "3001",
    },
  };
}
