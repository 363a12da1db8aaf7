// The official TypeScript client 2.x over Streamable HTTP. usage: sdk_v2_http.mjs BINARIES ROOT MODE
import assert from "node:assert/strict";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { checkLateFee } from "./checks.mjs";
import { makeFixture } from "./fixture.mjs";
import { startHttp } from "./http_server.mjs";

const fixture = makeFixture(process.argv[2], process.argv[3]);
const server = await startHttp(fixture);
const mode = process.argv[4] === "2026-07-28" ? { pin: "2026-07-28" } : process.argv[4];
const client = new Client({ name: "oracle", version: "1" }, { versionNegotiation: { mode } });
await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
await checkLateFee(client, fixture);
await client.close();
assert.equal(await server.stop(), 0);
console.log("ok");
