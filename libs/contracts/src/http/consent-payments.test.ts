import { describe, expect, it } from "vitest";
import { listFundsConsents } from "./consent-payments.ts";

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
