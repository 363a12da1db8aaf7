// The official conformance suite, every server scenario that concerns what this server offers, for the handshake revisions
// (0.1.x) and the stateless one (0.2.x). usage: conformance.mjs BINARIES ROOT
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFixture } from "./fixture.mjs";
import { startHttp } from "./http_server.mjs";

// Scenarios that are left out call tools, prompts or resources that only the suite's own sample server has.
const suites = [
  {
    package: "@modelcontextprotocol/conformance",
    arguments: [],
    scenarios: ["server-initialize", "ping", "tools-list", "resources-list", "dns-rebinding-protection", "server-sse-multiple-streams"],
  },
  {
    package: "conformance-stateless",
    arguments: ["--spec-version", "2026-07-28"],
    scenarios: [
      "server-stateless", "tools-list", "resources-list", "sep-2164-resource-not-found", "dns-rebinding-protection", "caching",
      "http-header-validation", "server-sse-multiple-streams",
    ],
  },
];

// Checks that cannot be passed by a server like this one, each with its reason.
const excused = {
  "sep-2575-server-rejects-undeclared-capability": "needs the sample tool test_missing_capability; no tool here asks anything of a client",
  "sep-2575-missing-capability-http-400": "the same",
  "sep-2575-http-server-no-independent-requests-on-stream": "needs the sample tool test_streaming_elicitation",
  "sep-2575-server-no-log-without-loglevel": "needs the sample tool test_logging_tool; this server sends no log messages at all",
  "sep-2549-prompts-list-caching-hints": "no prompts are offered or advertised",
};

const fixture = makeFixture(process.argv[2], process.argv[3]);
const server = await startHttp(fixture);
const failed = [];
const excusedSeen = new Set();
let passed = 0;
for (const suite of suites) {
  const program = join(import.meta.dirname, "node_modules", suite.package);
  const bin = JSON.parse(readFileSync(join(program, "package.json"), "utf8")).bin;
  for (const scenario of suite.scenarios) {
    const results = mkdtempSync(join(tmpdir(), "conformance-"));
    try {
      execFileSync(
        process.execPath,
        [join(program, Object.values(bin)[0]), "server", "--url", `${server.url}/mcp`, "--scenario", scenario, "-o", results, ...suite.arguments],
        { stdio: "ignore", timeout: 60_000 },
      );
    } catch {
      // Failures are read from the results.
    }
    const files = readdirSync(results, { recursive: true }).filter((name) => name.endsWith("checks.json"));
    assert.equal(files.length, 1, `no results for ${scenario}`);
    for (const check of JSON.parse(readFileSync(join(results, files[0]), "utf8"))) {
      if (check.status === "SUCCESS") passed += 1;
      if (check.status !== "FAILURE") continue;
      if (check.id in excused) excusedSeen.add(check.id);
      else failed.push(`${scenario}: ${check.id}: ${check.errorMessage}`);
    }
  }
}
assert.equal(await server.stop(), 0);
assert.deepEqual(failed, []);
assert.deepEqual([...excusedSeen].toSorted(), Object.keys(excused).toSorted(), "an excuse is no longer needed: remove it");
assert.ok(passed > 60, `only ${passed} checks ran`);
console.log(`ok: ${passed} checks`);
