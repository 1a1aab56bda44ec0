import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeJwt } from "jose";
import { startBank, type TestBank } from "./bank.ts";
import { FapiTpp } from "./fapi-tpp.ts";
import { UkTpp } from "./uk-tpp.ts";

let bank: TestBank;
let tpp: UkTpp;
beforeAll(async () => {
  bank = await startBank();
  tpp = await UkTpp.make(bank);
});
afterAll(() => bank[Symbol.asyncDispose]());

describe("an honest client", () => {
  it("walks the whole way at fapi1", async () => {
    const fapi1 = await FapiTpp.make(bank, "fapi1", { tpp });
    const { tokens, authorizationId, claims } = await fapi1.connect();
    expect(claims).toMatchObject({ authorizationId, acr: "urn:openbanking:psd2:sca" });
    expect(decodeJwt(tokens.access_token)).toMatchObject({ cnf: { "x5t#S256": expect.any(String) as string }, authorizationId });
    const accounts = (await (await fapi1.resource(tokens.access_token, "/accounts")).json()) as { accountId: string; servicer: string }[];
    expect(accounts).toHaveLength(2);
  });

  it("walks the whole way at fapi2", async () => {
    const fapi2 = await FapiTpp.make(bank, "fapi2", { tpp });
    const { tokens, authorizationId, claims } = await fapi2.connect();
    expect(tokens.token_type).toBe("dpop");
    expect(claims).toMatchObject({ authorizationId });
    const accounts = (await (await fapi2.resource(tokens.access_token, "/accounts")).json()) as { accountId: string; servicer: string }[];
    expect(accounts).toHaveLength(2);
  });

  it("walks the whole way at decoupled", async () => {
    const decoupled = await FapiTpp.make(bank, "decoupled", { tpp });
    const asked = await decoupled.backchannel();
    await bank.admin("POST", "/fapi/decoupled/approvals", { authorizationId: asked.authorizationId, decision: "approve" });
    const tokens = await decoupled.poll(asked.auth_req_id);
    const accounts = (await (await decoupled.resource(tokens.access_token, "/accounts")).json()) as { accountId: string; servicer: string }[];
    expect(accounts).toHaveLength(2);
  });
});
