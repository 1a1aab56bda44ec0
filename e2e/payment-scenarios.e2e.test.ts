import { randomUUID } from "node:crypto";
import type { PaymentOrderView } from "@opl/contracts/http/bff-payments";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Person, visitBank } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";

/**
 * What OP's sandbox can be asked to let happen to a payment, from the button to the state that consent reaches. Nothing is debited by
 * time alone here (an hour is longer than any test), so money moves only where a scenario makes it move.
 */
const bankPsu = "88888881";
const someoneElsewhere = "FI2112345600000785";

let product: TestProduct;
let person: Person;
let consentId: string;
let someoneAtOp: string;

beforeAll(async () => {
  product = await startTestProduct({ SANDBOX_PAYMENT_SECONDS: "3600" });
  person = await new Person(product.origin).signUp();
  ({ consentId } = await person.connect("op", bankPsu));
  await person.untilRead(consentId);
  const { people } = await product.bank<{ people: { psuId: string; accounts: { iban: string }[] }[] }>("GET", "/people");
  someoneAtOp = people.find(({ psuId }) => psuId === "88888882")?.accounts[0]?.iban ?? "";
});
afterEach(() => product.bank("DELETE", "/faults"));
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

interface Book {
  readonly payments: readonly {
    readonly paymentId: string;
    readonly authorizationId: string;
    readonly idempotencyKey: string;
    readonly paymentOrder: string;
  }[];
  readonly movements: readonly { readonly kind: "debit" | "credit"; readonly paymentId: string; readonly iban: string; readonly amount: string }[];
}
const bookOf = (filter: Record<string, string> = {}) => product.bank<Book>("GET", `/payments?${new URLSearchParams(filter).toString()}`);

/** As if we had sent it as `x-sandbox-scenario`, for this order alone. */
async function actsUnder(scenario: string, authorizationId: string): Promise<void> {
  for (const endpoint of ["P4-submit", "P4"])
    await product.bank("POST", "/faults", { fault: "payment.scenario", for: { endpoint, authorizationId }, options: { scenario } });
}

/** Ordered, and approved at the bank, which from then on acts under the scenario. */
async function payUnder(scenario: string | null, iban = someoneElsewhere) {
  const [address, paymentId] = [`/api/payment-orders/${randomUUID()}`, randomUUID()];
  const instruction = {
    scheme: "sepa",
    amount: { amount: "12.50", currency: "EUR" },
    creditor: { iban, name: "Maija Mallikas", address: null, country: null },
    remittance: { kind: "message", text: "Kiitos" },
  };
  const payment = { paymentId, instruction, schedule: { firstDate: null, every: null, count: 1 } };
  const put = await person.ask("PUT", address, { aspspId: "op", debtorAccountId: null, payments: [payment] });
  expect(put).toMatchObject({ status: 200 });
  const { redirectUrl } = await person.post("approvePaymentOrder", `${address}/approval`, {});
  const atBank = (await bookOf()).payments.find(({ idempotencyKey }) => idempotencyKey === paymentId);
  const authorizationId = atBank?.authorizationId ?? "";
  if (scenario !== null) await actsUnder(scenario, authorizationId);
  expect(await person.comeBack(await visitBank(redirectUrl, bankPsu, "approve"))).toMatchObject({ outcome: "authorised" });
  return { address, authorizationId };
}
const seen = (address: string): Promise<PaymentOrderView> => person.get("getPaymentOrderView", address);
const executionsOf = async (address: string) => (await seen(address)).payments.flatMap(({ executions }) => executions);
const reaches = (address: string, status: string) =>
  expect.poll(async () => (await executionsOf(address)).map((execution) => execution.status), { interval: 100 }).toEqual([status]);

describe("every x-sandbox-scenario: final only where money moved, or surely never will", () => {
  it.each([
    ["none", null, "accepted", null, 0],
    ["InsufficientFunds", "InsufficientFunds", "pending", "insufficient-funds", 0],
    ["PaymentSystemUnavailable", "PaymentSystemUnavailable", "pending", "ERR_PAYMENT_NOT_DEBITED_YET", 0],
    ["PaymentFail", "PaymentFail", "rejected", "payment-fail", 0],
    ["PaymentFail=AccountClosed", "PaymentFail=AccountClosed", "rejected", "account-closed", 0],
    ["PaymentFail=InvalidPayee", "PaymentFail=InvalidPayee", "rejected", "invalid-payee", 0],
    ["PaymentFail=LimitExceeded", "PaymentFail=LimitExceeded", "rejected", "limit-exceeded", 0],
    ["PaymentSubmitFailed", "PaymentSubmitFailed", "rejected", "ERR_PAYMENT_REJECTED_BY_ASPSP", 0],
    ["PaymentSubmitSuccess", "PaymentSubmitSuccess", "debited", null, 1],
  ])("%s", async (_name, scenario, status, reason, debits) => {
    const { address, authorizationId } = await payUnder(scenario);
    await reaches(address, status);
    expect(await seen(address)).toMatchObject({ status, payments: [{ status, executions: [{ status, reason }] }] });
    const { movements } = await bookOf({ authorizationId });
    expect(movements.filter(({ kind }) => kind === "debit")).toHaveLength(debits);
  });

  it("FutureSimulation: accepted, and a day later debited", async () => {
    const { address, authorizationId } = await payUnder(null);
    await reaches(address, "accepted");
    expect((await bookOf({ authorizationId })).movements).toEqual([]);
    await actsUnder("FutureSimulation=PT24H", authorizationId);
    await reaches(address, "debited");
    expect((await bookOf({ authorizationId })).movements.map(({ kind }) => kind)).toEqual(["debit"]);
  });

  it("SandboxAuthorized: for an order that the person approved it changes nothing", async () => {
    const { address, authorizationId } = await payUnder(`SandboxAuthorized=${randomUUID()}`);
    await reaches(address, "accepted");
    expect((await bookOf({ authorizationId })).movements).toEqual([]);
  });
});

describe("instant", () => {
  it("SEPA_INST: accepted is not paid; credited comes with the money, once on either side, and the ledger shows it", async () => {
    const waiting = await payUnder(null, someoneAtOp);
    await reaches(waiting.address, "accepted");
    expect(await bookOf({ authorizationId: waiting.authorizationId })).toMatchObject({ payments: [{ paymentOrder: "SEPA_INST" }], movements: [] });
    expect((await seen(waiting.address)).steps.at(-1)).toMatchObject({ step: "paid", state: "now" });

    const { address, authorizationId } = await payUnder("PaymentSubmitSuccess", someoneAtOp);
    await reaches(address, "credited");
    const order = await seen(address);
    expect(order).toMatchObject({ status: "credited", mayBeCancelled: false });
    expect(order.steps.at(-1)).toMatchObject({ step: "paid", state: "done" });
    const { movements } = await bookOf({ authorizationId });
    expect(movements.map(({ kind, amount }) => [kind, amount])).toEqual([
      ["debit", "-12.50"],
      ["credit", "12.50"],
    ]);
    expect(movements[1]?.iban).toBe(someoneAtOp);

    const line = async (): Promise<string | null> => {
      await person.ask("POST", `/api/connections/${consentId}/refresh`, {});
      return (await executionsOf(address))[0]?.transactionId ?? null;
    };
    await expect.poll(line, { interval: 1_000 }).not.toBeNull();
  });
});
