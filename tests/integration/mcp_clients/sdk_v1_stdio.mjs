// The official TypeScript SDK 1.x (handshake revisions) over stdio. usage: sdk_v1_stdio.mjs BINARIES ROOT
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { checkLateFee } from "./checks.mjs";
import { makeFixture } from "./fixture.mjs";

const fixture = makeFixture(process.argv[2], process.argv[3]);
const client = new Client({ name: "oracle", version: "1" });
const transport = new StdioClientTransport({
  command: fixture.runner,
  args: ["serve", "--stdio", "--bundle", fixture.bundle, "--config", fixture.config],
  env: fixture.environment,
  cwd: fixture.directory,
});
await client.connect(transport);
assert.equal(client.getServerVersion().name, "synapsor-runner");
await client.ping();
await checkLateFee(client, fixture);
await client.close();
console.log("ok");
