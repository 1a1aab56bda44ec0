import { OplError } from "@opl/errors";
import { fixedClock, sequentialIds, type TestDatabase, testDatabase } from "@opl/testkit";
import { sql } from "kysely";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { RegistryContext } from "../context.ts";
import { getRegistration, listDue, listRegistrations } from "../db/registration-store.ts";
import type { TppRegistryTables } from "../db/tables.ts";
import { stepsOf } from "../domain/registration.ts";
import { aDocument } from "../testing/document.ts";
import { lost, type StandInGateway, standInGateway } from "../testing/gateway.ts";
import { type Advance, advanceRegistration } from "./advance-registration.ts";
import { beginAt, beginPlanned } from "./begin-planned.ts";
import { readCertificateFigures } from "./read-certificate-figures.ts";
import { endRegistrations } from "./end-registration.ts";
import { refreshDirectory } from "./refresh-directory.ts";
import { startRegistration } from "./start-registration.ts";
import { warnOfExpiry } from "./warn-of-expiry.ts";

const start = "2026-11-22T10:00:00Z";
const opened: TestDatabase<TppRegistryTables>[] = [];
let ctx: RegistryContext;
let bank: StandInGateway;
let clock: ReturnType<typeof fixedClock>;

beforeEach(async () => {
  const db = await testDatabase<TppRegistryTables>({ service: "tpp-registry" });
  opened.push(db);
  clock = fixedClock(start);
  bank = standInGateway(() => clock.now().add({ hours: 1 }).toString());
  ctx = {
    db: db.database.db,
    clock,
    newId: sequentialIds(),
    bankGateway: bank.gateway,
    softwareClientId: "0a1b2c3d-0000-4000-8000-000000000001",
    environmentDocument: aDocument(["bank-a"]),
    renewBeforeDays: 30,
  };
});
afterAll(() => Promise.all(opened.map((db) => db[Symbol.asyncDispose]())));

async function run(registrationId: string): Promise<Advance> {
  for (let turn = 0; turn < 20; turn += 1) {
    const advance = await advanceRegistration(ctx, registrationId);
    if (advance.kind !== "step-done") return advance;
  }
  throw new Error("does not end");
}

/** Beside those that tell of the directory. */
const facts = async (): Promise<string[]> =>
  (await ctx.db.selectFrom("outbox").select("eventType").where("eventType", "!=", "tpp-registry.aspsp-changed").orderBy("position").execute()).map(
    (row) => row.eventType,
  );
const operations = [
  "issueCertificates",
  "buildSoftwareStatement",
  "buildRegistrationRequest",
  "submitRegistration",
  "validateRegistration",
  "activateRegistration",
] as const;

describe("the registration saga", () => {
  it("goes through every step once, keeps each artefact, and says so", async () => {
    const { registration } = await startRegistration(ctx, "bank-a");
    expect(await run(registration.registrationId)).toEqual({ kind: "completed" });
    const done = await getRegistration(ctx.db, registration.registrationId);
    expect(done?.registration.status).toBe("completed");
    expect(done?.finished.map((entry) => entry.step).toSorted()).toEqual(stepsOf("op").toSorted());
    for (const operation of operations) expect(bank.done.get(operation), operation).toBe(1);
    expect(await facts()).toEqual(["tpp-registry.certificate-issued", "tpp-registry.certificate-issued", "tpp-registry.registration-completed"]);
    expect(await run(registration.registrationId)).toEqual({ kind: "nothing" });
  });

  it("is not begun twice at one bank, also not by two at once", async () => {
    const started = await Promise.all(Array.from({ length: 8 }, () => startRegistration(ctx, "bank-a")));
    expect(new Set(started.map((one) => one.registration.registrationId)).size).toBe(1);
    await run(started[0]?.registration.registrationId ?? "");
    expect((await startRegistration(ctx, "bank-a")).registration.status).toBe("completed");
    expect(await listRegistrations(ctx.db)).toHaveLength(1);
  });

  it.each(
    operations.flatMap(
      (operation) =>
        [
          [operation, "before"],
          [operation, "after"],
        ] as const,
    ),
  )("%s lost %s the bank did it: tried again after a pause, done once", async (operation, when) => {
    const { registration } = await startRegistration(ctx, "bank-a");
    bank.fail(operation, when);
    expect(await run(registration.registrationId)).toMatchObject({ kind: "postponed" });
    expect(await listDue(ctx.db, clock.now())).toEqual([]);
    clock.advance({ seconds: 5 });
    expect(await listDue(ctx.db, clock.now())).toEqual([registration.registrationId]);
    expect(await run(registration.registrationId)).toEqual({ kind: "completed" });
    const idempotent = operation !== "buildSoftwareStatement" && operation !== "buildRegistrationRequest";
    if (idempotent) expect(bank.done.get(operation)).toBe(1);
    expect(bank.done.get("submitRegistration")).toBe(1);
    expect((await facts()).filter((type) => type === "tpp-registry.registration-completed")).toHaveLength(1);
    expect((await facts()).filter((type) => type === "tpp-registry.certificate-issued")).toHaveLength(2);
  });

  it("two processes at the same step record it once", async () => {
    const { registration } = await startRegistration(ctx, "bank-a");
    for (;;) {
      const both = await Promise.all([advanceRegistration(ctx, registration.registrationId), advanceRegistration(ctx, registration.registrationId)]);
      expect(both.filter((advance) => advance.kind === "step-done" || advance.kind === "completed").length).toBeLessThanOrEqual(2);
      if (
        both.some((advance) => advance.kind === "completed" || advance.kind === "nothing") &&
        (await getRegistration(ctx.db, registration.registrationId))?.registration.status === "completed"
      )
        break;
    }
    expect(bank.done.get("submitRegistration")).toBe(1);
    expect(await facts()).toEqual(["tpp-registry.certificate-issued", "tpp-registry.certificate-issued", "tpp-registry.registration-completed"]);
  });

  it("builds a statement anew that ran out while the bank was away, and does not submit the old one", async () => {
    const { registration } = await startRegistration(ctx, "bank-a");
    bank.fail("submitRegistration", "before");
    expect(await run(registration.registrationId)).toMatchObject({ kind: "postponed", step: "submission" });
    clock.advance({ hours: 2 });
    expect(await run(registration.registrationId)).toEqual({ kind: "completed" });
    expect(bank.done.get("buildSoftwareStatement")).toBe(2);
    expect(bank.done.get("buildRegistrationRequest")).toBe(2);
    expect(bank.done.get("submitRegistration")).toBe(1);
  });

  it("ends with the bank's reason when it says no, and a new one may follow", async () => {
    const { registration } = await startRegistration(ctx, "bank-a");
    bank.fail("submitRegistration", "after", new OplError({ code: "ERR_ASPSP_REJECTED", kind: "rejected", message: "The bank refused the registration." }));
    expect(await run(registration.registrationId)).toMatchObject({ kind: "failed", step: "submission" });
    const failed = await getRegistration(ctx.db, registration.registrationId);
    expect(failed?.registration).toMatchObject({ status: "failed", errorCode: "ERR_ASPSP_REJECTED" });
    expect((await facts()).at(-1)).toBe("tpp-registry.registration-failed");
    const alarm = async () => (await readCertificateFigures(ctx, 30)).filter(({ name }) => name === "tpp_registration_failed");
    expect(await alarm()).toEqual([{ name: "tpp_registration_failed", attributes: { aspsp_id: "bank-a" }, value: 1 }]);
    expect((await startRegistration(ctx, "bank-a")).registration.registrationId).not.toBe(registration.registrationId);
    expect(await alarm()).toEqual([]);
  });

  it("one that the gateway never heard of is ended without it", async () => {
    const { registration } = await startRegistration(ctx, "bank-a");
    bank.fail("issueCertificates", "before");
    expect(await run(registration.registrationId)).toMatchObject({ kind: "postponed" });
    expect(await endRegistrations(ctx, "bank-a", { stuck: false })).toEqual([]);
    expect(await facts()).toEqual(["tpp-registry.registration-ended"]);
  });

  it("one at a bank that is taken from the gateway ends with us, and that the bank was not told is said", async () => {
    const { registration } = await startRegistration(ctx, "bank-a");
    await run(registration.registrationId);
    bank.aspsps.splice(0);
    expect(await endRegistrations(ctx, "bank-a", { stuck: false })).toEqual([registration.registrationId]);
    expect((await getRegistration(ctx.db, registration.registrationId))?.registration.status).toBe("ended");
  });

  it("one that the bank does not answer for goes on until it does", async () => {
    const { registration } = await startRegistration(ctx, "bank-a");
    await run(registration.registrationId);
    bank.fail("endRegistration", "before");
    await expect(endRegistrations(ctx, "bank-a", { stuck: false })).rejects.toBe(lost);
    expect((await getRegistration(ctx.db, registration.registrationId))?.registration.status).toBe("completed");
  });

  it("is not begun by a plan that has become stale", async () => {
    await refreshDirectory(ctx);
    expect(await beginAt(ctx, "bank-a")).toEqual({ untold: [] });
    expect(await beginAt(ctx, "bank-a")).toBeNull();
    const [running] = await listRegistrations(ctx.db);
    await run(running?.registration.registrationId ?? "");
    expect(await beginAt(ctx, "bank-a")).toBeNull();
    expect(await listRegistrations(ctx.db)).toHaveLength(1);
  });

  it("refuses a bank that is not there or takes no registrations", async () => {
    await expect(startRegistration(ctx, "nobody")).rejects.toMatchObject({ code: "ERR_REGISTRATION_ASPSP_UNKNOWN" });
    await expect(startRegistration(ctx, "bank-b")).rejects.toMatchObject({ code: "ERR_REGISTRATION_NOT_OFFERED" });
  });
});

describe("G-38 certificates that end", () => {
  it("a bank that gives the same ones again is asked at growing pauses, and that is an alarm", async () => {
    await refreshDirectory(ctx);
    await beginAt(ctx, "bank-a");
    const begun = async () => {
      await beginPlanned(ctx);
      for (const registrationId of await listDue(ctx.db, clock.now())) await run(registrationId);
      return (await listRegistrations(ctx.db)).length;
    };
    expect(await begun()).toBe(1);
    clock.set("2031-11-22T10:00:00Z");
    const counts: number[] = [];
    for (let hour = 0; hour < 30; hour += 1) {
      counts.push(await begun());
      clock.advance({ hours: 1 });
    }
    // At 0, 1, 3, 7 and 15 hours, and not before the 31st.
    expect(counts.flatMap((count, hour) => (count > (counts[hour - 1] ?? 1) ? [hour] : []))).toEqual([0, 1, 3, 7, 15]);
    const refused = (await readCertificateFigures(ctx, 30)).find(({ name }) => name === "tpp_renewals_refused");
    expect(refused?.value).toBe(5);
  });

  it("are told of however many there are that have been told of, or that no bank uses any more", async () => {
    const { registration } = await startRegistration(ctx, "bank-a");
    await run(registration.registrationId);
    const now = Temporal.Instant.from("2031-11-21T10:00:00Z");
    await sql`
      insert into certificates
      select gen_random_uuid(), registration_id, aspsp_id, purpose, kid, algorithm, subject, organization_identifier, roles, not_before,
        ${now.subtract({ hours: 1 }).toString()}::timestamptz, thumbprint || number, chain_pem, in_use, 1
      from certificates cross join generate_series(1, 100) as number`.execute(ctx.db);
    expect(await warnOfExpiry({ ...ctx, clock: { now: () => now } })).toBe(2);
    clock.advance({ hours: 1 });
    const successor = await startRegistration(ctx, "bank-a", { renew: true });
    await run(successor.registration.registrationId);
    await sql`update certificates set warned_at_days = null`.execute(ctx.db);
    expect(await warnOfExpiry({ ...ctx, clock: { now: () => now } })).toBe(2);
  });

  it("are told at 30, 7 and 1 days, once each", async () => {
    const { registration } = await startRegistration(ctx, "bank-a");
    await run(registration.registrationId);
    const end = Temporal.Instant.from("2031-11-22T10:00:00Z");
    for (const [days, told] of [
      [31, 0],
      [30, 2],
      [29, 0],
      [7, 2],
      [3, 0],
      [1, 2],
      [0, 0],
    ] as const) {
      const now = end.subtract({ hours: days * 24 });
      expect(await warnOfExpiry({ ...ctx, clock: { now: () => now } }), `${days} days`).toBe(told);
    }
  });
});

describe("G-38 renewal", () => {
  const end = Temporal.Instant.from("2031-11-22T10:00:00Z");
  const refusal = new OplError({ code: "ERR_ASPSP_REJECTED", kind: "rejected", message: "The bank refused the registration." });
  const registered = async (): Promise<string> => {
    const { registration } = await startRegistration(ctx, "bank-a");
    await run(registration.registrationId);
    return registration.registrationId;
  };
  const refused = async () => (await readCertificateFigures(ctx, 30)).find(({ name }) => name === "tpp_renewals_refused")?.value;
  const at = (instant: Temporal.Instant) => ({ ...ctx, clock: { now: () => instant } });
  const begun = async (here: RegistryContext) => (await beginPlanned(here)).map(({ aspspId }) => aspspId);

  it("begins by itself 30 days before the end, once, by however many processes", async () => {
    const old = await registered();
    expect(await begun(at(end.subtract({ hours: 31 * 24 })))).toEqual([]);
    const due = at(end.subtract({ hours: 30 * 24 }));
    // A bank that is no longer named is left to run out.
    expect(await begun({ ...due, environmentDocument: aDocument(["bank-b"]) })).toEqual([]);
    expect((await Promise.all(Array.from({ length: 8 }, () => begun(due)))).flat()).toEqual(["bank-a"]);
    const [running] = await listRegistrations(ctx.db);
    expect(running?.registration).toMatchObject({ status: "running", replaces: old });
  });

  it("asked for by an operator: at once, twice is the same one, and the rotation is told for each purpose", async () => {
    const old = await registered();
    const asked = await Promise.all(Array.from({ length: 8 }, () => startRegistration(ctx, "bank-a", { renew: true })));
    const [id = ""] = new Set(asked.map(({ registration }) => registration.registrationId));
    expect(new Set(asked.map(({ registration }) => registration.registrationId)).size).toBe(1);
    expect(id).not.toBe(old);
    for (const operation of operations) {
      bank.fail(operation, "after");
      expect(await run(id)).toMatchObject({ kind: "postponed" });
    }
    expect(await run(id)).toEqual({ kind: "completed" });
    expect((await facts()).slice(-3)).toEqual(["tpp-registry.registration-completed", "tpp-registry.certificate-rotated", "tpp-registry.certificate-rotated"]);
    expect((await startRegistration(ctx, "bank-a")).registration.registrationId).toBe(id);
  });

  it("refused for good: the gateway takes back what it changed at the bank before the failure is recorded, however often that takes", async () => {
    const old = await registered();
    clock.advance({
      seconds: clock
        .now()
        .until(end.subtract({ hours: 29 * 24 }))
        .total("seconds"),
    });
    await begun(ctx);
    const { registration } = await startRegistration(ctx, "bank-a");
    const id = registration.registrationId;
    const status = async () => (await getRegistration(ctx.db, id))?.registration;
    bank.fail("validateRegistration", "before", refusal);
    bank.fail("endRegistration", "before");
    expect(await run(id)).toMatchObject({ kind: "postponed", step: "validation" });
    expect(await status()).toMatchObject({ status: "running", errorCode: refusal.code });
    expect(bank.done.get("endRegistration")).toBeUndefined();
    // The gateway has ended it and said so to nobody: the step is asked for again, and the first reason stays.
    bank.fail("validateRegistration", "before", new OplError({ code: "ERR_REGISTRATION_ENDED", kind: "conflict", message: "ended" }));
    expect(await run(id)).toMatchObject({ kind: "failed", step: "validation" });
    expect(await status()).toMatchObject({ status: "failed", errorCode: refusal.code, errorMessage: refusal.message });
    expect(bank.done.get("endRegistration")).toBe(1);
    expect((await getRegistration(ctx.db, old))?.registration.status).toBe("completed");
  });

  it("refused: the old one stays, the alarm is up, and it is tried again after growing pauses", async () => {
    const old = await registered();
    let now = end.subtract({ hours: 29 * 24 });
    for (const [refusals, pauseHours] of [
      [1, 1],
      [2, 2],
      [3, 4],
    ] as const) {
      clock.advance({ seconds: clock.now().until(now).total("seconds") });
      expect(await begun(ctx)).toEqual(["bank-a"]);
      const { registration } = await startRegistration(ctx, "bank-a");
      bank.fail("submitRegistration", "before", refusal);
      expect(await run(registration.registrationId)).toMatchObject({ kind: "failed", step: "submission" });
      expect((await facts()).at(-1)).toBe("tpp-registry.registration-failed");
      expect((await startRegistration(ctx, "bank-a")).registration.registrationId).toBe(old);
      expect(await refused()).toBe(refusals);
      const again = now.add({ hours: pauseHours });
      expect(await begun(at(again.subtract({ seconds: 1 })))).toEqual([]);
      now = again;
    }
    bank.certificatesEndAt("2036-11-22T10:00:00Z");
    await beginPlanned(at(now));
    await run((await startRegistration(ctx, "bank-a")).registration.registrationId);
    expect(await refused()).toBe(0);
  });
});
