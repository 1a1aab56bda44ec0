import { newId } from "@opl/service";
import { eventually, testDatabase, type TestDatabase } from "@opl/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGateway, type TestGateway } from "../../services/bank-gateway/testing/gateway.ts";
import { subject } from "../../services/bank-gateway/testing/own-certificates.ts";
import { type Sandbox, startSandbox } from "../../services/bank-gateway/testing/sandbox.ts";
import type { RegistryContext } from "../../services/tpp-registry/src/context.ts";
import { listDue, listRegistrations } from "../../services/tpp-registry/src/db/registration-store.ts";
import { listHeld } from "../../services/tpp-registry/src/db/renewal-store.ts";
import type { TppRegistryTables } from "../../services/tpp-registry/src/db/tables.ts";
import { aDocument } from "../../services/tpp-registry/src/testing/document.ts";
import { advanceRegistration } from "../../services/tpp-registry/src/usecases/advance-registration.ts";
import { beginPlanned } from "../../services/tpp-registry/src/usecases/begin-planned.ts";
import { readCertificateFigures } from "../../services/tpp-registry/src/usecases/read-certificate-figures.ts";
import { refreshDirectory } from "../../services/tpp-registry/src/usecases/refresh-directory.ts";
import { refreshOwnCertificates } from "../../services/tpp-registry/src/usecases/refresh-own-certificates.ts";
import { renewOwnCertificates } from "../../services/tpp-registry/src/usecases/renew-own-certificates.ts";

/** Long enough for a rotation on a busy machine, short enough to see certificates end. */
const lifeSeconds = 60;
const options = { renewBeforeDays: 30, keepDays: 30 };
const uk = "uk-sandbox";
const berlinGroup = "berlin-group-sandbox";
const banks = [berlinGroup, uk];
let sandbox: Sandbox;
let gateway: TestGateway;
let db: TestDatabase<TppRegistryTables>;
let ctx: RegistryContext;
/** How far the registry's clock is ahead: rotations are driven by it; banks, provider and handshakes keep real time. */
let aheadMs = 0;

beforeAll(async () => {
  sandbox = await startSandbox({ SANDBOX_CERT_LIFETIME_SECONDS: String(lifeSeconds) });
  gateway = await startGateway(sandbox, { everyBank: true });
  db = await testDatabase<TppRegistryTables>({ service: "tpp-registry" });
  ctx = {
    db: db.database.db,
    clock: { now: () => Temporal.Now.instant().add({ milliseconds: aheadMs }) },
    newId,
    bankGateway: gateway.as["tpp-registry"],
    softwareClientId: "0a1b2c3d-0000-4000-8000-000000000001",
    environmentDocument: aDocument(banks),
    renewBeforeDays: options.renewBeforeDays,
  };
  await refreshDirectory(ctx);
  await ctx.bankGateway.requestCertificate({ body: { purpose: "qwac", keyType: "ec", subject } });
  // The UK bank wants PS256.
  await ctx.bankGateway.requestCertificate({ body: { purpose: "qsealc", keyType: "rsa", subject } });
  await refreshOwnCertificates(ctx);
  await beginPlanned(ctx);
  await runDue();
  expect((await held()).map(({ aspspId }) => aspspId)).toEqual(banks);
});
afterAll(async () => {
  for (const one of [gateway, db, sandbox]) await one?.[Symbol.asyncDispose]();
});

const held = () => listHeld(ctx.db);
const serving = async () => new Map((await held()).map(({ aspspId, registrationId }) => [aspspId, registrationId]));
const refused = async () =>
  new Map(
    (await readCertificateFigures(ctx, 30))
      .filter(({ name }) => name === "tpp_renewals_refused")
      .map(({ attributes, value }) => [attributes["aspsp_id"], value]),
  );

/** Takes every registration that is under way as far as it goes. */
async function runDue(): Promise<void> {
  for (let due = await listDue(ctx.db, ctx.clock.now()); due.length > 0; due = await listDue(ctx.db, ctx.clock.now())) {
    for (const registrationId of due) while ((await advanceRegistration(ctx, registrationId)).kind === "step-done");
  }
}

/** Lets the registry's clock say that our newest certificates have a second left: the next ones are obtained, and the banks are to change. */
async function rotate(): Promise<void> {
  // Certificates end on whole seconds, and one that ends no later than the last brings nothing.
  const issued = Math.floor(Temporal.Now.instant().epochMilliseconds / 1000);
  await eventually(() => Math.floor(Temporal.Now.instant().epochMilliseconds / 1000) > issued);
  const ends = Math.max(...(await held()).map(({ endsAt }) => endsAt.epochMilliseconds));
  aheadMs = Math.floor(ends - Temporal.Now.instant().epochMilliseconds) - 1_000;
  const turns = await renewOwnCertificates(ctx, options);
  expect(turns.filter(({ did }) => did === "asked-for-next").map(({ error }) => error)).toEqual([null, null]);
  await refreshOwnCertificates(ctx);
  aheadMs += 1_000;
  await beginPlanned(ctx);
  aheadMs = 0;
  // As when it was begun in real time: it is due; so is a step that a busy machine had to try again.
  for (let turn = 0; turn < 10 && (await makeRunningDue()) > 0; turn += 1) await runDue();
}

async function makeRunningDue(): Promise<number> {
  const due = await ctx.db
    .updateTable("registrations")
    .set({ nextTryAt: ctx.clock.now() })
    .where("status", "=", "running")
    .returning("registrationId")
    .execute();
  return due.length;
}

/** One call as any work at the bank makes it: under the registration that serves now, with the certificate it has. */
async function call(aspspId: string): Promise<void> {
  const bank = await gateway.app.context.banks.active(aspspId);
  if (aspspId === uk) {
    await bank.tokens.clientCredentials("accounts");
    return;
  }
  const ask = await bank.clientCalls();
  const url = new URL(`${sandbox.endpoints.berlinGroup.baseUrl}/consents/${newId()}`);
  // A consent that nobody made: that it is not known proves that we were let in.
  const word = await ask({ operation: "test.read", method: "GET", url, headers: { "x-request-id": newId() } }).then(
    () => "found",
    (error: { details?: { reason?: unknown } }) => error.details?.reason,
  );
  if (word !== "CONSENT_UNKNOWN") throw new Error(`The bank did not let us in: ${String(word)}.`);
}

/** Steady calls to both banks; each must be let in. */
function startTraffic() {
  const traffic = { going: true, calls: 0, failures: [] as unknown[] };
  const steady = (async () => {
    while (traffic.going) {
      const outcomes = await Promise.allSettled(banks.map(call));
      traffic.calls += outcomes.length;
      for (const outcome of outcomes) if (outcome.status === "rejected") traffic.failures.push(outcome.reason);
    }
  })();
  return {
    /** What was seen until then. */
    async stop() {
      traffic.going = false;
      await steady;
      return traffic;
    },
  };
}

describe("G-38, OA-72 certificates of our own that live a minute, at a UK and a Berlin Group bank", { timeout: 300_000 }, () => {
  it("are rotated ten times during steady calls without a refused one, and the old ones end under traffic without anybody noticing", async () => {
    const first = await serving();
    const [oldest] = await held();
    const since = await sandbox.lastSeq();
    const traffic = startTraffic();
    const used = new Map(banks.map((bank) => [bank, new Set([first.get(bank)])]));
    let rotations = 0;
    let seen;
    try {
      while (rotations < 10) {
        await rotate();
        rotations += 1;
        for (const [bank, registrationId] of await serving()) used.get(bank)?.add(registrationId);
      }
      // The calls go on until the first certificates have really ended.
      await eventually(() => Temporal.Instant.compare(Temporal.Now.instant(), oldest!.endsAt.add({ seconds: 2 })) > 0, { timeoutMs: 120_000 });
      await rotate();
      rotations += 1;
      for (const [bank, registrationId] of await serving()) used.get(bank)?.add(registrationId);
    } finally {
      seen = await traffic.stop();
    }
    expect(seen.failures).toEqual([]);
    expect(seen.calls).toBeGreaterThan(50);
    for (const bank of banks) expect(used.get(bank)?.size, bank).toBe(rotations + 1);
    // The Berlin Group bank is asked for a consent that is not there, and gets to know each new QWAC by a call that it refuses: the step
    // that proves the successor bears that, before anything else is sent with it.
    const known = new Set<unknown>();
    const refusals = (await sandbox.calls({ since })).filter(({ endpoint, status, qwac }) => {
      const firstOfIts = endpoint === "B2" && status === 401 && !known.has(qwac);
      if (endpoint === "B2") known.add(qwac);
      return !firstOfIts && (typeof status !== "number" || ![200, 201, 204, 403, 404].includes(status));
    });
    expect(refusals).toEqual([]);
    await renewOwnCertificates(ctx, options);
    const { certificates } = await ctx.bankGateway.listOwnCertificates();
    expect(certificates.filter(({ status }) => status === "ready")).toHaveLength(2);
    expect(certificates.filter(({ status }) => status === "retired")).toHaveLength(2 * rotations);
    expect((await listRegistrations(ctx.db)).filter(({ registration }) => registration.status !== "completed")).toEqual([]);
  });

  it("a bank that refuses the next ones goes on with the old ones, and an alarm says so, while the other one changes", async () => {
    await rotate();
    const before = await serving();
    const traffic = startTraffic();
    await sandbox.fault("network.status", { for: { endpoint: "U3" }, options: { status: 400 } });
    try {
      await rotate();
    } finally {
      await sandbox.calm();
    }
    const after = await serving();
    expect(after.get(uk)).toBe(before.get(uk));
    expect(after.get(berlinGroup)).not.toBe(before.get(berlinGroup));
    expect(await refused()).toEqual(
      new Map([
        [berlinGroup, 0],
        [uk, 1],
      ]),
    );
    expect((await traffic.stop()).failures).toEqual([]);
    await renewOwnCertificates(ctx, options);
    const { certificates } = await ctx.bankGateway.listOwnCertificates();
    expect(certificates.filter(({ status }) => status === "ready")).toHaveLength(4);
  });
});
