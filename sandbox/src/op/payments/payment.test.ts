import { describe, expect, it } from "vitest";
import type { AuthorizationStatus } from "../authorization.ts";
import { conclusionOf, paymentStatus, type Payment, type Submission } from "./payment.ts";
import { readScenario } from "./scenario.ts";
import { decideSubmission } from "./submission.ts";

const submission = (status: Submission["status"], takenIn = true): Submission => ({
  submissionId: "s",
  archiveId: "a",
  created: "2026-11-20T10:00:00Z",
  status,
  takenIn,
});
const payment = (overrides: Partial<Payment>): Payment => ({
  paymentId: "p",
  authorizationId: "b",
  clientId: "c",
  paymentType: "SepaPayment",
  idempotencyKey: "k",
  bodyDigest: "d",
  created: "2026-11-20T10:00:00Z",
  revoked: false,
  count: 1,
  detailsOfCharges: "SHA",
  paymentOrder: "SEPA",
  request: {},
  instruction: { cents: "100", amount: "1.00", currency: "EUR", payeeName: "n", payeeAccount: "i" },
  submissions: [],
  ...overrides,
});

describe("the status of a payment", () => {
  it.each<[AuthorizationStatus, Partial<Payment>, string]>([
    ["Unauthorized", {}, "Unauthorized"],
    ["Authorizing", {}, "Authorizing"],
    ["Rejected", {}, "Rejected"],
    ["Authorized", {}, "Authorized"],
    ["Authorized", { submissions: [submission("Pending")] }, "Authorized"],
    ["Authorized", { submissions: [submission("Error", false)] }, "Authorized"],
    ["Authorized", { submissions: [submission("Rejected", false)] }, "Authorized"],
    ["Authorized", { submissions: [submission("Accepted")] }, "Completed"],
    ["Authorized", { submissions: [submission("Rejected")] }, "Completed"],
    ["Authorized", { count: 2, submissions: [submission("Submitted")] }, "Authorized"],
    ["Completed", { submissions: [submission("Credited")] }, "Completed"],
    ["Unauthorized", { revoked: true }, "Revoked"],
    ["Authorized", { revoked: true, count: 2, submissions: [submission("Submitted")] }, "PartiallyRevoked"],
  ])("in a bundle that is %s, with %j: %s", (bundle, overrides, status) => expect(paymentStatus(payment(overrides), bundle)).toBe(status));

  it.each([
    [["Completed", "Completed"], "Completed"],
    [["Completed", "Authorized"], undefined],
    [["Revoked", "Revoked"], "Revoked"],
    [["Revoked", "Completed"], "PartiallyRevoked"],
    [["PartiallyRevoked"], "PartiallyRevoked"],
    [["Revoked", "Unauthorized"], undefined],
  ] as const)("a bundle of %j has become %s", (statuses, conclusion) => expect(conclusionOf(statuses)).toBe(conclusion));
});

describe("a submission", () => {
  const moment = { now: Temporal.Instant.from("2026-11-20T21:30:00Z"), settleSeconds: 5, scenario: {}, enoughFunds: true };
  const fresh = { submissionId: "s", archiveId: "a", created: "2026-11-20T21:30:00Z" };

  it("is accepted and debited a little later; without money it is an Error", () => {
    expect(decideSubmission(fresh, moment).submission).toMatchObject({ status: "Accepted", takenIn: true, due: { at: "2026-11-20T21:30:05Z", to: "debit" } });
    expect(decideSubmission(fresh, { ...moment, enoughFunds: false })).toMatchObject({
      submission: { status: "Error", takenIn: false },
      refusal: { type: "InsufficientFunds" },
    });
  });

  it("that is Pending ends with the day in Finland", () => {
    const { submission: pending } = decideSubmission(fresh, { ...moment, scenario: { outcome: "PaymentSystemUnavailable" } });
    expect(pending).toMatchObject({ status: "Pending", due: { at: "2026-11-20T22:00:00Z", to: "Rejected" } });
  });
});

describe("a scenario", () => {
  it("is read with its value", () => {
    expect(readScenario(undefined)).toEqual({});
    expect(readScenario("PaymentFail=AccountClosed, SandboxAuthorized=x")).toEqual({ outcome: "PaymentFail", reason: "AccountClosed", authorized: "x" });
    const simulated = readScenario("FutureSimulation=P1DT2H");
    expect("later" in simulated ? simulated.later?.total("hours") : undefined).toBe(26);
  });

  it.each([
    "Nonsense",
    "PaymentFail=Weather",
    "InsufficientFunds=1",
    "FutureSimulation=tomorrow",
    "FutureSimulation=-PT1H",
    "FutureSimulation=P1M",
    "SandboxAuthorized",
  ])("%s does not exist", (text) => expect(readScenario(text)).toMatchObject({ type: "InvalidValue" }));
});
