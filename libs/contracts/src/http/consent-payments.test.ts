import { describe, expect, it } from "vitest";
import { startFundsPermission } from "./bff-payments.ts";
import { createFundsConsentOrder, listFundsConsents } from "./consent-payments.ts";

describe("listFundsConsents", () => {
  it("reads the answer of a consent service that is not replaced yet", () => {
    const before = {
      fundsConsentId: "019a9c60-7a10-7c3a-9d55-0c6f4a1b2c3d",
      aspspId: "op",
      iban: null,
      status: "valid",
      createdAt: "2026-11-20T08:00:00Z",
      validUntil: "2027-05-19T08:00:00Z",
      lastConfirmation: null,
    };
    expect(listFundsConsents.response.parse({ fundsConsents: [before] })).toEqual({
      fundsConsents: [{ ...before, authorisedAt: null, endedAt: null, history: [] }],
    });
  });
});

describe("a renewal of a permission to ask for funds", () => {
  const renews = "019a9c60-7a10-7c3a-9d55-0c6f4a1b2c3d";
  const order = { aspspId: "op", validityDays: 180, sessionBinding: "a".repeat(43) };
  const iban = "FI2112345600000785";
  it("is for the account of the older one: naming another beside it is refused, by the field that is too much", () => {
    const paths = [
      createFundsConsentOrder.body?.safeParse({ ...order, iban, renews }),
      startFundsPermission.body?.safeParse({ aspspId: "op", accountId: renews, renews }),
    ].map((parsed) => parsed?.error?.issues.map(({ path, message }) => [path.join("."), message]));
    const message = "null with renews, which says the account";
    expect(paths).toEqual([[["iban", message]], [["accountId", message]]]);
  });
  it.each([{ iban: null, renews }, { iban }, { iban: null }])("%j is taken", (about) => {
    expect(createFundsConsentOrder.body?.safeParse({ ...order, ...about })?.success).toBe(true);
  });
});
