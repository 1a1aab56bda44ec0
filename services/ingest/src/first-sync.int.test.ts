import { newId } from "@opl/service";
import { eventually } from "@opl/testkit";
import { afterAll, beforeEach, expect, describe, it } from "vitest";
import { startTestApp } from "./testing/app.ts";
import { manyTransactions } from "./testing/bank-answers.ts";

/** Longer than a test: what is read was read in the person's presence. */
const app = await startTestApp({ firstWaitSeconds: 60 });
afterAll(() => app[Symbol.asyncDispose]());
const { bank } = app;
const bff = app.clientOf("bff");
beforeEach(() => {
  bank.accounts.length = 0;
  bank.calls.length = 0;
  bank.add({}, [manyTransactions(30), manyTransactions(45).slice(30)]);
});

type Psu = Awaited<ReturnType<typeof app.connect>>["psu"];

const readOnce = async (psu: Psu, consentId: string): Promise<void> => {
  await eventually(async () => (await bff.listSyncs({ psu })).syncs.find((sync) => sync.status === "completed"));
  const rows = await app.db.selectFrom("syncs").select(["reason", "status"]).where("consentId", "=", consentId).execute();
  expect(rows).toEqual([{ reason: "first", status: "completed" }]);
  expect(bank.calls.map(({ operation, ipAddress }) => [operation, ipAddress])).toEqual([
    ["accounts", "192.0.2.7"],
    ["transactions", "192.0.2.7"],
    ["transactions", "192.0.2.7"],
  ]);
  expect((await bff.listAccounts({ psu })).accounts).toMatchObject([{ transactions: 45 }]);
};

describe("the first sync with the person present (G-19)", () => {
  it("waits for the person when the fact of the consent comes first", async () => {
    const { psu, consentId } = await app.connect();
    await eventually(async () => (await bff.listSyncs({ psu })).syncs.find((sync) => sync.status === "queued"));
    await bff.attendFirstSync({ psu, body: { consentId } });
    await bff.attendFirstSync({ psu, body: { consentId } });
    await readOnce(psu, consentId);
  });

  it("waits for the fact when the person comes first", async () => {
    const [psuId, consentId] = [newId(), newId()];
    const psu = await app.psu(psuId);
    await bff.attendFirstSync({ psu, body: { consentId } });
    await app.connect({ psuId, consentId });
    await readOnce(psu, consentId);
  });

  it("is joined by a person who comes after it began", async () => {
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const { promise: goOn, resolve: release } = Promise.withResolvers<void>();
    bank.before = async ({ operation }) => {
      if (operation !== "accounts") return;
      reach();
      await goOn;
    };
    const { psu, consentId } = await app.connect();
    await eventually(async () => (await bff.listSyncs({ psu })).syncs.find((sync) => sync.status === "queued"));
    await app.db.updateTable("syncs").set({ leasedUntil: null }).where("consentId", "=", consentId).execute();
    await reached;
    await bff.attendFirstSync({ psu, body: { consentId } });
    release();
    await eventually(async () => (await bff.listSyncs({ psu })).syncs.find((sync) => sync.status === "completed"));
    expect(bank.calls.map(({ ipAddress }) => ipAddress)).toEqual([undefined, "192.0.2.7", "192.0.2.7"]);
  });
});
