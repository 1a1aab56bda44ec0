import { newId } from "@opl/service";
import { eventually, testDatabase, type TestDatabase } from "@opl/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { beginConsent, connect, startGateway, type TestGateway } from "../../services/bank-gateway/testing/gateway.ts";
import { type Sandbox, startSandbox } from "../../services/bank-gateway/testing/sandbox.ts";
import { redirectUri } from "../../services/bank-gateway/testing/terms.ts";
import type { RegistryContext } from "../../services/tpp-registry/src/context.ts";
import { standingRegistration } from "../../services/tpp-registry/src/db/registration-store.ts";
import { listHeld } from "../../services/tpp-registry/src/db/renewal-store.ts";
import type { TppRegistryTables } from "../../services/tpp-registry/src/db/tables.ts";
import { aDocument } from "../../services/tpp-registry/src/testing/document.ts";
import { type Advance, advanceRegistration } from "../../services/tpp-registry/src/usecases/advance-registration.ts";
import { beginPlanned } from "../../services/tpp-registry/src/usecases/begin-planned.ts";
import { readCertificateFigures } from "../../services/tpp-registry/src/usecases/read-certificate-figures.ts";
import { startRegistration } from "../../services/tpp-registry/src/usecases/start-registration.ts";

const lifeSeconds = 600;
let sandbox: Sandbox;
let gateway: TestGateway;
let db: TestDatabase<TppRegistryTables>;
let ctx: RegistryContext;
/** How far the registry's clock is ahead: rotations are driven by it, the bank and the handshakes keep real time. */
let aheadMs = 0;

beforeAll(async () => {
  sandbox = await startSandbox({ SANDBOX_CERT_LIFETIME_SECONDS: String(lifeSeconds), SANDBOX_SPARE_KEYS: "8" });
  gateway = await startGateway(sandbox);
  db = await testDatabase<TppRegistryTables>({ service: "tpp-registry" });
  ctx = {
    db: db.database.db,
    clock: { now: () => Temporal.Now.instant().add({ milliseconds: aheadMs }) },
    newId,
    bankGateway: gateway.as["tpp-registry"],
    softwareClientId: "0a1b2c3d-0000-4000-8000-000000000001",
    environmentDocument: aDocument(["op"], { publicOrigin: new URL(redirectUri).origin }),
    renewBeforeDays: 30,
  };
  await startRegistration(ctx, "op");
  expect(await runToEnd()).toEqual({ kind: "completed" });
});
afterAll(async () => {
  for (const one of [gateway, db, sandbox]) await one[Symbol.asyncDispose]();
});

async function runToEnd(): Promise<Advance> {
  for (;;) {
    const standing = await standingRegistration(ctx.db, "op");
    const advance = await advanceRegistration(ctx, standing?.registration.registrationId ?? "");
    if (advance.kind !== "step-done") return advance;
  }
}

const held = async () => {
  const [one] = await listHeld(ctx.db);
  if (one === undefined) throw new Error("not registered");
  return one;
};

/** Lets the registry's clock say that the certificate in use has a second left, and takes the renewal to its end. */
async function renew(): Promise<Advance> {
  await aSecondLater();
  expect(await beginPlanned(ctx)).toEqual([]);
  aheadMs =
    Math.floor(
      Temporal.Now.instant()
        .until((await held()).endsAt)
        .total("milliseconds"),
    ) - 1_000;
  expect(await beginPlanned(ctx)).toMatchObject([{ aspspId: "op", error: null }]);
  aheadMs = 0;
  return runToEnd();
}

/** Certificates end on whole seconds, and one that ends no later than the last brings nothing. */
async function aSecondLater(): Promise<void> {
  const issued = Math.floor(Temporal.Now.instant().epochMilliseconds / 1000);
  await eventually(() => Math.floor(Temporal.Now.instant().epochMilliseconds / 1000) > issued);
}

const read = ({ consentId, psu }: Pick<Awaited<ReturnType<typeof connect>>, "consentId" | "psu">) =>
  gateway.as.ingest.fetchAccounts({ params: { consentId }, psu });
const facts = async () => (await ctx.db.selectFrom("outbox").select("eventType").orderBy("position").execute()).map((row) => row.eventType);

describe("G-38 certificates that live minutes", () => {
  it("are rotated ten times during steady traffic without a failed call, consents of each registration included", async () => {
    const consents = [await connect(gateway)];
    const since = await sandbox.lastSeq();
    const traffic = { going: true, calls: 0, failures: [] as unknown[] };
    const steady = (async () => {
      while (traffic.going) {
        const outcomes = await Promise.allSettled([...consents.map(read), beginConsent(gateway)]);
        traffic.calls += outcomes.length;
        traffic.failures.push(...outcomes.filter(({ status }) => status === "rejected"));
      }
    })();
    const used = new Set([(await held()).registrationId]);
    try {
      for (let rotation = 1; rotation <= 10; rotation += 1) {
        expect(await renew(), `rotation ${rotation}`).toEqual({ kind: "completed" });
        used.add((await held()).registrationId);
        consents.push(await connect(gateway));
      }
    } finally {
      traffic.going = false;
      await steady;
    }
    expect(traffic.failures).toEqual([]);
    expect(traffic.calls).toBeGreaterThan(100);
    expect(used.size).toBe(11);
    const calls = await sandbox.calls({ since });
    expect(calls.filter(({ status }) => typeof status !== "number" || status >= 400)).toEqual([]);
    const servedBy = await gateway.database.database.db.selectFrom("bankConsents").select("registrationId").distinct().execute();
    expect(servedBy.map(({ registrationId }) => registrationId).toSorted()).toEqual([...used].toSorted());
    expect((await facts()).filter((type) => type === "tpp-registry.certificate-rotated")).toHaveLength(20);
  });

  it("stay where they are when the bank refuses the renewal; the alarm is raised, and the next try takes it away", async () => {
    const before = await held();
    const consent = await connect(gateway);
    await sandbox.fault("network.status", { for: { endpoint: "R1" }, options: { status: 400 } });
    expect(await renew()).toMatchObject({ kind: "failed", step: "submission" });
    await sandbox.calm();
    expect((await facts()).at(-1)).toBe("tpp-registry.registration-failed");
    const refused = async () => (await readCertificateFigures(ctx, 30)).find(({ name }) => name === "tpp_renewals_refused")?.value;
    expect(await refused()).toBe(1);
    expect((await held()).registrationId).toBe(before.registrationId);
    await expect(read(consent)).resolves.toMatchObject({ accounts: expect.anything() });
    const later = await connect(gateway);
    const row = gateway.database.database.db.selectFrom("bankConsents").select("registrationId").where("consentId", "=", later.consentId);
    expect(await row.executeTakeFirst()).toEqual({ registrationId: before.registrationId });
    expect(await renew()).toEqual({ kind: "completed" });
    expect(await refused()).toBe(0);
  });
});
