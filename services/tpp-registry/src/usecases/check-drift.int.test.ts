import { type FixedClock, fixedClock, sequentialIds, testDatabase, type TestDatabase } from "@opl/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RegistryContext } from "../context.ts";
import { listRegistrations } from "../db/registration-store.ts";
import type { TppRegistryTables } from "../db/tables.ts";
import { aDocument, anAspsp } from "../testing/document.ts";
import { lost, type StandInGateway, standInGateway } from "../testing/gateway.ts";
import { advanceRegistration } from "./advance-registration.ts";
import { beginPlanned } from "./begin-planned.ts";
import { checkDrift, checkDueDrift } from "./check-drift.ts";
import { planDesiredState } from "./plan-desired-state.ts";
import { readCertificateFigures } from "./read-certificate-figures.ts";
import { readDriftFigures } from "./read-drift-figures.ts";
import { refreshDirectory } from "./refresh-directory.ts";
import { startRegistration } from "./start-registration.ts";

const everySeconds = 900;
let db: TestDatabase<TppRegistryTables>;
let clock: FixedClock;
let bank: StandInGateway;
let ctx: RegistryContext;

beforeEach(async () => {
  db = await testDatabase<TppRegistryTables>({ service: "tpp-registry" });
  clock = fixedClock("2026-11-22T10:00:00Z");
  bank = standInGateway(() => clock.now().add({ hours: 1 }).toString(), [anAspsp("aalto")]);
});
afterEach(() => db[Symbol.asyncDispose]());

/** The document is the environment's; what it wants stands. */
async function registered(document = aDocument(["aalto"])): Promise<void> {
  ctx = {
    db: db.database.db,
    clock,
    newId: sequentialIds(),
    bankGateway: bank.gateway,
    softwareClientId: "0a1b2c3d-0000-4000-8000-000000000001",
    environmentDocument: document,
    renewBeforeDays: 30,
  };
  await refreshDirectory(ctx);
  await begin();
}

async function begin(): Promise<void> {
  await beginPlanned(ctx);
  for (const { registration } of await listRegistrations(ctx.db)) if (registration.status === "running") await settle(registration.registrationId);
}

async function settle(registrationId: string): Promise<void> {
  while ((await advanceRegistration(ctx, registrationId)).kind === "step-done");
}

const statuses = async () => (await listRegistrations(ctx.db)).map(({ registration }) => registration.status).toSorted();
const facts = async (type: string): Promise<Record<string, unknown>[]> =>
  (await ctx.db.selectFrom("outbox").select("data").where("eventType", "=", `tpp-registry.${type}`).orderBy("position").execute()).map(({ data }) =>
    JSON.parse(data),
  );
const plan = () => planDesiredState(ctx, ctx.environmentDocument);
const look = async (seconds: number) => {
  clock.advance({ seconds });
  return (await checkDueDrift(ctx, everySeconds)).map(({ found }) => found);
};
/** What the banks have on record, for a while not there. */
const forget = (): (() => void) => {
  const before = [...bank.clients];
  bank.clients.clear();
  return () => {
    for (const [registrationId, client] of before) bank.clients.set(registrationId, client);
  };
};

describe("a bank that does not know us", () => {
  it("is asked again before that is believed: one hiccup is told, changes nothing and is over with the next good answer", async () => {
    await registered();
    await look(0);
    const remember = forget();
    expect(await look(everySeconds)).toEqual(["unknown"]);
    expect(await plan()).toMatchObject([{ action: "report", reason: expect.stringContaining("did not know us at the last look; asked again at"), work: null }]);
    expect(await readDriftFigures(ctx)).toEqual([{ aspspId: "aalto", drifted: true }]);
    expect(await look(60)).toEqual(["unknown"]);
    remember();
    expect(await look(60)).toEqual(["as-registered"]);
    expect(await plan()).toMatchObject([{ action: "none" }]);
    expect(await readDriftFigures(ctx)).toEqual([{ aspspId: "aalto", drifted: false }]);
    // The row begins anew.
    forget();
    expect(await look(everySeconds)).toEqual(["unknown"]);
    expect(await look(120)).toEqual(["unknown"]);
    await begin();
    expect(await statuses()).toEqual(["completed"]);
    expect([await facts("registration-ended"), await facts("registration-drifted")]).toEqual([[], []]);
  });

  it("is not believed because it was asked often in a moment", async () => {
    await registered();
    forget();
    for (let times = 0; times < 5; times += 1) await checkDrift(ctx, everySeconds);
    await begin();
    expect(await statuses()).toEqual(["completed"]);
  });

  it("has forgotten us at the third answer in a row after two minutes: the registration ends and a fresh one begins, once", async () => {
    await registered();
    await look(0);
    forget();
    expect([await look(everySeconds), await look(60), await look(60)]).toEqual([["unknown"], ["unknown"], ["unknown"]]);
    expect(await facts("registration-ended")).toMatchObject([{ aspspId: "aalto", reason: "forgotten" }]);
    await begin();
    expect(await statuses()).toEqual(["completed", "ended"]);
    await look(0);
    expect(await look(everySeconds)).toEqual(["as-registered"]);
    expect(bank.made.get("aalto")).toBe(2);
  });

  it("and then lets us in no more is an alarm, also where an older registration was replaced", async () => {
    await registered();
    clock.advance({ hours: 1 });
    await settle((await startRegistration(ctx, "aalto", { renew: true })).registration.registrationId);
    await look(0);
    forget();
    bank.refusing.add("aalto");
    for (const seconds of [everySeconds, 60, 60, 60]) await look(seconds);
    await begin();
    expect(await statuses()).toEqual(["completed", "ended", "failed"]);
    expect(await readCertificateFigures(ctx, 30)).toEqual([{ name: "tpp_registration_failed", attributes: { aspsp_id: "aalto" }, value: 1 }]);
  });

  it("is only told where the document wants that: once, and the registration is kept for the day it is known again", async () => {
    await registered(aDocument([{ aspsp: "aalto", onDrift: "report" }]));
    await look(0);
    const remember = forget();
    for (const seconds of [everySeconds, 60, 60, 60, 60]) expect(await look(seconds)).toEqual(["unknown"]);
    expect(await facts("registration-drifted")).toMatchObject([{ aspspId: "aalto", fields: ["registration"], repairing: false }]);
    expect(await plan()).toMatchObject([{ action: "report", reason: "The bank does not know us any more; the document wants this told, not repaired." }]);
    await begin();
    expect(await statuses()).toEqual(["completed"]);
    remember();
    expect(await look(60)).toEqual(["as-registered"]);
    expect(await plan()).toMatchObject([{ action: "none" }]);
  });
});

it("a bank is not asked while a change is under way there, nor is an answer believed that came meanwhile", async () => {
  await registered();
  await look(0);
  const changed = aDocument(["aalto"], { roles: ["AIS", "PIS"] });
  ctx = { ...ctx, environmentDocument: changed };
  const change = (): void => {
    for (const [registrationId, client] of bank.clients) bank.clients.set(registrationId, { ...client, softwareRoles: ["AIS", "PIS"] });
  };
  // The bank has made the change, and the successor is not yet active; the look began before it did.
  const { readRegistration } = bank.gateway;
  let first = true;
  ctx = {
    ...ctx,
    bankGateway: {
      ...bank.gateway,
      readRegistration: async (input) => {
        if (first) await beginPlanned(ctx);
        first = false;
        change();
        return readRegistration(input);
      },
    },
  };
  expect(await look(everySeconds)).toEqual(["unasked"]);
  expect(await statuses()).toEqual(["completed", "running"]);
  expect(await look(everySeconds)).toEqual([]);
  expect(await checkDrift(ctx, everySeconds)).toEqual([]);
  expect([await facts("registration-drifted"), await readDriftFigures(ctx)]).toEqual([[], [{ aspspId: "aalto", drifted: false }]]);
});

it("a bank whose record goes back and forth is repaired once; after a day of agreement the same drift is repaired again", async () => {
  await registered();
  await look(0);
  const tamper = (role: "PIS" | null): void => {
    for (const [registrationId, client] of bank.clients)
      bank.clients.set(registrationId, { ...client, softwareRoles: role === null ? ["AIS"] : ["AIS", role] });
  };
  const turn = async (role: "PIS" | null) => {
    tamper(role);
    await look(0);
    const found = await look(everySeconds);
    await begin();
    return found;
  };
  expect(await turn("PIS")).toEqual(["drifted"]);
  expect(bank.made.get("aalto")).toBe(2);
  for (let times = 0; times < 3; times += 1) {
    expect(await turn(null)).toEqual(["as-registered"]);
    expect(await turn("PIS")).toEqual(["drifted"]);
  }
  expect(bank.made.get("aalto")).toBe(2);
  expect(await plan()).toMatchObject([{ action: "report", reason: expect.stringContaining("another repair would not help") }]);
  await turn(null);
  clock.advance({ hours: 24 });
  await turn(null);
  expect(await turn("PIS")).toEqual(["drifted"]);
  expect(bank.made.get("aalto")).toBe(3);
});

it("of many banks that hang, those whose turn does not come in time are unasked, and none is waited for longer than is left", async () => {
  const names = Array.from({ length: 20 }, (_, number) => `bank-${number}`);
  bank.aspsps.splice(0, 1, ...names.map((name) => anAspsp(name)));
  await registered(aDocument(names));
  const timeouts: (number | undefined)[] = [];
  const hanging = {
    ...ctx.bankGateway,
    readRegistration: async ({ timeoutMs }: { readonly timeoutMs?: number | undefined }): Promise<never> => {
      timeouts.push(timeoutMs);
      clock.advance({ seconds: 2 });
      throw lost;
    },
  };
  const looks = await checkDrift({ ...ctx, bankGateway: hanging }, everySeconds);
  expect(looks.map(({ aspspId }) => aspspId).toSorted()).toEqual(names.toSorted());
  expect(new Set(looks.map(({ found }) => found))).toEqual(new Set(["unasked"]));
  expect(timeouts).toEqual([20_000, 18_000, 16_000, 14_000, 12_000, 10_000, 8_000, 6_000, 4_000, 2_000]);
});
