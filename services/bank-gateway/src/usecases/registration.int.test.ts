import { randomUUID } from "node:crypto";
import { createLogger } from "@opl/telemetry";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { everythingStored, inClear } from "../../testing/clear-text.ts";
import { connect, readAll, register, startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { portalApiKey, startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";
import { terms, tpp } from "../../testing/terms.ts";
import { getSecret } from "../db/registration-store.ts";
import { getTokenSet } from "../db/token-store.ts";
import { openTokens } from "../vault/sealed-tokens.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
const lines: string[] = [];

beforeAll(async () => {
  sandbox = await startSandbox();
  const logger = createLogger({ name: "bank-gateway", level: "trace", destination: { write: (line) => void lines.push(line) } });
  gateway = await startGateway(sandbox, { logger, egress: { limits: { totalTimeoutMs: 4_000 }, probeAfterMs: 0 } });
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const registry = () => gateway.as["tpp-registry"];
const certificates = (registrationId: string) =>
  registry().issueCertificates({ params: { registrationId }, body: { aspspId: "op", country: tpp.country, commonName: tpp.commonName, roles: ["AIS"] } });
const endpointsSince = async (since: number) => (await sandbox.calls({ since })).map(({ endpoint }) => endpoint);

describe("a registration at a bank", () => {
  it("answers every step a second time the same, without asking the bank again", async () => {
    const first = await register(gateway);
    const since = await sandbox.lastSeq();
    const again = await register(gateway, first.registrationId);
    // The second statement names another software client, but the step was done: its first answer stands.
    expect(again).toEqual(first);
    expect(await endpointsSince(since)).toEqual([]);
  });

  it("keeps the order of its steps", async () => {
    const registrationId = randomUUID();
    const params = { registrationId };
    const outOfOrder = { code: "ERR_REGISTRATION_STEP_ORDER", kind: "conflict" };
    await expect(registry().buildRegistrationRequest({ params, body: { aspspId: "op", terms } })).rejects.toMatchObject(outOfOrder);
    await expect(registry().submitRegistration({ params, body: { aspspId: "op", replaces: null } })).rejects.toMatchObject(outOfOrder);
    await expect(registry().validateRegistration({ params, body: { aspspId: "op", scopes: ["accounts"] } })).rejects.toMatchObject(outOfOrder);
    await expect(registry().activateRegistration({ params, body: { aspspId: "op" } })).rejects.toMatchObject(outOfOrder);
    await expect(registry().activateRegistration({ params, body: { aspspId: "no-such-bank" } })).rejects.toMatchObject({
      code: "ERR_ASPSP_UNKNOWN",
      kind: "not-found",
    });
  });

  it("runs a step once when it is asked for ten times at once", async () => {
    const registrationId = randomUUID();
    const since = await sandbox.lastSeq();
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => certificates(registrationId)));
    expect(outcomes.some(({ status }) => status === "fulfilled")).toBe(true);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "ERR_REGISTRATION_STEP_RUNNING", kind: "conflict" });
    expect((await endpointsSince(since)).filter((endpoint) => endpoint === "C1")).toHaveLength(1);
  });

  it("a step that failed at the bank can be asked for again", async () => {
    const registrationId = randomUUID();
    await sandbox.fault("network.status", { for: { endpoint: "R1" }, options: { status: 503 } });
    await expect(register(gateway, registrationId)).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE" });
    await sandbox.calm();
    await expect(register(gateway, registrationId)).resolves.toMatchObject({ registrationId });
  });

  it("OP makes a client of each request: one without an answer is not sent again", async () => {
    const registrationId = randomUUID();
    const since = await sandbox.lastSeq();
    await sandbox.fault("body.trailing-garbage", { for: { endpoint: "R1" } });
    await expect(register(gateway, registrationId)).rejects.toMatchObject({ code: "ERR_ASPSP_PROTOCOL" });
    await sandbox.calm();
    for (let n = 0; n < 2; n += 1)
      await expect(register(gateway, registrationId)).rejects.toMatchObject({ code: "ERR_REGISTRATION_OUTCOME_UNKNOWN", kind: "rejected" });
    expect((await endpointsSince(since)).filter((endpoint) => endpoint === "R1")).toHaveLength(1);
  });

  it("a process that died in a step holds nobody up", async () => {
    const registrationId = randomUUID();
    // Its lock is gone with its connection; a step without an outcome is simply run.
    await certificates(registrationId);
    await gateway.database.database.db.deleteFrom("registrationSteps").where("registrationId", "=", registrationId).execute();
    const since = await sandbox.lastSeq();
    await expect(certificates(registrationId)).resolves.toMatchObject({ tppId: expect.any(String) });
    expect(await endpointsSince(since)).toContain("C1");
  });

  it("a statement that has run out is made anew, one that has not is kept", async () => {
    const { registrationId, statement } = await register(gateway);
    const params = { registrationId };
    const body = {
      aspspId: "op",
      softwareClientId: randomUUID(),
      terms,
    };
    expect(await registry().buildSoftwareStatement({ params, body })).toEqual(statement);
    await gateway.database.database.db
      .updateTable("registrationSteps")
      .set({ outcome: sql`outcome || '{"expiresAt":"2026-01-01T00:00:00Z"}'` as never })
      .where("registrationId", "=", registrationId)
      .where("step", "=", "software-statement")
      .execute();
    const fresh = await registry().buildSoftwareStatement({ params, body });
    expect(fresh.softwareStatement).not.toBe(statement.softwareStatement);
  });

  it("a newer registration takes over, consents of the older one go on", async () => {
    await register(gateway);
    const before = await connect(gateway);
    await register(gateway);
    const after = await connect(gateway);
    for (const { consentId, psu } of [before, after]) {
      await expect(gateway.as.ingest.fetchAccounts({ params: { consentId }, psu })).resolves.toMatchObject({ accounts: expect.anything() });
    }
    const active = await gateway.database.database.db
      .selectFrom("registrations")
      .selectAll()
      .where("activatedAt", "is not", null)
      .where("retiredAt", "is", null)
      .execute();
    expect(active).toHaveLength(1);
  });

  it("refuses callers that have no business here", async () => {
    await expect(
      gateway.as.bff.submitRegistration({ params: { registrationId: randomUUID() }, body: { aspspId: "op", replaces: null } }),
    ).rejects.toMatchObject({
      kind: "forbidden",
    });
    await expect(gateway.as.consent.fetchAccounts({ params: { consentId: randomUUID() } })).rejects.toMatchObject({ kind: "forbidden" });
  });
});

describe("secrets", () => {
  it("TM-01 TM-04 G-16 neither tables nor logs hold a key, secret, token, code or state in clear", async () => {
    const { registrationId } = await register(gateway);
    const { consentId, psu, returned, state, nonce } = await connect(gateway);
    const { accounts } = await gateway.as.ingest.fetchAccounts({ params: { consentId }, psu });
    await readAll(gateway, consentId, accounts[0]?.account.resourceId ?? "", psu);
    await sandbox.fault("network.html-page", { for: { endpoint: "A4" } });
    await gateway.as.ingest.fetchAccounts({ params: { consentId }, psu }).catch(() => undefined);

    const { context } = gateway.app;
    const { db } = gateway.database.database;
    const reveal = async (name: "private-jwks" | "client-credentials") => {
      const sealed = await getSecret(db, registrationId, name);
      if (sealed === undefined) throw new Error("no secret");
      const slot = { owner: "tpp", purpose: "tpp-secrets", aspspId: "op", subject: `${registrationId} ${name}` } as const;
      return JSON.parse((await context.vault.open(slot, sealed)).toString()) as Record<string, unknown>;
    };
    const sealedTokens = await getTokenSet(db, consentId);
    if (sealedTokens === undefined) throw new Error("no tokens");
    const tokens = await openTokens(context.vault, { consentId, kind: "accounts", psuId: psu.psuId, aspspId: "op" }, sealedTokens);
    const credentials = await reveal("client-credentials");
    const { keys } = (await reveal("private-jwks")) as { keys: { d: string }[] };
    const secrets = [
      tokens.accessToken,
      tokens.refreshToken,
      credentials.clientSecret,
      credentials.apiKey,
      ...keys.map(({ d }) => d),
      returned.code,
      returned.id_token,
      state,
      nonce,
      portalApiKey,
    ].map(String);
    expect(secrets.every((secret) => secret.length > 8 && secret !== "undefined")).toBe(true);

    const dump = lines.join("") + (await everythingStored(gateway));
    expect(dump.length).toBeGreaterThan(10_000);
    expect(inClear(dump, secrets)).toEqual([]);
    // Nor does a log line name accounts or addresses.
    expect(lines.join("")).not.toContain(accounts[0]?.account.iban);
    expect(lines.every((line) => typeof JSON.parse(line) === "object")).toBe(true);
  });

  it("TM-01 a sealed value opens at its own place only", async () => {
    await register(gateway);
    const [one, two] = [await connect(gateway), await connect(gateway)];
    const { db } = gateway.database.database;
    const [first, second] = [await getTokenSet(db, one.consentId), await getTokenSet(db, two.consentId)];
    if (first === undefined || second === undefined) throw new Error("no tokens");
    // Rows swapped in the database: nobody reads with somebody else's token.
    await db.updateTable("tokenSets").set({ sealed: second.sealed, dataKeyId: second.dataKeyId }).where("consentId", "=", one.consentId).execute();
    const since = await sandbox.lastSeq();
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId: one.consentId }, psu: one.psu })).rejects.toMatchObject({ kind: "bug" });
    expect(await sandbox.calls({ since })).toEqual([]);
  });
});

describe("health of a bank", () => {
  it("BR-62 five unanswered calls and it is down, one answer and it is up again; each told once", async () => {
    await register(gateway);
    const { consentId, psu } = await connect(gateway);
    const { accounts } = await gateway.as.ingest.fetchAccounts({ params: { consentId }, psu });
    const resourceId = accounts[0]?.account.resourceId ?? "";
    const facts = async () =>
      (await gateway.database.database.db.selectFrom("outbox").select(["eventType", "data"]).where("aggregateId", "=", "op").orderBy("position").execute()).map(
        ({ eventType, data }) => `${eventType} ${(JSON.parse(data) as { status?: string }).status ?? ""}`.trim(),
      );
    const before = (await facts()).length;
    await sandbox.fault("network.status", { for: { endpoint: "A6" }, options: { status: 503 } });
    const read = () => gateway.as.ingest.fetchTransactions({ params: { consentId, resourceId }, query: {}, psu }).catch((error: unknown) => error);
    for (let n = 0; n < 5; n += 1) expect(await read()).toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE" });
    const status = async () => (await gateway.as.bff.listAspsps()).aspsps[0]?.health.status;
    await expect.poll(status).toBe("down");
    await sandbox.calm();
    await expect
      .poll(async () => {
        await read();
        return status();
      })
      .toBe("up");
    await expect
      .poll(async () => (await facts()).slice(before))
      .toEqual(["bank-gateway.aspsp-degraded degraded", "bank-gateway.aspsp-degraded down", "bank-gateway.aspsp-recovered"]);
  });

  it("OA-71 a server with a wrong certificate gets no request", async () => {
    const replica = await gateway.replica();
    const { consentId, psu } = await connect(gateway);
    for (const kind of ["expired", "wrong-host", "unknown-authority", "self-signed", "old-tls"]) {
      await sandbox.fault("bank.tls-certificate", { options: { kind } });
      const since = await sandbox.lastSeq();
      await expect(replica.as.ingest.fetchAccounts({ params: { consentId }, psu })).rejects.toMatchObject({
        code: "ERR_ASPSP_UNAVAILABLE",
        details: { reason: "tls" },
      });
      expect(await sandbox.calls({ since })).toEqual([]);
      await sandbox.calm();
    }
    await replica[Symbol.asyncDispose]();
  });

  it("OA-71 a server with a revoked certificate gets no request; with another one of the same authority it is served as before", async () => {
    const { consentId, psu } = await connect(gateway);
    await sandbox.fault("bank.tls-certificate", { options: { kind: "revoked" } });
    await using replica = await gateway.replica({ env: { OPL_CRL_URLS: sandbox.endpoints.crlUrl } });
    const since = await sandbox.lastSeq();
    await expect(replica.as.ingest.fetchAccounts({ params: { consentId }, psu })).rejects.toMatchObject({
      code: "ERR_ASPSP_UNAVAILABLE",
      details: { reason: "certificate-revoked" },
    });
    expect(await sandbox.calls({ since })).toEqual([]);
    await sandbox.calm();
    await expect(replica.as.ingest.fetchAccounts({ params: { consentId }, psu })).resolves.toMatchObject({ accounts: expect.any(Array) });
    expect((await sandbox.calls({ since })).map(({ endpoint }) => endpoint)).toContain("A4");
  });
});
