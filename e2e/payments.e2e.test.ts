import { randomUUID } from "node:crypto";
import type { PaymentOrderView } from "@opl/contracts/http/bff-payments";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Person, visitBank } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";
import { asAdmin } from "./truth.ts";

/**
 * DR-T1, TM-26: payments through the running product, whose processes are killed meanwhile. `npm run test:payments -- 1000 SEED` runs
 * it for longer; the same seed kills at the same orders.
 */
const orders = Number.parseInt(process.env["OPL_PRODUCT_PAYMENTS"] ?? "6", 10);
const seed = Number.parseInt(process.env["OPL_PAYMENT_SEED"] ?? "20261129", 10);
const bankPsu = "88888881";
const atOnce = 4;

let product: TestProduct;
let person: Person;
let debtorAccountId: string;
let consentId: string;

beforeAll(async () => {
  product = await startTestProduct({ SANDBOX_PAYMENT_SECONDS: "0" });
  person = await new Person(product.origin).signUp();
  ({ consentId } = await person.connect("op", bankPsu));
  await person.untilRead(consentId);
  const { accounts } = await person.get("listPaymentChoices", "/api/payment-choices");
  debtorAccountId = accounts[0]?.accountId ?? "";
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

interface Book {
  readonly payments: readonly { readonly submissions: readonly { readonly submissionId: string; readonly archiveId: string }[] }[];
  readonly movements: readonly { readonly kind: "debit" | "credit"; readonly paymentId: string; readonly submissionId: string }[];
}

/** Two of them, and in a long run more, have the same amount on the same day: the book and the ledger must still tell them apart. */
const wanted = (index: number) => ({
  aspspId: "op",
  debtorAccountId,
  payments: [
    {
      paymentId: randomUUID(),
      instruction: {
        scheme: "sepa",
        amount: { amount: `0.${10 + (Math.floor(index / 2) % 90)}`, currency: "EUR" },
        creditor: { iban: "FI2112345600000785", name: "Maija Mallikas", address: null, country: null },
        remittance: { kind: "message", text: `Lasku ${index}` },
      },
      schedule: { firstDate: null, every: null, count: 1 },
    },
  ],
});
/** The bank's references on these lines of the ledger, in their order. */
async function referencesOf(transactionIds: readonly (string | null)[]): Promise<readonly (string | null | undefined)[]> {
  const { rows } = await asAdmin(product, (db) =>
    sql<{ id: string; reference: string | null }>`
      select transaction_id::text as id, entry_reference as reference from opl_ingest.transactions`.execute(db),
  );
  const references = new Map(rows.map(({ id, reference }) => [id, reference]));
  return transactionIds.map((id) => references.get(id ?? ""));
}
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));
const isPaid = ({ status }: PaymentOrderView): boolean => status === "debited" || status === "credited";

/** Presses the button until the payment is made, as somebody would whose pages fail now and then. */
async function payFor(index: number): Promise<PaymentOrderView> {
  let [order, address] = [wanted(index), `/api/payment-orders/${randomUUID()}`];
  const deadline = performance.now() + 240_000;
  const heard = new Map<string, number>();
  const hear = (what: string): Map<string, number> => heard.set(what, (heard.get(what) ?? 0) + 1);
  for (; ; await pause()) {
    if (performance.now() > deadline) throw new Error(`${address} was not paid in time: ${JSON.stringify([...heard])}`);
    try {
      const put = await person.ask<PaymentOrderView & { code?: string }>("PUT", address, order);
      hear(`put ${put.status} ${put.body.code ?? put.body.status}`);
      if (put.status !== 200) continue;
      if (isPaid(put.body)) return put.body;
      if (put.body.status === "cancelled") [order, address] = [wanted(index), `/api/payment-orders/${randomUUID()}`];
      if (!put.body.mayBeApproved) continue;
      const approval = await person.ask<{ redirectUrl: string; code?: string }>("POST", `${address}/approval`, {});
      hear(`approve ${approval.status} ${approval.body.code ?? ""}`);
      if (approval.body.code === "ERR_RECENT_SIGN_IN_NEEDED") await person.ask("POST", "/api/auth/confirm/password", { password: person.password });
      if (approval.status !== 200) continue;
      const back = await person.comeBack(await visitBank(approval.body.redirectUrl, bankPsu, "approve"));
      hear(`back ${back.outcome} ${back.reason ?? ""}`);
      // Approved before, and the way back was cut off: the bank asks nobody twice. What it holds is taken back and ordered anew.
      if (back.outcome === "failed") hear(`cancel ${(await person.ask("POST", `${address}/cancellation`, { paymentId: null })).status}`);
    } catch (error) {
      hear(String(error).slice(0, 200));
    }
  }
}

describe("payments through the whole product", () => {
  it(
    `${orders} payments with kills: the bank's book shows each exactly once, and the ledger shows where`,
    async () => {
      const victims = ["consent", "bank-gateway", "bff"] as const;
      let drawn = seed >>> 0;
      const draw = (below: number): number => {
        drawn = (Math.imul(drawn, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((drawn / 2 ** 32) * below);
      };
      const paid: PaymentOrderView[] = [];
      let next = 0;
      const worker = async (): Promise<void> => {
        for (let index = next; index < orders; index = next) {
          next += 1;
          const kill = index % 5 === 1 ? product.processes[victims[draw(victims.length)]!].kill("SIGKILL") : undefined;
          paid.push(await payFor(index));
          await kill;
        }
      };
      await Promise.all(Array.from({ length: atOnce }, worker));

      const { payments: booked, movements } = await product.bank<Book>("GET", `/payments?psu=${bankPsu}`);
      const debits = movements.filter(({ kind }) => kind === "debit");
      expect(new Set(debits.map(({ paymentId }) => paymentId)).size).toBe(debits.length);
      const executions = paid.flatMap(({ payments }) => payments.flatMap((payment) => payment.executions));
      expect(debits.map(({ submissionId }) => submissionId).toSorted()).toEqual(executions.map(({ executionId }) => executionId).toSorted());
      expect(paid).toHaveLength(orders);

      const lines = async (): Promise<(string | null)[]> => {
        const views = await Promise.all(paid.map(({ paymentOrderId }) => person.get("getPaymentOrderView", `/api/payment-orders/${paymentOrderId}`)));
        return views.flatMap(({ payments }) => payments.flatMap((payment) => payment.executions.map(({ transactionId }) => transactionId)));
      };
      // A reading that has just ended is the answer to the next request for one, so it is asked for until the lines are there.
      const openLines = async (): Promise<number> => {
        await person.ask("POST", `/api/connections/${consentId}/refresh`, {}).catch(() => undefined);
        return (await lines()).filter((line) => line === null).length;
      };
      await expect.poll(openLines, { timeout: 120_000, interval: 2_000 }).toBe(0);
      const linked = await lines();
      expect(new Set(linked).size).toBe(orders);
      // By the bank's own book: the line of each is the one with its archive id, also where another has its amount.
      const archiveIds = new Map(booked.flatMap(({ submissions }) => submissions.map(({ submissionId, archiveId }) => [submissionId, archiveId])));
      expect(await referencesOf(linked)).toEqual(executions.map(({ executionId }) => archiveIds.get(executionId)));
    },
    300_000 + orders * 10_000,
  );
});
