import { describe, expect, it } from "vitest";
import type { BankAdapter, BankCalls, CallInput } from "./bank-adapter.ts";

/** What a bank answers in the suite: one recorded body for each operation of the adapter. */
export type RecordedAnswers = Readonly<Record<string, unknown>>;

const now = Temporal.Instant.from("2026-11-22T10:00:00Z");

/** What every adapter must do, whatever its bank speaks. Call it in a test file of the adapter with recorded answers. */
export function adapterConformance(adapter: BankAdapter, recorded: RecordedAnswers): void {
  const { profile, oauth } = adapter;
  const seen: CallInput[] = [];
  const calls: BankCalls = async (input) => {
    seen.push(input);
    return { status: 200, headers: {}, json: recorded[input.operation], rawHash: "a".repeat(64), receivedAt: now };
  };

  describe(`adapter ${profile.aspspId}`, () => {
    it("states its facts", () => {
      expect(profile.aspspId).toMatch(/^[a-z][a-z0-9-]{1,39}$/);
      expect(profile.countries.length).toBeGreaterThan(0);
      expect(profile.historyDays).toBeGreaterThanOrEqual(90);
      // RTS art. 10a: no consent to read lasts longer. In the UK it may, where the person confirms it every 90 days (UK RTS art. 10A).
      if (profile.reconfirmDays === undefined) expect(profile.consentMaxDays).toBeLessThanOrEqual(180);
      else expect(profile.reconfirmDays).toBeLessThanOrEqual(90);
    });

    it("names every origin it uses, and sends tokens to its own interfaces only", () => {
      const issued = oauth === undefined || oauth.endpoints === "discovered" ? [] : [oauth.endpoints.tokenUrl.origin, oauth.endpoints.jwksUrl.origin];
      if (oauth?.endpoints === "discovered") issued.push(new URL(oauth.issuer).origin);
      expect(profile.origins).toEqual(expect.arrayContaining(issued));
      expect(profile.origins).toEqual(expect.arrayContaining([...profile.resourceOrigins]));
      expect(profile.origins.every((origin) => new URL(origin).origin === origin)).toBe(true);
    });

    it("accepts no weak signature", () => {
      if (oauth !== undefined) expect(oauth.idTokenAlgorithms.length).toBeGreaterThan(0);
      expect(profile.signingAlgorithms.length).toBeGreaterThan(0);
      expect([...(oauth?.idTokenAlgorithms ?? []), ...profile.signingAlgorithms].every((algorithm) => /^(RS|PS|ES)256$|^EdDSA$/.test(algorithm))).toBe(true);
    });

    it.each([400, 401, 403, 404, 409, 429, 500, 502, 503])("has a code of the closed set for a bare %i", (status) => {
      const { code, kind } = adapter.translateRefusal(status, undefined, {});
      expect(code).toMatch(/^ERR_ASPSP_(REJECTED|CONSENT_INVALID|CONSENT_EXPIRED|TOKEN_INVALID|RATE_LIMITED|UNAVAILABLE|PROTOCOL)$/);
      if (status === 429) expect(kind).toBe("rate-limited");
      if (status >= 500) expect(kind).toBe("unavailable");
    });

    it.runIf(adapter.accounts ?? adapter.cards)("reads accounts and cards, each with an id of its own", async () => {
      const lists = await Promise.all([adapter.accounts?.list(calls) ?? [], adapter.cards?.list(calls) ?? []]);
      const ids = lists.flat().map(({ account }) => account.resourceId);
      expect(ids.length).toBeGreaterThan(0);
      expect(new Set(ids).size).toBe(ids.length);
    });

    it.runIf(adapter.transactions)("reads transactions of each of them", async () => {
      const lists = await Promise.all([adapter.accounts?.list(calls) ?? [], adapter.cards?.list(calls) ?? []]);
      for (const { account } of lists.flat()) {
        const page = await adapter.transactions?.page(calls, account.resourceId, "a token & more");
        expect(page?.transactions.every(({ raw }) => raw.hash.length === 64 && raw.pointer.startsWith("/"))).toBe(true);
      }
    });

    it.runIf(adapter.consents)("never asks for longer than the bank grants, and calls nothing but the origins of its profile", async () => {
      const validUntil = now.add({ hours: 24 * 1000 });
      const created = await adapter.consents?.create(calls, { validUntil, now });
      if (created !== undefined) expect(created.validUntil.since(now).total("hours")).toBeLessThanOrEqual(profile.consentMaxDays * 24);
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.every(({ url }) => profile.resourceOrigins.includes(url.origin))).toBe(true);
      expect(seen.every(({ headers }) => !Object.keys(headers ?? {}).some((name) => /psu|customer/i.test(name)))).toBe(true);
    });

    it.runIf(adapter.payments ?? adapter.funds)("asks for payments and funds under scopes of their own, at its own interfaces", async () => {
      const scopes = [adapter.payments, adapter.funds].flatMap((facet) => (facet === undefined ? [] : [facet.scopes]));
      const clients = [oauth?.clientScope, ...scopes.map(({ client }) => client)];
      expect(new Set(clients).size).toBe(clients.length);
      expect(scopes.every(({ client, consent }) => consent.includes(client) && !consent.includes(oauth?.clientScope ?? ""))).toBe(true);
      if (adapter.payments !== undefined) expect(profile.origins).toContain(adapter.payments.jwksUrl.origin);
      const before = seen.length;
      await adapter.payments?.revoke(calls, "a/../b");
      await adapter.funds?.revoke(calls, "a/../b");
      const asked = seen.slice(before);
      expect(asked).toHaveLength(scopes.length);
      expect(asked.every(({ url }) => profile.resourceOrigins.includes(url.origin) && url.pathname.endsWith("/a%2F..%2Fb"))).toBe(true);
    });

    it("says that a person is present by their address", () => {
      const headers = adapter.psuHeaders({ psuId: "p", sessionId: "s", ipAddress: "192.0.2.7", userAgent: "agent\r\nx-evil: 1", token: "t" });
      expect(Object.values(headers)).toContain("192.0.2.7");
      expect(Object.values(headers).every((value) => /^[\x20-\x7E]+$/.test(value))).toBe(true);
    });
  });
}
