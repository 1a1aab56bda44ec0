import { describe, expect, it } from "vitest";
import { approvalOutcome } from "./approval-outcome.ts";

type Connection = Parameters<typeof approvalOutcome>[0];
const at = "2026-11-29T10:00:00Z";
const connection = (status: Connection["status"], by: "psu" | "tpp" | "aspsp" = "psu", reason: string | null = null): Connection => ({
  consentId: "c",
  aspspId: "bank",
  status,
  history: [
    { at, what: "created", by: "psu", reason: null },
    { at, what: "rejected", by, reason },
  ],
});

describe("what a person said in their bank's app", () => {
  it.each([
    ["received", undefined, undefined, undefined],
    ["valid", undefined, undefined, "connected"],
    ["rejected", "psu", "ERR_AUTHORISATION_REFUSED", "refused"],
    ["rejected", "tpp", "ERR_AUTHORISATION_TIMED_OUT", "timed-out"],
    ["rejected", "aspsp", "ERR_ASPSP_UNAVAILABLE", "bank-down"],
    ["rejected", "tpp", "ERR_AUTHORIZATION_REFUSED", "not-verified"],
  ] as const)("%s by %s for %s: %s", (status, by, reason, kind) => {
    expect(approvalOutcome(connection(status, by, reason ?? null), "Bank")?.kind).toBe(kind);
  });
});
