import { randomUUID } from "node:crypto";
import type { Agent } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, type TestBank } from "./bank.ts";
import { hasSpecification, openApi, witness } from "./openapi.ts";
import { agentOf, hold, organizationIdentifier, roleOids } from "./qualified-tpp.ts";
import { testClock } from "./clock.ts";
import { call, plainAgent, Tpp, type Answer } from "./tpp.ts";

interface Message {
  readonly tppMessages: readonly { readonly category: string; readonly code: string; readonly text: string }[];
}
interface Consent {
  readonly consentId: string;
  readonly consentStatus: string;
  readonly _links: Readonly<Record<string, { readonly href: string }>>;
}

const file = "berlin-group/psd2-api_1.3.9_errata-2021-06-30.yaml";
const official = witness();
const clock = testClock("2026-11-20");
let bank: TestBank;
let agent: Agent;
beforeAll(async () => {
  bank = await startBank({ clock });
  agent = agentOf(bank, await hold(bank));
  await read("/consents/first", agent); // the call by which the bank learns of the certificate
});
afterAll(() => bank[Symbol.asyncDispose]());

const body = {
  access: { accounts: [], balances: [], transactions: [] },
  recurringIndicator: true,
  validUntil: "2027-01-31",
  frequencyPerDay: 4,
  combinedServiceIndicator: false,
};

async function send<T>(
  method: string,
  path: string,
  by: Agent,
  options: { body?: unknown; headers?: Record<string, string>; of?: TestBank } = {},
): Promise<Answer<T>> {
  const answer = await call<T>(`${(options.of ?? bank).endpoints.berlinGroup.baseUrl}${path}`, {
    method,
    headers: {
      "x-request-id": randomUUID(),
      accept: "application/json",
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: typeof options.body === "string" ? options.body : JSON.stringify(options.body) }),
    agent: by,
  });
  const operation = `${method} /v1${path.replace(/^\/consents\/[^/]+/, "/consents/{consentId}")}`;
  official.note(file, operation, answer);
  return answer;
}

async function read(path: string, by: Agent, headers: Record<string, string> = {}): Promise<Answer<Message>> {
  return send<Message>("GET", path, by, { headers });
}

const codeOf = (answer: Answer<Message>): unknown[] => [answer.status, answer.body.tppMessages[0]?.category, answer.body.tppMessages[0]?.code];

describe("the Berlin Group bank learns of a third party by its certificate", () => {
  it("refuses the first call with a QWAC and knows it from then on, as it knows the next QWAC of the same organisation", async () => {
    for (const identifier of ["PSDFI-FINFSA-7654321-0", "PSDFI-FINFSA-7654321-0"]) {
      const fresh = agentOf(bank, await hold(bank, { identifier }));
      const first = await read("/consents/unknown", fresh);
      expect(codeOf(first)).toEqual([401, "ERROR", "CERTIFICATE_INVALID"]);
      expect(first.body.tppMessages[0]?.text).toContain("being registered");
      expect(codeOf(await read("/consents/unknown", fresh))).toEqual([403, "ERROR", "CONSENT_UNKNOWN"]);
    }
    const { thirdParties } = (
      await bank.admin<{ thirdParties: { organizationIdentifier: string; name: string; qwacs: string[] }[] }>("GET", "/berlin-group/third-parties")
    ).body;
    const found = thirdParties.find((each) => each.organizationIdentifier === "PSDFI-FINFSA-7654321-0");
    expect(found).toMatchObject({ name: "Example Ledger Oy", qwacs: [expect.any(String), expect.any(String)] });
  });

  it("serves the first call where the settings say so, and says 404 for what it does not know", async () => {
    await using kind = await startBank({ env: { SANDBOX_BERLIN_GROUP_FIRST_CALL: "served", SANDBOX_BERLIN_GROUP_UNKNOWN_CONSENT: "404" } });
    const fresh = agentOf(kind, await hold(kind));
    expect(codeOf(await send<Message>("GET", "/consents/unknown", fresh, { of: kind }))).toEqual([404, "ERROR", "RESOURCE_UNKNOWN"]);
  });
});

describe("the Berlin Group bank turns away", () => {
  it("calls without a certificate", async () => {
    expect(codeOf(await read("/consents/x", plainAgent(bank)))).toEqual([401, "ERROR", "CERTIFICATE_MISSING"]);
  });

  it("a QSealC, a certificate of another bank's generator, and one that nobody issued", async () => {
    const seal = agentOf(bank, await hold(bank, { type: "eseal" }));
    const { agent: generated } = await Tpp.make(bank);
    await using elsewhere = await startBank();
    const stranger = await hold(elsewhere);
    for (const by of [seal, generated, agentOf(bank, stranger)]) {
      const answer = await read("/consents/x", by);
      expect(codeOf(answer)).toEqual([401, "ERROR", "CERTIFICATE_INVALID"]);
      expect(answer.body.tppMessages[0]?.text).not.toContain("being registered");
    }
  });

  it("a certificate without the role, whatever name stands beside the identifier", async () => {
    const payments = agentOf(bank, await hold(bank, { roles: [roleOids.PI] }));
    expect(codeOf(await read("/consents/x", payments))).toEqual([401, "ERROR", "ROLE_INVALID"]);
  });

  it("a certificate that has ended", async () => {
    await using brief = await startBank({ env: { SANDBOX_CERT_LIFETIME_SECONDS: "3600" } });
    const ending = agentOf(brief, await hold(brief));
    await send("GET", "/consents/x", ending, { of: brief });
    await brief.admin("POST", "/faults", { fault: "bank.clock", options: { offsetSeconds: 7200 } });
    expect(codeOf(await send<Message>("GET", "/consents/x", ending, { of: brief }))).toEqual([401, "ERROR", "CERTIFICATE_EXPIRED"]);
  });

  it("an organisation that the operator blocked, until it is free again", async () => {
    const block = `/berlin-group/third-parties/${organizationIdentifier}/block`;
    await bank.admin("POST", block);
    expect(codeOf(await read("/consents/x", agent))).toEqual([401, "ERROR", "CERTIFICATE_BLOCKED"]);
    await bank.admin("DELETE", block);
    expect(codeOf(await read("/consents/x", agent))).toEqual([403, "ERROR", "CONSENT_UNKNOWN"]);
  });

  it.each(["", "1"])("calls with X-Request-ID %j", async (id) => {
    expect(codeOf(await read("/consents/x", agent, { "x-request-id": id }))).toEqual([400, "ERROR", "FORMAT_ERROR"]);
  });

  it("addresses that it does not have, in its own words", async () => {
    const answer = await call<Message>(`${bank.endpoints.berlinGroup.baseUrl}/nothing`, { headers: { "x-request-id": randomUUID() }, agent });
    expect(codeOf(answer)).toEqual([404, "ERROR", "RESOURCE_UNKNOWN"]);
  });
});

describe("a consent at the Berlin Group bank", () => {
  it("is created, read, and ended by the third party; every answer repeats X-Request-ID", async () => {
    const id = randomUUID();
    const created = await send<Consent>("POST", "/consents", agent, { body, headers: { "x-request-id": id, "psu-ip-address": "192.0.2.1" } });
    expect(created.status).toBe(201);
    expect(created.headers["x-request-id"]).toBe(id);
    const { consentId } = created.body;
    expect(created.body).toMatchObject({ consentStatus: "received", _links: { self: { href: `/v1/consents/${consentId}` } } });
    expect(created.headers["location"]).toBe(`${bank.endpoints.berlinGroup.baseUrl}/consents/${consentId}`);
    const { combinedServiceIndicator: _, ...stored } = body;
    expect((await send("GET", `/consents/${consentId}`, agent)).body).toEqual({ ...stored, lastActionDate: "2026-11-20", consentStatus: "received" });
    expect((await send("GET", `/consents/${consentId}/status`, agent)).body).toEqual({ consentStatus: "received" });
    expect(await send("DELETE", `/consents/${consentId}`, agent)).toMatchObject({ status: 204, text: "" });
    expect((await send("GET", `/consents/${consentId}/status`, agent)).body).toEqual({ consentStatus: "terminatedByTpp" });
  });

  it("belongs to the organisation: its next QWAC reads it, another organisation does not", async () => {
    const { consentId } = (await send<Consent>("POST", "/consents", agent, { body })).body;
    const next = agentOf(bank, await hold(bank));
    await read("/consents/x", next);
    expect((await read(`/consents/${consentId}`, next)).status).toBe(200);
    const other = agentOf(bank, await hold(bank, { identifier: "PSDFI-FINFSA-9999999-9" }));
    await read("/consents/x", other);
    for (const method of ["GET", "DELETE"]) expect((await send<Message>(method, `/consents/${consentId}`, other)).status).toBe(403);
  });

  it.each<[string, unknown, string, Record<string, string>?]>([
    ["without access", { ...body, access: undefined }, "FORMAT_ERROR"],
    ["with empty access", { ...body, access: {} }, "FORMAT_ERROR"],
    ["with a date that is none", { ...body, validUntil: "2027-02-30" }, "FORMAT_ERROR"],
    ["with a day that has passed", { ...body, validUntil: "2026-11-19" }, "PERIOD_INVALID"],
    ["for once, but often", { ...body, recurringIndicator: false }, "PARAMETER_NOT_CONSISTENT"],
    ["with texts for truth values", { ...body, recurringIndicator: "true" }, "FORMAT_ERROR"],
    ["without combinedServiceIndicator", { ...body, combinedServiceIndicator: undefined }, "FORMAT_ERROR"],
    ["that is no JSON", "{", "FORMAT_ERROR"],
    ["as text", body, "FORMAT_ERROR", { "content-type": "text/plain" }],
  ])("is refused %s", async (_what, wrong, code, headers = {}) => {
    expect(codeOf(await send<Message>("POST", "/consents", agent, { body: wrong, headers }))).toEqual([400, "ERROR", code]);
  });

  it.each([
    { availableAccounts: "allAccounts" },
    { allPsd2: "allAccounts" },
    { accounts: [{ iban: "FI8659986920068681" }], balances: [{ iban: "FI8659986920068681" }] },
  ])("may ask for %j", async (access) => {
    expect((await send("POST", "/consents", agent, { body: { ...body, access } })).status).toBe(201);
  });
});

describe("the books, switches and files of the Berlin Group bank", () => {
  it("show calls with organisation, certificate and consent", async () => {
    const created = await send<Consent>("POST", "/consents", agent, { body, headers: { "psu-ip-address": "192.0.2.1" } });
    const { calls } = (await bank.admin<{ calls: Record<string, unknown>[] }>("GET", `/books/calls?endpoint=B1&authorizationId=${created.body.consentId}`))
      .body;
    expect(calls).toEqual([
      expect.objectContaining({
        clientId: organizationIdentifier,
        qwac: expect.stringMatching(/^[0-9a-f]{64}$/),
        tppId: "FI-FINFSA-1234567-8",
        psuPresent: true,
        status: 201,
      }),
    ]);
  });

  it("obey the switches", async () => {
    await bank.admin("POST", "/faults", {
      fault: "network.status",
      for: { endpoint: "B3" },
      options: { status: 429, shape: "tpp-messages", code: "ACCESS_EXCEEDED" },
      times: 1,
    });
    expect(codeOf(await read(`/consents/${(await send<Consent>("POST", "/consents", agent, { body })).body.consentId}/status`, agent))).toEqual([
      429,
      "ERROR",
      "ACCESS_EXCEEDED",
    ]);
  });

  it("survive a restart: third parties, blocks and consents", async () => {
    const { consentId } = (await send<Consent>("POST", "/consents", agent, { body })).body;
    await bank.admin("POST", "/berlin-group/third-parties/PSDFI-FINFSA-9999999-9/block");
    await bank.stop();
    bank = await startBank({ folder: bank.folder, clock });
    expect((await read(`/consents/${consentId}`, agent)).status).toBe(200);
    expect((await bank.admin("GET", "/berlin-group/third-parties")).body).toMatchObject({ blocked: ["PSDFI-FINFSA-9999999-9"] });
  });
});

describe.skipIf(!hasSpecification(file))("the official file (skipped where the specifications are not beside the repository)", () => {
  it("has nothing against any answer above", () => {
    expect(official.size).toBeGreaterThan(40);
    expect(official.findings()).toEqual([]);
  });

  it("would say what is wrong, so that its silence means something", () => {
    const { answer: judge } = openApi(file);
    const answer = { status: 200, body: { consentStatus: "maybe" }, text: "{}" };
    expect(judge("GET /v1/consents/{consentId}/status", answer).join()).toContain("allowed values");
    const refusal = { status: 401, body: { tppMessages: [{ category: "ERROR", code: "NO_IDEA" }] }, text: "{}" };
    expect(judge("GET /v1/consents/{consentId}", refusal).join()).toContain("allowed values");
  });
});
