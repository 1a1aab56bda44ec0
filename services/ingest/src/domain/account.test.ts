import { describe, expect, it } from "vitest";
import { anAccount } from "../testing/bank-answers.ts";
import { accountKey, keyAccounts } from "./account.ts";

const owner = { psuId: "psu-1", aspspId: "op-fi" };
const same = (name: string) => name;
const keyOf = (change: Parameters<typeof anAccount>[0], of = owner) => accountKey(of, anAccount(change), same);

describe("accountKey", () => {
  it("BR-25: is the same under a new consent, whatever the bank's id and however the IBAN is written", () => {
    expect(keyOf({ resourceId: "new", iban: "fi21 1234 5600 0007 85" })).toBe(keyOf({}));
    expect(keyOf({ name: "renamed", ownerName: null })).toBe(keyOf({}));
  });

  it.each([
    ["another IBAN", keyOf({ iban: "FI5542345670000081" })],
    ["another currency", keyOf({ currency: "SEK" })],
    ["another bank", keyOf({}, { ...owner, aspspId: "other" })],
    ["another person", keyOf({}, { ...owner, psuId: "psu-2" })],
  ])("differs for %s", (_, key) => {
    expect(key).not.toBe(keyOf({}));
  });

  it("names a card by its masked number and product, else by the bank's id", () => {
    const card = { iban: null, maskedPan: "**** **** **** 1111", name: "Visa" };
    expect(keyOf({ ...card, resourceId: "a" })).toBe(keyOf({ ...card, resourceId: "b" }));
    expect(keyOf({ ...card, name: "Mastercard" })).not.toBe(keyOf(card));
    expect(keyOf({ iban: null, maskedPan: null, resourceId: "a" })).not.toBe(keyOf({ iban: null, maskedPan: null, resourceId: "b" }));
  });
});

describe("keyAccounts", () => {
  it("counts an account listed twice once", () => {
    expect(keyAccounts(owner, [anAccount(), anAccount()], same)).toHaveLength(1);
    expect(keyAccounts(owner, [anAccount({ resourceId: "a" }), anAccount({ resourceId: "b" })], same)).toHaveLength(1);
  });

  it("keeps two cards apart that look the same", () => {
    const card = { iban: null, maskedPan: "************1111", name: "Visa" };
    const keyed = keyAccounts(owner, [anAccount({ ...card, resourceId: "a" }), anAccount({ ...card, resourceId: "b" })], same);
    expect(new Set(keyed.map(({ key }) => key)).size).toBe(2);
  });
});
