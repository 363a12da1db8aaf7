// The inspector's command-line mode, over stdio and HTTP. usage: inspector.mjs BINARIES ROOT
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { makeFixture } from "./fixture.mjs";
import { startHttp } from "./http_server.mjs";

const fixture = makeFixture(process.argv[2], process.argv[3]);
const inspect = (...args) =>
  JSON.parse(
    execFileSync(process.execPath, ["node_modules/.bin/mcp-inspector", "--cli", ...args], {
      cwd: import.meta.dirname,
      encoding: "utf8",
      env: { ...process.env, ...fixture.environment },
    }),
  );
const session = Object.entries(fixture.environment)
  .filter(([name]) => name.startsWith("SYNAPSOR_"))
  .flatMap(([name, value]) => ["-e", `${name}=${value}`]);
// Options of the server that the inspector has, too, would be taken for its own.
const stdio = [...session, "--cwd", fixture.directory, fixture.runner, "serve", "--stdio", "--bundle", fixture.bundle];
const tool = "billing__propose_late_fee_waiver";
assert.equal(inspect(...stdio, "--method", "tools/list").tools[0].name, tool);

const server = await startHttp(fixture);
const http = [`${server.url}/mcp`, "--transport", "http"];
assert.equal(inspect(...http, "--method", "tools/list").tools[0].name, tool);
const called = inspect(...http, "--method", "tools/call", "--tool-name", tool, "--tool-arg", "invoice_id=3001", "reason=goodwill");
assert.match(called.structuredContent.proposal.proposal_id, /^wrp:/);
assert.equal(await server.stop(), 0);
console.log("ok");
