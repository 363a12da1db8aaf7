// The official TypeScript client 2.x over stdio. usage: sdk_v2_stdio.mjs BINARIES ROOT MODE
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { checkLateFee } from "./checks.mjs";
import { makeFixture } from "./fixture.mjs";

const fixture = makeFixture(process.argv[2], process.argv[3]);
// "legacy", "auto" (asks for the stateless revision first) or a revision that it insists on.
const mode = process.argv[4] === "2026-07-28" ? { pin: "2026-07-28" } : process.argv[4];
const client = new Client({ name: "oracle", version: "1" }, { versionNegotiation: { mode } });
await client.connect(
  new StdioClientTransport({
    command: fixture.runner,
    args: ["serve", "--stdio", "--bundle", fixture.bundle, "--config", fixture.config],
    env: fixture.environment,
    cwd: fixture.directory,
  }),
);
await checkLateFee(client, fixture);
await client.close();
console.log("ok");
