import type { ListedReceipt, PublicJwk } from "@opl/contracts/model";
import { newId } from "@opl/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBff } from "../../test/bff.ts";
import type { Bff, Person } from "../../test/bff.ts";

let bff: Bff;
let aino: Person;
beforeAll(async () => {
  bff = await startBff();
  aino = await bff.person();
});
afterAll(() => bff[Symbol.asyncDispose]());

const key = (kid: string): PublicJwk => ({ kty: "EC", crv: "P-256", x: "eA", y: "eQ", kid, use: "sig", alg: "ES256" });
const jws = (kid: string) => `${Buffer.from(JSON.stringify({ alg: "ES256", kid })).toString("base64url")}.e30.c2ln`;
const receipt = (sequence: number, signed: string | null): ListedReceipt => ({
  receiptId: newId(),
  sequence,
  happened: sequence === 1 ? "granted" : "withdrawn",
  at: "2026-11-22T10:00:00Z",
  jws: signed,
});
const ask = () => aino.browser.get(`/api/connections/${aino.holdings.consent.consentId}/receipts`);

it("receipts of a permission to ask for funds come the same way, with the keys that signed them", async () => {
  const receipts = [receipt(1, jws("funds")), receipt(2, null)];
  bff.downstream.receipts.set(aino.holdings.fundsConsentId, receipts);
  bff.downstream.keys.push(key("funds"), key("another"));
  const answer = await aino.browser.get(`/api/funds-permissions/${aino.holdings.fundsConsentId}/receipts`);
  expect([answer.status, answer.json()]).toEqual([200, { receipts, keys: [key("funds")] }]);
});

describe("receipts of a permission", () => {
  it("come with the keys that signed them, and no others", async () => {
    const receipts = [receipt(1, jws("old")), receipt(2, jws("new"))];
    bff.downstream.receipts.set(aino.holdings.consent.consentId, receipts);
    bff.downstream.keys.push(key("old"), key("seal"), key("new"));
    const answer = await ask();
    expect([answer.status, answer.json()]).toEqual([200, { receipts, keys: [key("old"), key("new")] }]);
  });

  it("are there while they wait to be signed, and need no key then", async () => {
    bff.downstream.receipts.set(aino.holdings.consent.consentId, [receipt(1, null)]);
    bff.downstream.down.add("tpp-registry");
    const answer = await ask();
    bff.downstream.down.clear();
    expect([answer.status, answer.json()]).toMatchObject([200, { receipts: [{ jws: null }], keys: [] }]);
  });

  it("are not given without the keys that verify them", async () => {
    bff.downstream.receipts.set(aino.holdings.consent.consentId, [receipt(1, jws("old"))]);
    bff.downstream.down.add("tpp-registry");
    const answer = await ask();
    bff.downstream.down.clear();
    expect(answer.status).toBe(503);
  });
});
