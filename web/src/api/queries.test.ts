import { describe, expect, it } from "vitest";
import { readFundsPermission } from "./queries.ts";

describe("readFundsPermission", () => {
  const before = {
    fundsConsentId: "019a9c60-7a10-7c3a-9d55-0c6f4a1b2c3d",
    aspspId: "op",
    aspspName: "OP",
    maskedNumber: "FI** **** 0785",
    status: "valid",
    validUntil: "2027-05-19T08:00:00Z",
    lastConfirmation: null,
  } as const;

  it("reads the answer of a bff that is not replaced yet", () => {
    expect(readFundsPermission(before)).toEqual({ ...before, createdAt: null, authorisedAt: null, endedAt: null, daysLeft: null, missed: false, history: [] });
  });

  it("keeps all that is said", () => {
    const at = "2026-11-20T08:01:00Z";
    const now = {
      ...before,
      createdAt: at,
      authorisedAt: at,
      endedAt: at,
      daysLeft: 3,
      missed: true,
      history: [{ at, what: "authorised", by: "psu", reason: null } as const],
    };
    expect(readFundsPermission(now)).toEqual(now);
  });
});
