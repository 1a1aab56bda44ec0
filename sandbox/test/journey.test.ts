import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, type TestBank } from "./bank.ts";
import { visit } from "./browser.ts";
import { call, leftHalf, plainAgent, readJwt, redirectUri, Tpp, verifiesWith } from "./tpp.ts";

let bank: TestBank;
let tpp: Tpp;
beforeAll(async () => {
  bank = await startBank();
  tpp = await Tpp.registered(bank);
});
afterAll(() => bank[Symbol.asyncDispose]());

interface Transactions {
  readonly transactions: readonly Record<string, unknown>[];
  readonly continuationToken?: string;
}

describe("the whole way of a third party at the OP sandbox", () => {
  it("generates, registers, is approved, reads everything, and is told when the person revokes", async () => {
    const created = await tpp.createAuthorization();
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ status: "Unauthorized", authorizationId: expect.any(String) });
    const { authorizationId } = created.body;

    const claims = tpp.requestObject(authorizationId);
    const { parameters, redirectedTo } = await visit(tpp.authorizeUrl(claims), { psuId: "88888881" });
    expect(redirectedTo.startsWith(`${redirectUri}#`)).toBe(true);
    expect(parameters.get("state")).toBe(claims["state"]);
    const code = parameters.get("code") ?? "";

    const jwks = (await call<{ keys: Record<string, unknown>[] }>(bank.endpoints.oidcJwksUrl, { agent: plainAgent(bank) })).body.keys;
    const front = parameters.get("id_token") ?? "";
    expect(verifiesWith(front, jwks)).toBe(true);
    expect(readJwt(front).claims).toMatchObject({
      iss: bank.endpoints.issuer,
      aud: tpp.client?.client_id,
      nonce: claims["nonce"],
      acr: "urn:openbanking:psd2:sca",
      authorizationId,
      c_hash: leftHalf(code),
      s_hash: leftHalf(String(claims["state"])),
    });

    const tokens = (await tpp.exchange(code)).body;
    expect(tokens).toMatchObject({ scope: "openid accounts", token_type: "Bearer", expires_in: "3599" });
    expect(verifiesWith(tokens.id_token, jwks)).toBe(true);
    expect(readJwt(tokens.id_token).claims).toMatchObject({
      authorizationId,
      sub: readJwt(front).claims["sub"],
      at_hash: leftHalf(tokens.access_token),
      rt_hash: leftHalf(tokens.refresh_token),
    });

    const accounts = (await tpp.api<Record<string, string>[]>("/accounts", tokens.access_token)).body;
    expect(accounts.length).toBeGreaterThan(0);
    for (const account of accounts) {
      const rows: Record<string, unknown>[] = [];
      let token: string | undefined;
      do {
        const query = token === undefined ? "" : `?continuationToken=${encodeURIComponent(token)}`;
        const page = await tpp.api<Transactions>(`/accounts/${account["accountId"] ?? ""}/transactions${query}`, tokens.access_token);
        expect(page.status).toBe(200);
        rows.push(...page.body.transactions);
        token = page.body.continuationToken;
      } while (token !== undefined);
      const cents = rows.reduce((sum, row) => sum + BigInt(String(row["amount"]).replace(".", "")), 0n);
      expect(BigInt(String(account["grossBalance"]).replace(".", ""))).toBe(cents);
    }

    const refreshed = await tpp.token({ grant_type: "refresh_token", refresh_token: tokens.refresh_token });
    expect(refreshed.status).toBe(200);
    const { access_token: latest } = refreshed.body;
    const revoked = await tpp.api(`/authorizations/${authorizationId}`, latest, { method: "DELETE" });
    expect(revoked).toMatchObject({ status: 200, body: { status: "Revoked" } });
    const after = await tpp.api<{ errors: { type: string; message: string }[] }>("/accounts", latest);
    expect(after.status).toBe(403);
    expect(after.body.errors[0]).toMatchObject({ type: "SECURITY", message: expect.stringMatching(/^Authorization /) });
  });
});
