import { listCertificates, readJwks } from "@opl/contracts/http/tpp-registry";
import type { CertificatePurpose } from "@opl/contracts/model";
import { OplError } from "@opl/errors";
import { createClient, createHttpServer } from "@opl/service";
import { fixedClock, sequentialIds, silentLogger, type TestDatabase, testDatabase, testTokens } from "@opl/testkit";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { RegistryContext } from "../context.ts";
import { listRegistrations } from "../db/registration-store.ts";
import { listHeld } from "../db/renewal-store.ts";
import type { TppRegistryTables } from "../db/tables.ts";
import { certificateRoutes } from "../http/certificates.ts";
import { jwksRoutes } from "../http/jwks.ts";
import { holdPair, type StandInCustody, standInCustody } from "../testing/custody.ts";
import { aDocument, anAspsp } from "../testing/document.ts";
import { type StandInGateway, standInGateway } from "../testing/gateway.ts";
import { advanceRegistration } from "./advance-registration.ts";
import { beginPlanned } from "./begin-planned.ts";
import { readCertificateFigures } from "./read-certificate-figures.ts";
import { listDueRegistrations } from "./list-due-registrations.ts";
import { refreshOwnCertificates } from "./refresh-own-certificates.ts";
import { renewOwnCertificates } from "./renew-own-certificates.ts";
import { startRegistration } from "./start-registration.ts";
import { warnOfExpiry } from "./warn-of-expiry.ts";

const banks = ["bank-c", "bank-d"];
const noneFits = new OplError({ code: "ERR_OWN_CERTIFICATE_MISSING", kind: "conflict", message: "No certificate of our own fits this bank." });
const restFor = (retryAfterSeconds: number) => new OplError({ code: "ERR_ASPSP_UNAVAILABLE", kind: "unavailable", message: "later", retryAfterSeconds });
const options = { renewBeforeDays: 30, keepDays: 30 };
const opened: AsyncDisposable[] = [];
let database: TestDatabase<TppRegistryTables>;
let ctx: RegistryContext;
let custody: StandInCustody;
let gateway: StandInGateway;
let clock: ReturnType<typeof fixedClock>;

beforeEach(async () => {
  database = await testDatabase<TppRegistryTables>({ service: "tpp-registry" });
  opened.push(database);
  clock = fixedClock("2026-01-01T00:00:00Z");
  const newId = sequentialIds();
  custody = await standInCustody(clock, newId);
  gateway = standInGateway(
    () => clock.now().add({ hours: 1 }).toString(),
    [anAspsp("bank-a"), ...banks.map((bank) => anAspsp(bank, { registrationScheme: "dcr" }))],
    custody,
  );
  ctx = {
    db: database.database.db,
    clock,
    newId,
    bankGateway: gateway.gateway,
    softwareClientId: "0a1b2c3d-0000-4000-8000-000000000001",
    environmentDocument: aDocument(banks),
    renewBeforeDays: options.renewBeforeDays,
  };
});
afterAll(() => Promise.all(opened.map((one) => one[Symbol.asyncDispose]())));

/** What the certificate clock and the registrar do in a while. */
async function turn(): Promise<void> {
  await refreshOwnCertificates(ctx);
  if ((await renewOwnCertificates(ctx, options)).length > 0) await refreshOwnCertificates(ctx);
  await beginPlanned(ctx);
  for (const { registration } of await listRegistrations(ctx.db)) {
    while ((await advanceRegistration(ctx, registration.registrationId)).kind === "step-done");
  }
}

async function registered(): Promise<void> {
  await holdPair(custody);
  for (const bank of banks) await startRegistration(ctx, bank);
  await turn();
}

/** Which of our certificates serve at each bank, by the order in which they were made. */
const serving = async () =>
  Object.fromEntries(
    (await listHeld(ctx.db)).map(({ aspspId, thumbprints }) => [
      aspspId,
      custody.held.flatMap(({ issued }, at) => (issued !== null && thumbprints.includes(issued.thumbprint) ? [at] : [])),
    ]),
  );
const figures = async () =>
  Object.fromEntries(
    (await readCertificateFigures(ctx, options.renewBeforeDays)).map(({ name, attributes, value }) => [[name, ...Object.values(attributes)].join(" "), value]),
  );
const facts = async (type: string) =>
  (await ctx.db.selectFrom("outbox").select("data").where("eventType", "=", type).orderBy("position").execute()).map(({ data }) => JSON.parse(data));

/** The routes over HTTP, as bff and the operator ask them. */
async function served() {
  const tokens = testTokens({ clock });
  const server = await createHttpServer({
    name: "tpp-registry",
    logger: silentLogger(),
    tokens: tokens.for("tpp-registry"),
    routes: [...certificateRoutes(ctx), ...jwksRoutes(ctx, options.keepDays)],
    health: { ready: async () => ({}) },
  });
  const baseUrl = await server.listen({ host: "127.0.0.1", port: 0 });
  opened.push(server);
  return createClient({ listCertificates, readJwks }, { baseUrl, audience: "tpp-registry", tokens: tokens.for("bff") });
}

describe("the inventory", () => {
  it("names each certificate once, with everything it serves at, and what is awaited", async () => {
    await registered();
    await custody.operations.requestCertificate({ body: custody.requests[1]! });
    const { certificates, awaited, stale } = await (await served()).listCertificates();
    expect(stale).toBe(false);
    expect(
      certificates.map(({ certificateId, purpose, own, status, daysLeft, authorityId, roles }) => ({
        certificateId,
        purpose,
        own,
        status,
        daysLeft,
        authorityId,
        roles,
      })),
    ).toEqual(
      custody.held.slice(0, 2).map(({ certificateId, purpose }) => ({
        certificateId,
        purpose,
        own: true,
        status: "active",
        daysLeft: 365,
        authorityId: "FI-FINFSA",
        roles: ["PSP_AI"],
      })),
    );
    for (const { usedAt, chainPem } of certificates) {
      expect(new Map(usedAt.map(({ aspspId, current }) => [aspspId, current]))).toEqual(
        new Map([
          ["bank-c", true],
          ["bank-d", true],
        ]),
      );
      expect(chainPem).toHaveLength(1);
    }
    expect(awaited).toMatchObject([
      { certificateId: custody.held[2]?.certificateId, purpose: "qsealc", csrPem: expect.stringContaining("CERTIFICATE REQUEST") },
    ]);
  });

  it("is there while the gateway is away, and says that it may be old; also with what only a bank gave us, whatever it is", async () => {
    await registered();
    await startRegistration(ctx, "bank-a");
    await turn();
    const client = await served();
    const before = await client.listCertificates();
    custody.down = true;
    const { certificates, stale } = await client.listCertificates();
    expect([certificates, stale]).toEqual([before.certificates, true]);
    const ofBank = certificates.filter(({ own }) => !own);
    expect(ofBank).toHaveLength(2);
    // The stand-in bank's certificates are no certificates.
    for (const { problems, usedAt } of ofBank)
      expect([problems.map(({ reason }) => reason), usedAt.map(({ aspspId }) => aspspId)]).toEqual([["unreadable"], ["bank-a"]]);
  });

  it("shows what is superseded, given up and waiting", async () => {
    await registered();
    clock.advance({ days: 336 });
    custody.enrolment = true;
    await turn();
    const status = async () =>
      Object.fromEntries((await (await served()).listCertificates()).certificates.map(({ certificateId, status: is }) => [certificateId, is]));
    const [oldWeb, oldSeal, web, seal] = custody.held.map(({ certificateId }) => certificateId);
    expect(await status()).toEqual({ [oldWeb!]: "active", [oldSeal!]: "active", [web!]: "spare", [seal!]: "spare" });
    clock.advance({ minutes: 10 });
    await turn();
    await turn();
    expect(await status()).toEqual({ [oldWeb!]: "superseded", [oldSeal!]: "superseded", [web!]: "active", [seal!]: "active" });
  });
});

describe("our public key set", () => {
  const kids = async () => (await (await served()).readJwks()).keys.map(({ kid }) => kid);
  const sealKids = () => custody.held.filter(({ purpose }) => purpose === "qsealc").map(({ issued }) => issued?.kid);

  it("names keys as signatures name them, and never shows a private part, whatever the gateway sends", async () => {
    await registered();
    custody.poison = { d: "private", p: "private", k: "private", "private-note": "private" };
    const answer = await (await served()).readJwks();
    expect(answer.keys.map(({ kid }) => kid)).toEqual(sealKids());
    expect(JSON.stringify(answer)).not.toContain("private");
    expect(JSON.stringify(await ctx.db.selectFrom("publicKeys").selectAll().execute())).not.toContain("private");
    expect(await refreshOwnCertificates(ctx)).toEqual({ unusable: 0, leaked: 1 });
  });

  it("leaves out what is no key, and keeps what was known of it", async () => {
    await registered();
    custody.poison = { kty: "oct", k: "c2VjcmV0" };
    expect(await kids()).toEqual(sealKids());
    expect(await refreshOwnCertificates(ctx)).toEqual({ unusable: 1, leaked: 1 });
  });

  it("stays as it was while the gateway is away, also in a process that has just begun", async () => {
    await registered();
    custody.down = true;
    expect(await kids()).toEqual(sealKids());
  });

  it("keeps a retired key for thirty days, also one the gateway has forgotten", async () => {
    await registered();
    await custody.operations.retireCertificate({ params: { certificateId: custody.held[1]!.certificateId } });
    clock.advance({ minutes: 1 });
    await holdPair(custody);
    const [old, next] = sealKids();
    expect(await kids()).toEqual([old, next]);
    (custody.held as unknown[]).splice(0, 2);
    clock.advance({ days: 29 });
    expect(await kids()).toEqual([old, next]);
    clock.advance({ days: 1 });
    expect(await kids()).toEqual([next]);
  });
});

describe("G-38, OA-72 our own certificates", () => {
  it("are told at 30, 7 and 1 days, once each, also when no bank uses them", async () => {
    await holdPair(custody);
    await refreshOwnCertificates(ctx);
    for (const [days, told] of [
      [334, 0],
      [1, 2],
      [1, 0],
      [22, 2],
      [6, 2],
      [1, 0],
    ] as const) {
      clock.advance({ days });
      // A fresh answer of the gateway does not make the warning due again.
      await refreshOwnCertificates(ctx);
      expect(await warnOfExpiry(ctx), clock.now().toString()).toBe(told);
    }
    expect((await facts("tpp-registry.certificate-expiring")).map(({ aspspId, daysLeft }) => [aspspId, daysLeft])).toEqual([
      [null, 30],
      [null, 30],
      [null, 7],
      [null, 7],
      [null, 1],
      [null, 1],
    ]);
  });

  it("let the registration that waits for them go on as soon as they are there, and no other time sooner than its pause ends", async () => {
    const { registration } = await startRegistration(ctx, "bank-c");
    const postponed = async () => {
      gateway.fail("issueCertificates", "before", noneFits);
      expect(await advanceRegistration(ctx, registration.registrationId)).toMatchObject({ kind: "postponed", error: { code: noneFits.code } });
    };
    await postponed();
    await refreshOwnCertificates(ctx);
    expect(await listDueRegistrations(ctx)).toEqual([]);
    await holdPair(custody);
    await refreshOwnCertificates(ctx);
    expect(await listDueRegistrations(ctx)).toEqual([registration.registrationId]);
    await postponed();
    await refreshOwnCertificates(ctx);
    expect(await listDueRegistrations(ctx)).toEqual([]);
  });

  it("that come while a try without them is still out are not forgotten when it ends", async () => {
    const { registration } = await startRegistration(ctx, "bank-c");
    const slow = async (): Promise<never> => {
      clock.advance({ seconds: 1 });
      await holdPair(custody);
      await refreshOwnCertificates(ctx);
      throw noneFits;
    };
    const attempt = { ...ctx, bankGateway: { ...ctx.bankGateway, issueCertificates: slow } };
    expect(await advanceRegistration(attempt, registration.registrationId)).toMatchObject({ kind: "postponed" });
    expect(await listDueRegistrations(ctx)).toEqual([registration.registrationId]);
  });

  it("make nobody ask a bank sooner that wants to be left alone", async () => {
    const { registration } = await startRegistration(ctx, "bank-c");
    gateway.fail("issueCertificates", "before", restFor(300));
    await advanceRegistration(ctx, registration.registrationId);
    await holdPair(custody);
    await refreshOwnCertificates(ctx);
    clock.advance({ seconds: 299 });
    expect(await listDueRegistrations(ctx)).toEqual([]);
    clock.advance({ seconds: 1 });
    expect(await listDueRegistrations(ctx)).toEqual([registration.registrationId]);
  });

  it("the bank's wish stands also where another process was told meanwhile that the step is being done", async () => {
    const { registration } = await startRegistration(ctx, "bank-c");
    const slow = async (): Promise<never> => {
      gateway.fail("issueCertificates", "before", restFor(5));
      expect(await advanceRegistration(ctx, registration.registrationId)).toMatchObject({ kind: "postponed" });
      clock.advance({ seconds: 6 });
      throw restFor(300);
    };
    const attempt = { ...ctx, bankGateway: { ...ctx.bankGateway, issueCertificates: slow } };
    expect(await advanceRegistration(attempt, registration.registrationId)).toMatchObject({ kind: "postponed" });
    clock.advance({ seconds: 299 });
    expect(await listDueRegistrations(ctx)).toEqual([]);
  });

  it("the next ones name the identifier and the authority that the document gives, else those of the old ones", async () => {
    await registered();
    const before = custody.requests.length;
    clock.advance({ days: 340 });
    const authority = { id: "SE-FINA", name: "Finansinspektionen" };
    await refreshOwnCertificates(ctx);
    const document = aDocument(banks, { organizationIdentifier: "PSDSE-FINA-44059", authority });
    await renewOwnCertificates({ ...ctx, environmentDocument: document }, options);
    const asked = custody.requests.slice(before).map(({ subject }) => subject);
    expect(asked).toHaveLength(2);
    for (const subject of asked) expect(subject).toMatchObject({ organizationIdentifier: "PSDSE-FINA-44059", authority });
  });

  it("are told of once, however many banks they serve at", async () => {
    await registered();
    clock.advance({ days: 335 });
    expect(await warnOfExpiry(ctx)).toBe(2);
    expect((await facts("tpp-registry.certificate-expiring")).map(({ aspspId }) => aspspId)).toEqual([null, null]);
  });

  it("the next ones are asked for by one of many processes, in the name of the old ones, and awaited until an operator brings them", async () => {
    await registered();
    clock.advance({ days: 334 });
    await turn();
    expect(custody.requests).toHaveLength(2);
    clock.advance({ days: 1 });
    await Promise.all(Array.from({ length: 6 }, () => renewOwnCertificates(ctx, options)));
    // Which of the two one of the six asks for first is chance.
    const asked = (from: number) => Map.groupBy(custody.requests.slice(from, from + 2), ({ purpose }) => purpose);
    expect(asked(2)).toEqual(asked(0));
    await turn();
    expect(custody.requests).toHaveLength(4);
    expect(await figures()).toMatchObject({
      "tpp_own_certificates_awaited qwac ec": 1,
      "tpp_own_certificates_awaited qsealc ec": 1,
      "tpp_certificate_days_left qwac ec": 30,
      "tpp_certificate_days_left bank-c qsealc": 30,
    });
    expect(await serving()).toEqual({ "bank-c": [0, 1], "bank-d": [0, 1] });
    // One of the two is issued: the banks wait for the other one, so that they change once.
    const awaited = (purpose: CertificatePurpose) => custody.held.findLast((one) => one.purpose === purpose)!;
    await custody.issue(awaited("qsealc").certificateId);
    clock.advance({ minutes: 10 });
    await turn();
    clock.advance({ minutes: 10 });
    await turn();
    expect(await serving()).toEqual({ "bank-c": [0, 1], "bank-d": [0, 1] });
    await custody.issue(awaited("qwac").certificateId);
    await turn();
    expect(await serving()).toEqual({ "bank-c": [2, 3], "bank-d": [2, 3] });
    expect(await figures()).toMatchObject({ "tpp_own_certificates_awaited qwac ec": 0, "tpp_own_certificates_awaited qsealc ec": 0 });
    expect(await facts("tpp-registry.certificate-rotated")).toHaveLength(4);
  });

  it("a request that was lost is made again, after a pause", async () => {
    await registered();
    clock.advance({ days: 336 });
    await refreshOwnCertificates(ctx);
    custody.down = true;
    expect((await renewOwnCertificates(ctx, options)).map(({ did, error }) => [did, error?.code])).toEqual([
      ["asked-for-next", "ERR_BANK_GATEWAY_UNAVAILABLE"],
      ["asked-for-next", "ERR_BANK_GATEWAY_UNAVAILABLE"],
    ]);
    expect(await figures()).toMatchObject({ "tpp_own_certificates_awaited qwac ec": 1 });
    custody.down = false;
    clock.advance({ minutes: 59 });
    expect(await renewOwnCertificates(ctx, options)).toEqual([]);
    clock.advance({ minutes: 1 });
    expect(await renewOwnCertificates(ctx, options)).toHaveLength(2);
  });

  it("a new key is published before anything is signed with it, and the old one as long as it may be looked up", async () => {
    await registered();
    const client = await served();
    clock.advance({ days: 336 });
    custody.enrolment = true;
    await turn();
    const [old, next] = custody.held.filter(({ purpose }) => purpose === "qsealc").map(({ issued }) => issued?.kid);
    expect((await client.readJwks()).keys.map(({ kid }) => kid)).toEqual([old, next]);
    clock.advance({ minutes: 9 });
    await turn();
    expect(await serving()).toEqual({ "bank-c": [0, 1], "bank-d": [0, 1] });
    clock.advance({ minutes: 1 });
    await turn();
    expect(await serving()).toEqual({ "bank-c": [2, 3], "bank-d": [2, 3] });
    // Both banks have changed: the old pair is given up, its key stays for a while.
    await turn();
    expect(custody.held.map(({ status }) => status)).toEqual(["retired", "retired", "ready", "ready"]);
    clock.advance({ days: 29, hours: 23 });
    expect((await client.readJwks()).keys.map(({ kid }) => kid)).toEqual([old, next]);
    clock.advance({ hours: 2 });
    expect((await client.readJwks()).keys.map(({ kid }) => kid)).toEqual([next]);
  });

  it("a bank that refuses stays with the old ones, and the alarm says so, while the other one moves; in the end the old ones are given up", async () => {
    await registered();
    clock.advance({ days: 336 });
    custody.enrolment = true;
    gateway.refusing.add("bank-d");
    await turn();
    clock.advance({ minutes: 10 });
    await turn();
    await turn();
    expect(await serving()).toEqual({ "bank-c": [2, 3], "bank-d": [0, 1] });
    expect(await figures()).toMatchObject({ "tpp_renewals_refused bank-c": 0, "tpp_renewals_refused bank-d": 1 });
    expect(custody.held.map(({ status }) => status)).toEqual(["ready", "ready", "ready", "ready"]);
    // Tried again with pauses, not at every turn.
    clock.advance({ minutes: 59 });
    await turn();
    expect((await figures())["tpp_renewals_refused bank-d"]).toBe(1);
    clock.advance({ minutes: 1 });
    await turn();
    expect((await figures())["tpp_renewals_refused bank-d"]).toBe(2);
    clock.advance({ days: 29 });
    await turn();
    expect(custody.held.map(({ status }) => status)).toEqual(["retired", "retired", "ready", "ready"]);
    gateway.refusing.clear();
    clock.advance({ days: 1 });
    await turn();
    expect(await serving()).toEqual({ "bank-c": [2, 3], "bank-d": [2, 3] });
  });

  it("a certificate an operator gives up is left by every bank as soon as another one is there", async () => {
    await registered();
    await custody.operations.retireCertificate({ params: { certificateId: custody.held[1]!.certificateId } });
    await turn();
    expect(await serving()).toEqual({ "bank-c": [0, 1], "bank-d": [0, 1] });
    await holdPair(custody);
    await turn();
    clock.advance({ minutes: 10 });
    await turn();
    expect(await serving()).toEqual({ "bank-c": [2, 3], "bank-d": [2, 3] });
  });

  it("that live minutes are rotated ten times and more at both banks, each once a life", async () => {
    custody.lifeSeconds = 600;
    custody.enrolment = true;
    await registered();
    const ends = () =>
      Math.min(
        ...custody.held.flatMap(({ issued, status }) =>
          issued === null || status === "retired" ? [] : [Temporal.Instant.from(issued.notAfter).epochMilliseconds],
        ),
      );
    for (let minute = 0; minute < 65; minute += 1) {
      clock.advance({ minutes: 1 });
      await turn();
      for (const { endsAt } of await listHeld(ctx.db)) expect(Temporal.Instant.compare(endsAt, clock.now()), clock.now().toString()).toBe(1);
      expect(ends()).toBeGreaterThanOrEqual(clock.now().epochMilliseconds);
    }
    const completed = (await listRegistrations(ctx.db)).filter(({ registration }) => registration.status === "completed");
    expect(completed.length / banks.length).toBeGreaterThanOrEqual(11);
    expect(completed.length / banks.length).toBeLessThanOrEqual(15);
    // A pair for each rotation and no more.
    expect(custody.held.length / 2).toBeLessThanOrEqual(completed.length / banks.length + 1);
  });
});
