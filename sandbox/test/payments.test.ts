import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, today, type TestBank } from "./bank.ts";
import { testClock } from "./clock.ts";
import { connect, readAll } from "./connection.ts";
import { ainosCurrent, Payer, sepaBody, type Payment } from "./payer.ts";
import { Tpp } from "./tpp.ts";

let bank: TestBank;
let tpp: Tpp;
let payer: Payer;
const clock = testClock(today);
beforeAll(async () => {
  bank = await startBank({ clock });
  tpp = await Tpp.registered(bank);
  payer = new Payer(tpp);
});
afterAll(() => bank[Symbol.asyncDispose]());

interface Movement {
  readonly kind: "debit" | "credit";
  readonly paymentId: string;
  readonly submissionId: string;
  readonly iban: string;
  readonly amount: string;
  readonly archiveId: string;
}

async function movements(paymentId: string): Promise<Movement[]> {
  return (await bank.admin<{ movements: Movement[] }>("GET", `/payments?paymentId=${paymentId}`)).body.movements;
}

/** Lets the bank debit what it accepted. */
function settle(): void {
  clock.ahead({ seconds: 2 });
}

describe("the way of a payment", () => {
  it("create, authorize, list, submit, poll: the money moves once, and the account's transactions show it", async () => {
    const created = await payer.create(sepaBody({ amountEUR: "12.50" }));
    expect(created).toMatchObject({
      status: 201,
      body: {
        ...sepaBody(),
        paymentType: "SepaPayment",
        paymentOrder: "SEPA",
        detailsOfCharges: "SHA",
        count: 1,
        status: "Unauthorized",
        created: expect.any(String),
      },
    });
    expect(await payer.verifies(created)).toBe(true);
    const { paymentId, authorizationId } = created.body;
    expect(created.body).not.toHaveProperty("submissions");
    expect(await payer.bundleStatus(authorizationId)).toBe("Unauthorized");

    const { access_token: token } = await payer.approve(authorizationId);
    expect(await payer.bundleStatus(authorizationId)).toBe("Authorized");
    const { payments } = (await payer.api<{ payments: Payment[] }>(`/authorizations/${authorizationId}/payments`, token)).body;
    expect(payments).toEqual([expect.objectContaining({ paymentId, status: "Authorized", paymentType: "SepaPayment", payer: { iban: ainosCurrent } })]);

    const submissionId = randomUUID();
    const path = payments[0] as Payment;
    const submitted = await payer.submit(path, token, { submissionId });
    expect(submitted).toMatchObject({ status: 201, body: { submissionId, status: "Accepted", archiveId: expect.any(String), created: expect.any(String) } });
    expect(await movements(paymentId)).toEqual([]);
    settle();
    expect((await payer.submit(path, token, { submissionId, method: "GET" })).body.status).toBe("Submitted");
    expect((await payer.submit(path, token, { submissionId })).body).toMatchObject({ status: "Submitted", archiveId: submitted.body.archiveId });
    expect(await movements(paymentId)).toEqual([expect.objectContaining({ kind: "debit", submissionId, iban: ainosCurrent, amount: "-12.50" })]);
    expect(await payer.payment(paymentId, "?include=submissions")).toMatchObject({ status: "Completed", submissions: [{ submissionId, status: "Submitted" }] });
    expect(await payer.bundleStatus(authorizationId)).toBe("Completed");

    const aino = await connect(tpp);
    const account = (await tpp.api<{ accountId: string; identifier: string }[]>("/accounts", aino.token)).body.find((each) => each.identifier === ainosCurrent);
    const { rows } = await readAll(tpp, `/accounts/${account?.accountId}/transactions`, aino.token);
    expect(rows.filter((row) => row["archiveId"] === submitted.body.archiveId)).toEqual([
      expect.objectContaining({
        amount: "-12.50",
        bookingDate: today,
        message: "Lunch",
        recipient: expect.objectContaining({ name: "Maija Mallikas", identifier: "FI2112345600000785" }),
      }),
    ]);
  });
});
