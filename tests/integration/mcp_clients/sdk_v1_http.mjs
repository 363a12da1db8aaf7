// The official TypeScript SDK 1.x over Streamable HTTP. usage: sdk_v1_http.mjs BINARIES ROOT
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { checkLateFee } from "./checks.mjs";
import { makeFixture } from "./fixture.mjs";
import { startHttp } from "./http_server.mjs";

const fixture = makeFixture(process.argv[2], process.argv[3]);
const server = await startHttp(fixture);
const client = new Client({ name: "oracle", version: "1" });
await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
await checkLateFee(client, fixture);
const progress = [];
await client.callTool({ name: "billing__propose_late_fee_waiver", arguments: {} }, undefined, {
  onprogress: (note) => progress.push(note.progress),
});
assert.deepEqual(progress, [0, 1]);
await client.close();
assert.equal(await server.stop(), 0);
console.log("ok");
