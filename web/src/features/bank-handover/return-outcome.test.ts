import { describe, expect, it } from "vitest";
import { ApiError } from "../../api/api-error.ts";
import { outcomeOf, outcomeOfError } from "./return-outcome.ts";

const answer = { about: { kind: "consent" as const, consentId: "c" }, aspspId: "op", aspspName: "OP", reason: null };
const refusal = (status: number, code: string) => outcomeOfError(new ApiError({ status, code }), "op").kind;

describe("the way back from a bank", () => {
  it("ends in a page of its own for each answer", () => {
    expect(outcomeOf({ ...answer, outcome: "authorised" })).toEqual({ kind: "connected", consentId: "c", bankName: "OP" });
    expect(outcomeOf({ ...answer, outcome: "refused" }).kind).toBe("refused");
    expect(outcomeOf({ ...answer, outcome: "failed", reason: "ERR_AUTHORISATION_TIMED_OUT" }).kind).toBe("timed-out");
    for (const reason of ["ERR_ASPSP_UNAVAILABLE", "ERR_AUTHORISATION_ASPSP_UNAVAILABLE", "ERR_AUTHORISATION_ASPSP_ERROR", "ERR_AUTHORISATION_INTERRUPTED"]) {
      expect(outcomeOf({ ...answer, outcome: "failed", reason }).kind).toBe("bank-down");
    }
    expect(outcomeOf({ ...answer, outcome: "failed", reason: "ERR_AUTHORISATION_ISSUER" }).kind).toBe("not-verified");
    expect(outcomeOf({ ...answer, outcome: "failed" }).kind).toBe("not-verified");
  });

  it("leaves payments and fund checks to their own pages, however they ended", () => {
    const about = { kind: "payment" as const, paymentOrderId: "p" };
    expect(outcomeOf({ ...answer, about, outcome: "authorised" })).toEqual({ kind: "elsewhere", about, ended: undefined });
    expect(outcomeOf({ ...answer, about, outcome: "refused" })).toEqual({ kind: "elsewhere", about, ended: undefined });
    expect(outcomeOf({ ...answer, about, outcome: "failed", reason: "ERR_AUTHORISATION_ISSUER" })).toEqual({ kind: "elsewhere", about, ended: "failed" });
    const newer = outcomeOf({ ...answer, about, outcome: "failed", reason: "ERR_AUTHORISATION_SUPERSEDED" });
    expect(newer).toEqual({ kind: "elsewhere", about, ended: "superseded" });
  });

  it("tells a wrong person, a used return and a service that is down apart (US-05, US-06, US-07)", () => {
    expect(refusal(403, "ERR_AUTHORISATION_OTHER_SESSION")).toBe("wrong-person");
    expect(refusal(404, "ERR_AUTHORISATION_UNKNOWN")).toBe("wrong-person");
    expect(refusal(409, "ERR_AUTHORISATION_IN_PROGRESS")).toBe("nothing-to-finish");
    expect(refusal(422, "ERR_AUTHORISATION_STATE_MISSING")).toBe("nothing-to-finish");
    expect(refusal(401, "ERR_NOT_SIGNED_IN")).toBe("signed-out");
    expect(refusal(502, "ERR_ASPSP_PROTOCOL")).toBe("bank-down");
    expect(refusal(503, "ERR_CONSENT_UNAVAILABLE")).toBe("unreachable");
    expect(refusal(0, "ERR_UNREACHABLE")).toBe("unreachable");
    expect(outcomeOfError(new TypeError("x"), "op").kind).toBe("unreachable");
  });
});
