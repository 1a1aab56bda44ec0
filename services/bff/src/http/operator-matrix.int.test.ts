import { bffRoutes } from "@opl/contracts/http/bff";
import { operatorRoutes } from "@opl/contracts/http/bff-operator";
import { securityRoutes } from "@opl/contracts/http/bff-security";
import { signInRoutes } from "@opl/contracts/http/bff-sign-in";
import type { RouteContract } from "@opl/contracts/http";
import { newId } from "@opl/service";
import { createLogger } from "@opl/telemetry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBff } from "../../test/bff.ts";
import type { Bff, Person } from "../../test/bff.ts";
import { browserAt } from "../../test/browser.ts";
import type { Answer, Browser } from "../../test/browser.ts";
import { registrySecrets } from "../../test/registry-world.ts";
import { bank } from "../../test/world.ts";
import { changeOperator } from "../usecases/change-operator.ts";
import { routes } from "./index.ts";
import { operatorRoute } from "./operator-route.ts";

/** Every route of the operators, tried by everybody (TM-29, US-42). The list comes from the contracts; one without a case here fails. */
type Ask = (bff: Bff) => { readonly path: string; readonly body?: unknown };

const registration = ({ downstream }: Bff): string => downstream.registrations[0]?.registrationId ?? "";
const certificate = ({ downstream }: Bff): string => downstream.ownCertificates[0]?.certificateId ?? "";
const subject = {
  commonName: "One Point Ledger",
  organisationName: "One Point Ledger Oy",
  country: "FI",
  organizationIdentifier: "PSDFI-FINFSA-1234567-8",
  authority: { id: "FI-FINFSA", name: "Finanssivalvonta" },
  roles: ["AIS"],
};
const credentials = { aspspId: "op-fi", clientId: "client", clientSecret: "typed-secret-canary", apiKey: null };

const cases: Readonly<Record<keyof typeof operatorRoutes, Ask>> = {
  listOperatorBanks: () => ({ path: "/api/operator/banks" }),
  getOperatorRegistration: (bff) => ({ path: `/api/operator/registrations/${registration(bff)}` }),
  startOperatorRegistration: () => ({ path: "/api/operator/registrations", body: { aspspId: "op-fi", renew: true } }),
  retryOperatorRegistration: (bff) => ({ path: `/api/operator/registrations/${registration(bff)}/retry` }),
  enterOperatorCredentials: (bff) => ({ path: `/api/operator/registrations/${registration(bff)}/credentials`, body: credentials }),
  listOperatorCertificates: () => ({ path: "/api/operator/certificates" }),
  requestOwnCertificate: () => ({ path: "/api/operator/own-certificates", body: { purpose: "qwac", keyType: "rsa", subject } }),
  importOwnChain: (bff) => ({ path: `/api/operator/own-certificates/${certificate(bff)}/chain`, body: { chain: "-----BEGIN CERTIFICATE-----" } }),
  importOwnPkcs12: () => ({ path: "/api/operator/own-certificates/pkcs12", body: { purpose: "qwac", pkcs12: "AAAA", passphrase: "passphrase-canary" } }),
  retireOwnCertificate: (bff) => ({ path: `/api/operator/own-certificates/${certificate(bff)}/retirement` }),
  getOperatorPlan: () => ({ path: "/api/operator/plan" }),
  checkOperatorPlan: () => ({ path: "/api/operator/plan/check" }),
  listOperatorQuarantines: () => ({ path: "/api/operator/quarantines" }),
  lookAtQuarantine: () => ({ path: "/api/operator/quarantines/op-fi/reading" }),
  approveQuarantine: () => ({ path: "/api/operator/quarantines/op-fi/approval", body: { fingerprint: "b".repeat(64) } }),
  searchDirectory: () => ({ path: "/api/operator/directory?name=op&country=FI&bic=OKOYFIHH" }),
};
const contracts: readonly (readonly [keyof typeof operatorRoutes, RouteContract])[] = Object.entries(operatorRoutes) as never;

describe("which routes are for operators", () => {
  it("says the contract of every one, and no other address is theirs (TM-29)", () => {
    for (const [, { role, psu, path }] of contracts) expect([path, role, psu, path.startsWith("/api/operator/")]).toEqual([path, "operator", "required", true]);
    const others: readonly RouteContract[] = [...Object.values(bffRoutes), ...Object.values(signInRoutes), ...Object.values(securityRoutes)];
    for (const { role, path } of others) expect([path, role, path.startsWith("/api/operator")]).toEqual([path, undefined, false]);
  });

  it("cannot be bound without the role", () => {
    const { role: _, ...open } = operatorRoutes.listOperatorBanks;
    expect(() => operatorRoute(open, async () => ({ banks: [], missing: [] }))).toThrow("listOperatorBanks is not for operators.");
  });
});

describe("who is an operator", () => {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ name: "bff", level: "trace", destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  let bff: Bff;
  let operator: Person;
  const strangers: Record<string, Browser> = {};
  beforeAll(async () => {
    bff = await startBff({ logger });
    operator = await bff.operator();
    strangers["anonymous"] = bff.browser();
    strangers["signed out"] = await afterwards(await bff.operator(), (browser) => browser.send("POST", "/api/auth/sign-out", { body: {} }));
    strangers["erased"] = await afterwards(await bff.operator(), (browser) => browser.send("DELETE", "/api/me"));
    strangers["with a forged cookie"] = browserAt(bff.address, operator.browser.origin);
    strangers["with a forged cookie"].cookie = operator.browser.cookie?.replace(/.{8}$/, "AAAAAAA%3D");
    strangers["another person"] = (await bff.person()).browser;
    const former = await bff.operator();
    expect((await former.browser.get("/api/operator/banks")).status).toBe(200);
    await changeOperator(bff.app.context, { email: former.email, role: "person" });
    strangers["no operator any more"] = former.browser;
  });
  afterAll(() => bff[Symbol.asyncDispose]());

  async function afterwards({ browser }: Person, end: (browser: Browser) => Promise<Answer>): Promise<Browser> {
    const { cookie } = browser;
    expect((await end(browser)).status).toBe(204);
    browser.cookie = cookie;
    return browser;
  }
  const send = (browser: Browser, name: keyof typeof operatorRoutes, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const { path, body } = cases[name](bff);
    return browser.send(operatorRoutes[name].method, path, { headers, ...(body === undefined ? {} : { body }) });
  };

  it("every route that is served below /api/operator/ is one of the contract", () => {
    const served = routes(bff.app.context).filter(({ contract }) => contract.path.startsWith("/api/operator"));
    expect(served.map(({ contract }) => contract)).toEqual(expect.arrayContaining(Object.values(operatorRoutes)));
    expect(served).toHaveLength(contracts.length);
  });

  it("is told by /api/me", async () => {
    expect((await operator.browser.get("/api/me")).json()).toMatchObject({ role: "operator" });
    expect((await (strangers["another person"] as Browser).get("/api/me")).json()).toMatchObject({ role: "person" });
    expect((await (strangers["no operator any more"] as Browser).get("/api/me")).json()).toMatchObject({ role: "person" });
  });

  describe.each(contracts)("%s", (name, { status }) => {
    it("answers an operator, without a secret", async () => {
      const answer = await send(operator.browser, name);
      expect([answer.status, answer.text]).toEqual([status, expect.any(String)]);
      for (const secret of Object.values(registrySecrets)) expect(answer.text).not.toContain(secret);
    });

    it.each(["anonymous", "signed out", "erased", "with a forged cookie"])("is closed to who is %s", async (who) => {
      const answer = await send(strangers[who] as Browser, name);
      expect([answer.status, answer.json()]).toEqual([401, expect.objectContaining({ code: "ERR_NOT_SIGNED_IN" })]);
    });

    it.each(["another person", "no operator any more"])("is refused to who is %s, and nobody is asked (TM-29)", async (who) => {
      const before = bff.downstream.asked.length;
      const answer = await send(strangers[who] as Browser, name);
      expect([answer.status, answer.json()]).toEqual([403, expect.objectContaining({ code: "ERR_OPERATORS_ONLY" })]);
      expect(bff.downstream.asked.length).toBe(before);
    });
  });

  describe.each(contracts.filter(([, { method }]) => method !== "GET"))("%s", (name) => {
    it("is refused without the proof that our own page asks (US-01)", async () => {
      const answer = await send(operator.browser, name, { "opl-csrf": "0" });
      expect([answer.status, answer.json()]).toEqual([403, expect.objectContaining({ code: "ERR_REQUEST_NOT_FROM_OUR_PAGE" })]);
    });

    it("leaves a line for the audit, with ids and no values", async () => {
      const before = lines.length;
      await send(operator.browser, name);
      const since = lines.slice(before);
      expect(since.filter(({ msg }) => msg === "an operator acted")).toEqual([
        expect.objectContaining({ subsystem: "audit", operation: name, psuId: operator.psuId, outcome: "done" }),
      ]);
      expect(JSON.stringify(since)).not.toMatch(/typed-secret-canary|passphrase-canary|Aino|example\.fi/);
    });
  });

  it("what somebody may as an operator ends at the next request, in a session that goes on (US-24)", async () => {
    const { email, browser } = await bff.operator();
    expect((await browser.get("/api/operator/banks")).status).toBe(200);
    await changeOperator(bff.app.context, { email, role: "person" });
    expect((await browser.get("/api/operator/banks")).json()).toMatchObject({ code: "ERR_OPERATORS_ONLY" });
    expect((await browser.get("/api/me")).json()).toMatchObject({ email, role: "person" });
  });

  it("none of it is there where operators' pages are switched off", async () => {
    const elsewhere = browserAt((await bff.replica({ OPL_OPERATOR_PAGES: "off" })).address, operator.browser.origin);
    elsewhere.cookie = operator.browser.cookie;
    for (const [name] of contracts) {
      const answer = await send(elsewhere, name);
      expect([name, answer.status, answer.json()]).toEqual([name, 404, expect.objectContaining({ code: "ERR_ROUTE_NOT_FOUND" })]);
    }
    expect((await elsewhere.get("/api/me")).json()).toMatchObject({ role: "person" });
  });

  it("sends the services behind no person's presence for what is about no person, except where the gateway keeps who decided", async () => {
    const before = bff.downstream.asked.length;
    for (const [name] of contracts) await send(operator.browser, name);
    const asked = bff.downstream.asked.slice(before);
    expect(asked.length).toBeGreaterThan(contracts.length);
    expect(asked.flatMap(({ operation, psu }) => (psu === undefined ? [] : [[operation, psu.psuId]]))).toEqual([
      ["readAuthorizationServer", operator.psuId],
      ["approveAuthorizationServer", operator.psuId],
    ]);
  });

  it("notes an action that was refused further on", async () => {
    const before = lines.length;
    const answer = await operator.browser.send("POST", `/api/operator/registrations/${newId()}/retry`, { body: {} });
    expect(answer.status).toBe(404);
    expect(lines.slice(before)).toContainEqual(expect.objectContaining({ msg: "an operator acted", outcome: "ERR_REGISTRATION_NOT_FOUND" }));
  });

  it("has the registration that waited for credentials go on at once", async () => {
    const before = bff.downstream.asked.length;
    await send(operator.browser, "enterOperatorCredentials");
    expect(bff.downstream.asked.slice(before).map(({ operation }) => operation)).toEqual(["enterCredentials", "retryRegistration"]);
  });

  it("says that credentials were kept, also where the registration cannot be hurried", async () => {
    bff.downstream.down.add("tpp-registry");
    try {
      const before = bff.downstream.asked.length;
      expect((await send(operator.browser, "enterOperatorCredentials")).status).toBe(204);
      expect(bff.downstream.asked.slice(before).map(({ operation }) => operation)).toContain("enterCredentials");
    } finally {
      bff.downstream.down.delete("tpp-registry");
    }
    // What is no outage is told.
    const unknown = await operator.browser.send("POST", `/api/operator/registrations/${newId()}/credentials`, { body: credentials });
    expect(unknown.status).toBe(404);
  });

  it("tells at which bank, by its name, the records differ", async () => {
    const drift = { since: "2026-11-22T09:00:00Z", differences: [{ field: "roles", from: "PIS", to: "AIS" }] };
    const named = { aspspId: "op-fi", aspspName: bank.name };
    expect((await operator.browser.get("/api/operator/banks")).json()).toMatchObject({ banks: [{ aspspId: "op-fi", drift }], missing: [] });
    expect((await operator.browser.get("/api/operator/plan")).json()).toMatchObject({ drift: [{ ...named, ...drift }], plan: { actions: [named] } });
    expect((await operator.browser.send("POST", "/api/operator/plan/check", { body: {} })).json()).toMatchObject({ actions: [named] });
  });

  it("shows the rest of a page while a part cannot be had", async () => {
    bff.downstream.down.add("bank-gateway");
    try {
      expect((await operator.browser.get("/api/operator/certificates")).json()).toMatchObject({ own: [], missing: ["own"] });
      expect((await operator.browser.get("/api/operator/banks")).json()).toMatchObject({
        banks: [{ aspspId: "op-fi", name: "op-fi", health: null }],
        missing: ["banks"],
      });
    } finally {
      bff.downstream.down.delete("bank-gateway");
    }
    bff.downstream.down.add("tpp-registry");
    try {
      expect((await operator.browser.get("/api/operator/banks")).status).toBe(503);
    } finally {
      bff.downstream.down.delete("tpp-registry");
    }
  });
});
