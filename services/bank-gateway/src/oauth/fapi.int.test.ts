import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { visitBank } from "../../testing/browser.ts";
import { beginConsent, exchange, startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { requestPair } from "../../testing/own-certificates.ts";
import { saga } from "../../testing/saga.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
const person = { psuId: "88888881" };

beforeAll(async () => {
  sandbox = await startSandbox();
  gateway = await startGateway(sandbox, { everyBank: true });
  await requestPair(gateway);
});
afterEach(async (t) => {
  if (process.env["DBG"] && t.task.result?.errors?.length) {
    console.log(JSON.stringify(t.task.result.errors.map((e: any) => e.details ?? e.message)));
    console.log(JSON.stringify((await sandbox.calls({})).slice(-6), null, 0));
    console.log(JSON.stringify(await gateway.database.database.db.selectFrom("authorizationServers").selectAll().execute()));
  }
  await sandbox.calm();
});
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

describe.each(["fapi1-sandbox", "fapi2-sandbox"])("%s", (aspspId) => {
  it("registers, sends the person there, exchanges and reads", async () => {
    await saga(gateway, aspspId).whole();
    const begun = await beginConsent(gateway, { aspspId });
    expect([...new URL(begun.redirectUrl).searchParams.keys()].toSorted()).toEqual(["client_id", "request_uri"]);
    const returned = await visitBank(begun.redirectUrl, person);
    await expect(exchange(gateway, begun, returned)).resolves.toMatchObject({ scope: expect.arrayContaining(["accounts"]) });
    const { accounts } = await gateway.as.ingest.fetchAccounts({ params: { consentId: begun.consentId } });
    expect(accounts.length).toBeGreaterThan(0);
  });
});
