// What every client must see of the late-fee example, whatever its SDK. `client` has listTools, callTool, readResource.
import assert from "node:assert/strict";

const forbidden = ["tenant_id", "principal", "current_invoice_id", "late_fee_cents", "row_version", "invoices"];

export async function checkLateFee(client, fixture) {
  const { tools } = await client.listTools();
  assert.equal(tools.length, 1);
  const [tool] = tools;
  assert.match(tool.name, /^[A-Za-z0-9_-]{1,64}$/);
  assert.equal(tool.title, "billing.propose_late_fee_waiver");
  assert.deepEqual(Object.keys(tool.inputSchema.properties).sort(), ["invoice_id", "reason"]);
  assert.deepEqual(tool.inputSchema.required.toSorted(), ["invoice_id", "reason"]);
  assert.equal(tool.inputSchema.additionalProperties, false);
  assert.equal(tool.annotations.destructiveHint, false);
  for (const word of forbidden) assert.ok(!JSON.stringify(tool).includes(`"${word}"`), `the tool names ${word}`);

  const call = (args) => client.callTool({ name: tool.name, arguments: args });
  const good = { invoice_id: 3001, reason: "card update failure" };

  const scoped = await call({ ...good, tenant_id: "globex" });
  assert.equal(scoped.isError, true);
  assert.match(scoped.content[0].text, /tenant_id/);
  const typed = await call({ ...good, invoice_id: "3001" });
  assert.equal(typed.isError, true);
  assert.match(typed.content[0].text, /invoice_id/);
  const long = await call({ ...good, reason: "x".repeat(4001) });
  assert.equal(long.isError, true);
  const aimed = await call({ ...good, invoice_id: 3002 });
  assert.equal(aimed.isError, true);
  assert.match(aimed.content[0].text, /^TARGET_OUTSIDE_CONTEXT/);
  await assert.rejects(client.callTool({ name: "no_such_tool", arguments: {} }));

  const proposed = await call(good);
  assert.ok(!proposed.isError, JSON.stringify(proposed));
  const handle = proposed.structuredContent.proposal.proposal_id;
  assert.match(handle, /^wrp:\/\/\d+$/);
  assert.deepEqual(JSON.parse(proposed.content[0].text), proposed.structuredContent);
  assert.equal(fixture.query("SELECT late_fee_cents FROM invoices WHERE id = 3001"), "5500");

  const again = await call(good);
  assert.equal(again.isError, true);
  assert.match(again.content[0].text, /^PROPOSAL_ALREADY_EXISTS/);

  const record = await client.readResource({ uri: handle });
  const proposal = JSON.parse(record.contents[0].text);
  assert.equal(proposal.state, "pending_review");
  const evidence = await client.readResource({ uri: proposal.evidence });
  assert.equal(JSON.parse(evidence.contents[0].text).items[0].values.late_fee_cents, 5500);
  await assert.rejects(client.readResource({ uri: "wrp://999" }));
  await assert.rejects(client.readResource({ uri: "file:///etc/passwd" }));
}
