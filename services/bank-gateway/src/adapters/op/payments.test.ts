import { Secret } from "@opl/service";
import { paymentInstruction } from "@opl/contracts/model";
import type { PaymentInstruction } from "@opl/contracts/model";
import { describe, expect, it } from "vitest";
import { translateOpRefusal } from "../../standards/op/refusal.ts";
import type { BankCalls, CallInput, PaymentRequest, PaymentsFacet } from "../bank-adapter.ts";
import { opAdapter } from "./adapter.ts";
import { opSettings } from "./settings.ts";

function facet(env: Record<string, string> = {}): PaymentsFacet {
  const { payments } = opAdapter({ ...opSettings.omit({ OP_API_KEY_FILE: true }).parse(env), OP_API_KEY_FILE: new Secret("portal") });
  return payments ?? expect.unreachable();
}

const sepa = (change: object = {}): PaymentInstruction =>
  paymentInstruction.parse({
    scheme: "sepa",
    amount: { amount: "12.50", currency: "EUR" },
    creditor: { iban: "FI2112345600000785", name: "Kahvila Oy", address: null, country: null },
    remittance: { kind: "reference", reference: "1232" },
    ...change,
  });
const foreign = (change: object = {}, creditor: object = {}): PaymentInstruction =>
  paymentInstruction.parse({
    scheme: "foreign",
    amount: { amount: "100.00", currency: "USD" },
    creditor: {
      name: "Acme Inc",
      account: { scheme: "BBAN", id: "123456789" },
      agent: { bic: "CHASUS33", clearingSystemId: null, name: null, address: null },
      address: { line1: "1 Main Street", line2: "New York", country: "US" },
      ...creditor,
    },
    remittance: { kind: "message", text: "Invoice 7" },
    chargeBearer: "shared",
    urgent: false,
    ...change,
  });
const write = (instruction: PaymentInstruction, change: Partial<PaymentRequest> = {}): unknown =>
  JSON.parse(facet().write({ instruction, debtorIban: null, count: 1, aspspAuthorisationId: undefined, beside: [], ...change }));
const misfits = (instruction: PaymentInstruction, change: Partial<PaymentRequest> = {}): unknown => {
  try {
    write(instruction, change);
  } catch (error) {
    return (error as { details: { fields: unknown } }).details.fields;
  }
  return undefined;
};

describe("what we write for the bank", () => {
  it("holds what it knows and no member more", () => {
    expect(write(sepa())).toEqual({ amountEUR: "12.50", payee: { iban: "FI2112345600000785", name: "Kahvila Oy" }, reference: "1232" });
    const abroad = { iban: "DE89370400440532013000", name: "Bäcker GmbH", address: ["Hauptstr. 1", "10115 Berlin"], country: "DE" };
    const more = { debtorIban: "FI5549299510000252", count: 3, aspspAuthorisationId: "a-1", beside: ["sepa"] } as const;
    expect(write(sepa({ creditor: abroad, remittance: { kind: "message", text: "Brötchen" } }), more)).toEqual({
      amountEUR: "12.50",
      payee: abroad,
      payer: { iban: "FI5549299510000252" },
      message: "Brötchen",
      count: 3,
      authorizationId: "a-1",
    });
  });

  it("says where foreign money goes", () => {
    expect(write(foreign({ chargeBearer: "debtor", urgent: true }), { debtorIban: "FI5549299510000252" })).toEqual({
      amount: "100.00",
      currency: "USD",
      payee: {
        name: "Acme Inc",
        bankAccount: { id: "123456789", schemeName: "BBAN", issuer: "CHASUS33" },
        financialInstitution: { bic: "CHASUS33" },
        foreignAddress: { addressLine1: "1 Main Street", addressLine2: "New York", country: "US" },
      },
      payer: { iban: "FI5549299510000252" },
      message: "Invoice 7",
      detailsOfCharges: "OUR",
      paymentOrder: "HIGH",
    });
  });

  it("is refused before it is sent where the bank must refuse it, field by field", () => {
    expect(misfits(sepa())).toBeUndefined();
    expect(misfits(sepa({ amount: { amount: "1.00", currency: "SEK" } }))).toEqual([{ field: "amount.currency", reason: "euro-only" }]);
    expect(misfits(sepa({ amount: { amount: "1.005", currency: "EUR" } }))).toEqual([{ field: "amount.amount", reason: "decimals" }]);
    expect(misfits(sepa({ creditor: { iban: "DE89370400440532013000", name: "B", address: null, country: null } }))).toEqual([
      { field: "creditor.address", reason: "required-abroad" },
      { field: "creditor.country", reason: "required-abroad" },
    ]);
    expect(misfits(sepa(), { beside: ["foreign"] })).toEqual([{ field: "paymentOrderId", reason: "foreign-alone" }]);
    expect(misfits(foreign(), { beside: ["sepa"], count: 2 })).toEqual([
      { field: "count", reason: "once-only" },
      { field: "paymentOrderId", reason: "foreign-alone" },
    ]);
    expect(misfits(foreign({ remittance: { kind: "reference", reference: "1232" } }))).toEqual([{ field: "remittance", reason: "message-only" }]);
    const nobody = { bic: null, clearingSystemId: null, name: null, address: null };
    expect(misfits(foreign({}, { agent: nobody }))).toEqual([{ field: "creditor.agent", reason: "required" }]);
    expect(misfits(foreign({}, { agent: { ...nobody, bic: "CHASUS33", clearingSystemId: "021000021" } }))).toEqual([
      { field: "creditor.agent.clearingSystemId", reason: "bic-or-clearing-id" },
    ]);
    expect(misfits(foreign({}, { address: { line1: "1 Main Street", line2: null, country: "US" } }))).toEqual([
      { field: "creditor.address.line2", reason: "required" },
    ]);
    expect(
      misfits(foreign({}, { account: { scheme: "IBAN", id: "DE89370400440532013000" }, agent: { ...nobody, name: "Bank", clearingSystemId: "1" } })),
    ).toEqual([{ field: "creditor.agent.bic", reason: "required-in-eea" }]);
    expect(misfits(foreign({}, { agent: { ...nobody, bic: "DEUTDEFF" } }))).toEqual([{ field: "creditor.account", reason: "iban-in-eea" }]);
  });
});

const seal = { sign: async (body: Uint8Array) => `sealed:${Buffer.from(body).toString()}` };
const created = (change: object = {}) => ({
  paymentId: "p-1",
  authorizationId: "a-1",
  status: "Unauthorized",
  paymentOrder: "SEPA",
  amountEUR: "12.50",
  payee: { iban: "FI2112345600000785", name: "Kahvila Oy" },
  ...change,
});

function bank(json: unknown) {
  const seen: CallInput[] = [];
  const calls: BankCalls = async (input) => {
    seen.push(input);
    return { status: 201, headers: {}, json, rawHash: "a".repeat(64), receivedAt: Temporal.Instant.from("2026-11-29T10:00:00Z") };
  };
  return { calls, seen };
}

describe("a payment at the bank", () => {
  const text = JSON.stringify({ amountEUR: "12.50", payee: { iban: "FI2112345600000785", name: "Kahvila Oy" }, reference: "1232" });
  const payment = { scheme: "sepa", paymentId: "0b5a6b1e-0000-4000-8000-000000000001", text } as const;

  it("is sealed over the bytes that leave, under one idempotency key, and its answer must be sealed", async () => {
    const { calls, seen } = bank(created());
    await expect(facet().create(calls, seal, payment)).resolves.toEqual({
      aspspAuthorisationId: "a-1",
      aspspPaymentId: "p-1",
      status: "unauthorised",
      debtorIban: null,
      instant: false,
    });
    expect(seen[0]).toMatchObject({ method: "POST", showCertificate: true, answerSeal: "required", body: { type: "application/json", text } });
    expect(seen[0]?.url.pathname).toBe("/payments-psd2/v1/sepa-payments");
    expect(seen[0]?.headers).toEqual({
      "x-idempotency-key": payment.paymentId,
      "x-jws-signature": `sealed:${text}`,
      "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it.each([
    ["amount", { amountEUR: "92.50" }],
    ["payee", { payee: { iban: "FI5549299510000252", name: "Kahvila Oy" } }],
    ["status", { status: "Paid" }],
  ])("is not believed with another %s", async (_, change) => {
    const { calls } = bank(created(change));
    await expect(facet().create(calls, seal, payment)).rejects.toMatchObject({ code: "ERR_ASPSP_PROTOCOL" });
  });

  const long = "Osakeyhtiö Pohjoisen Pitkänimisten Kauppiaiden Yhteinen Hankintarengas";
  it.each([
    ["Kahvila Oy", "KAHVILA OY"],
    ["Kahvila  Åström & Pojat Oy", " KAHVILA ASTROM POJAT OY"],
    ["Bäckerei Müller-Weiß GmbH", "BAECKEREI MUELLER WEISS GMBH"],
    ["Bäckerei Müller-Weiß GmbH", "Backerei Muller-Weis GmbH"],
    ["Smørrebrød Ærø ApS", "SMOERREBROED AEROE APS"],
    ["Łódź Þór", "LODZ THOR"],
    ["Mäenpää", "MAEENPAEAE"],
    ["Mäenpää", "Maenpaa"],
    [long, long.slice(0, 35)],
    [long, long.toUpperCase().slice(0, 70)],
  ])("is believed where its payee %j comes back as %j", async (name, told) => {
    const payee = { iban: "FI2112345600000785", name };
    const { calls } = bank(created({ payee: { ...payee, name: told } }));
    await expect(facet().create(calls, seal, { ...payment, text: JSON.stringify({ amountEUR: "12.50", payee }) })).resolves.toMatchObject({
      aspspPaymentId: "p-1",
    });
  });

  it.each([
    ["Kahvila Oy", "Kahvila Ab"],
    ["Kahvila Oy", "Kahvila"],
    ["Kahvila Oy", "Kahvila Oy Helsinki"],
    ["Kahvila Oy", ""],
    ["Kahvila Oy", null],
    ["Kahvila Oy", "?"],
    ["Müller", "Möller"],
    ["Kahvila Oy", "Kah".padEnd(40)],
    ["Kahvila Oy", ".".repeat(34)],
    ["Kahvila Oy", "K".padEnd(34, ".")],
    ["Joan Oy", "Jon Oy"],
    [long, `${long.slice(0, 35)} Ab`],
    [long.slice(0, 40), long],
  ])("is not believed where its payee %j comes back as %j", async (name, told) => {
    const payee = { iban: "FI2112345600000785", name };
    const { calls } = bank(created({ payee: { ...payee, name: told } }));
    await expect(facet().create(calls, seal, { ...payment, text: JSON.stringify({ amountEUR: "12.50", payee }) })).rejects.toMatchObject({
      details: { reason: "another-payment" },
    });
  });

  it.each([
    ["Accepted", "accepted"],
    ["Pending", "pending"],
    ["Error", "error"],
    ["Submitted", "debited"],
    ["Credited", "credited"],
    ["Rejected", "rejected"],
  ])("%s of an execution is %s", async (status, ours) => {
    const { calls } = bank({ submissionId: "e-1", archiveId: "20261129593190000001", status });
    await expect(facet().execute(calls, { scheme: "foreign", aspspPaymentId: "p-1" }, "e-1")).resolves.toEqual({
      status: ours,
      archiveId: "20261129593190000001",
    });
    await expect(facet().execute(calls, { scheme: "foreign", aspspPaymentId: "p-1" }, "e-2")).rejects.toMatchObject({
      details: { reason: "another-execution" },
    });
  });

  it("the scenario of the sandbox and our certificate in a header are never shown to a bank in production", async () => {
    const ref = { scheme: "sepa", aspspPaymentId: "p-1" } as const;
    const submission = { submissionId: "e-1", status: "Accepted" };
    const inSandbox = bank(submission);
    await facet({ OP_SANDBOX_SCENARIO: "InsufficientFunds" }).execute(inSandbox.calls, ref, "e-1");
    expect(inSandbox.seen[0]).toMatchObject({ showCertificate: true, headers: { "x-sandbox-scenario": "InsufficientFunds" } });
    const inProduction = bank(submission);
    await facet({ OP_SANDBOX_SCENARIO: "InsufficientFunds", OP_ENVIRONMENT: "production" }).execute(inProduction.calls, ref, "e-1");
    expect(inProduction.seen[0]?.showCertificate).toBe(false);
    expect(inProduction.seen[0]?.headers).not.toHaveProperty("x-sandbox-scenario");
  });
});

describe("a refused payment", () => {
  const refused = (body: object) => translateOpRefusal(400, body, {});

  it("says in our words why, and which member is wrong", () => {
    const violations = [
      { type: "SepaIban", path: "payee.iban", message: "no" },
      { type: "Size", path: "message", message: "no" },
      { type: "Required", path: "payee.financialInstitution.bic", message: "no" },
    ];
    expect(refused({ id: "e1", type: "VALIDATION", message: "m", violations })).toMatchObject({
      code: "ERR_ASPSP_REJECTED",
      details: {
        reason: "sepa-iban",
        fields: [
          { field: "creditor.iban", reason: "sepa-iban" },
          { field: "remittance", reason: "size" },
          { field: "creditor.agent", reason: "required" },
        ],
      },
    });
    expect(refused({ id: "e1", type: "BUSINESS", message: "m", violations: [{ type: "InsufficientFunds", message: "no" }] })).toMatchObject({
      details: { reason: "insufficient-funds", violations: ["InsufficientFunds"] },
    });
  });
  it.each([
    ["The payment failed: AccountClosed", "account-closed"],
    ["InvalidPayee", "invalid-payee"],
    ["LimitExceeded (4711)", "limit-exceeded"],
    ["The payment failed: MoonIsFull", "payment-fail"],
    [undefined, "payment-fail"],
    [{ en: "InvalidPayee" }, "payment-fail"],
  ])("that failed, in the bank's text %j: %s, and nothing else of that text", (message, reason) => {
    const error = refused({ type: "BUSINESS", violations: [{ type: "PaymentFail", message }] });
    expect(error.details).toEqual({ status: 400, reason, violations: ["PaymentFail"] });
  });
  it("a word for why a payment failed says nothing of another refusal", () => {
    expect(refused({ type: "VALIDATION", violations: [{ type: "InvalidValue", message: "InvalidPayee" }] }).details).toMatchObject({ reason: "invalid-value" });
  });
});
