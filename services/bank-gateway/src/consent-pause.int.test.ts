import { publish, startRelay } from "@opl/messaging";
import { eventually, fixedClock, silentLogger } from "@opl/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect, readAll, register, startGateway } from "../testing/gateway.ts";
import type { TestGateway } from "../testing/gateway.ts";
import { startSandbox } from "../testing/sandbox.ts";
import type { Sandbox } from "../testing/sandbox.ts";
import { moveReconfirmation } from "./db/consent-store.ts";
import { refreshLapsing } from "./usecases/refresh-lapsing.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
beforeAll(async () => {
  sandbox = await startSandbox();
  gateway = await startGateway(sandbox);
  await register(gateway);
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const db = () => gateway.database.database.db;
const facts = async (consentId: string, type: string) =>
  (await db().selectFrom("outbox").select("eventType").where("aggregateId", "=", consentId).where("eventType", "=", type).execute()).length;
const read = (consentId: string, psu?: Awaited<ReturnType<typeof connect>>["psu"]) => gateway.as.ingest.fetchAccounts({ params: { consentId }, psu });
const nothingLeaves = async (run: () => Promise<unknown>) => {
  const since = await sandbox.lastSeq();
  await run();
  expect(await sandbox.calls({ since })).toEqual([]);
};
/** Tokens that nobody has used for long, which the refresh ahead of time would renew. */
const neglect = (consentId: string) => db().updateTable("tokenSets").set({ refreshedAt: "2026-01-01T00:00:00Z" }).where("consentId", "=", consentId).execute();
const refresh = () => refreshLapsing(gateway.app.context, new AbortController().signal);

describe("the bank wants to see the person again", () => {
  it("a read says so and tells it once; from then on nothing is asked of the bank, and the tokens stay", async () => {
    const { consentId, psu, aspspConsentId } = await connect(gateway);
    await sandbox.fault("consent.require-sca", { for: { authorizationId: aspspConsentId } });
    await expect(read(consentId, psu)).rejects.toMatchObject({ code: "ERR_ASPSP_SCA_REQUIRED", kind: "rejected" });
    await neglect(consentId);
    await nothingLeaves(async () => {
      await expect(read(consentId, psu)).rejects.toMatchObject({ code: "ERR_ASPSP_SCA_REQUIRED" });
      await expect(read(consentId)).rejects.toMatchObject({ code: "ERR_ASPSP_SCA_REQUIRED" });
      await refresh();
    });
    expect(await facts(consentId, "bank-gateway.aspsp-sca-required")).toBe(1);
    expect(await facts(consentId, "bank-gateway.aspsp-consent-lost")).toBe(0);
    expect(await db().selectFrom("tokenSets").select("consentId").where("consentId", "=", consentId).execute()).toHaveLength(1);
  });

  it("in the middle of a reading as well, and a new consent is read at once", async () => {
    const { consentId, psu, aspspConsentId } = await connect(gateway);
    const resourceId = (await read(consentId, psu)).accounts.find(({ account }) => account.kind !== "card")?.account.resourceId ?? "";
    await sandbox.fault("consent.require-sca", { for: { authorizationId: aspspConsentId } });
    await expect(readAll(gateway, consentId, resourceId, psu)).rejects.toMatchObject({ code: "ERR_ASPSP_SCA_REQUIRED" });
    const renewed = await connect(gateway, { psuId: psu.psuId });
    expect((await read(renewed.consentId, renewed.psu)).accounts.length).toBeGreaterThan(0);
  });

  it("the person can still withdraw, and the bank is told", async () => {
    const { consentId, psu, aspspConsentId } = await connect(gateway);
    await sandbox.fault("consent.require-sca", { for: { authorizationId: aspspConsentId } });
    await expect(read(consentId, psu)).rejects.toMatchObject({ code: "ERR_ASPSP_SCA_REQUIRED" });
    await expect(gateway.as.consent.revokeAspspConsent({ params: { consentId }, psu, body: { aspspId: "op" } })).resolves.toEqual({
      tokensForgotten: true,
      aspspTold: true,
    });
  });
});

describe("the person has to confirm", () => {
  it("what nobody confirmed in time asks nothing of the bank, by our own clock and without being told; confirmed, it reads on", async () => {
    const { consentId, psu } = await connect(gateway);
    const now = Temporal.Now.instant();
    await db().updateTable("bankConsents").set({ reconfirmBy: now }).where("consentId", "=", consentId).execute();
    await neglect(consentId);
    await nothingLeaves(async () => {
      await expect(read(consentId, psu)).rejects.toMatchObject({ code: "ERR_BANK_CONSENT_PAUSED" });
      await expect(read(consentId)).rejects.toMatchObject({ code: "ERR_BANK_CONSENT_PAUSED" });
      await refresh();
    });
    const relay = startRelay({ database: gateway.database.database, messaging: gateway.messaging, owner: "consent", logger: silentLogger() });
    const reconfirmBy = now.add({ hours: 90 * 24 });
    const confirmed = (by: Temporal.Instant | null) =>
      db()
        .transaction()
        .execute((tx) =>
          publish(tx, {
            type: "consent.reconfirmed",
            subject: consentId,
            psuId: psu.psuId,
            data: { consentId, psuId: psu.psuId, aspspId: "op", reconfirmedAt: now.toString(), reconfirmBy: by?.toString() ?? null },
          }),
        );
    const due = async () =>
      (await db().selectFrom("bankConsents").select("reconfirmBy").where("consentId", "=", consentId).executeTakeFirstOrThrow()).reconfirmBy;
    await confirmed(reconfirmBy);
    await eventually(async () => (await due())?.epochMilliseconds === reconfirmBy.epochMilliseconds);
    await expect(read(consentId, psu)).resolves.toMatchObject({ accounts: expect.anything() });
    // An older one that is heard of late takes nothing back; the last one before the consent ends lifts it for good.
    await moveReconfirmation(db(), { psuId: psu.psuId, consentId }, now);
    expect((await due())?.epochMilliseconds).toBe(reconfirmBy.epochMilliseconds);
    await confirmed(null);
    await eventually(async () => (await due()) === null);
    await relay[Symbol.asyncDispose]();
  });

  it("begins with the yes at the bank, as the bank's profile says", async () => {
    const [adapter] = gateway.app.context.banks.adapters;
    if (adapter === undefined) throw new Error("no bank");
    const clock = fixedClock(Temporal.Now.instant().round("millisecond").toString());
    const asking = { ...adapter, profile: { ...adapter.profile, reconfirmDays: 30 } };
    await using other = await gateway.replica({ adapters: [asking], clock });
    const { aspsps } = await other.as.consent.listAspsps({});
    expect(aspsps).toMatchObject([{ aspspId: "op", reconfirmDays: 30 }]);
    const { consentId, granted } = await connect({ ...gateway, as: other.as });
    const row = await db().selectFrom("bankConsents").select("reconfirmBy").where("consentId", "=", consentId).executeTakeFirstOrThrow();
    expect(row.reconfirmBy?.toString()).toBe(
      Temporal.Instant.from(granted.authorisedAt)
        .add({ hours: 30 * 24 })
        .toString(),
    );
  });
});
