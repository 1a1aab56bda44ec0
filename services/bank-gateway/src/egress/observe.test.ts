import { keptLog } from "@opl/testkit";
import { expect, it } from "vitest";
import { errors } from "../errors.ts";
import type { BankAnswer, BankRequest } from "./bank-request.ts";
import { observeEgress } from "./observe.ts";
import { createPolicy } from "./policy.ts";

const url = new URL("https://api.bank.example/accounts");
const request: BankRequest = { operation: "accounts.list", method: "GET", url, headers: {}, identified: true };

it("what may not leave any more when its turn comes is no call: nothing is logged, it says nothing about the bank's health, and no bank is left alone for it", async () => {
  const { logger, lines } = keptLog("bank-gateway");
  const outcomes: string[] = [];
  const policy = createPolicy({ maxConcurrent: 1, maxWaiting: 50, probeAfterMs: 60_000 });
  const egress = policy(async ({ beforeSending }) => {
    await beforeSending?.();
    return { status: 200, headers: {}, body: Buffer.from("[]") } as unknown as BankAnswer;
  });
  const observed = observeEgress(egress, { aspspId: "op", logger, onOutcome: (outcome) => outcomes.push(outcome) });
  const refusals = [errors.ERR_ASPSP_CONSENT_INVALID(), errors.ERR_BANK_PAYMENT_STATE(), new Error("the database is gone")];
  for (let n = 0; n < 12; n += 1) {
    const refusal = refusals[n % 3];
    await expect(observed({ ...request, beforeSending: () => Promise.reject(refusal) })).rejects.toBe(refusal);
  }
  expect([lines, outcomes]).toEqual([[], []]);
  await observed(request);
  expect(outcomes).toEqual(["answered"]);
  expect(lines.map((line) => JSON.parse(line) as { msg: string })).toMatchObject([{ msg: "bank called", operation: "accounts.list", outcome: "200" }]);
});

it("a call that its caller broke off is logged as that, and says nothing about the bank's health", async () => {
  const { logger, lines } = keptLog("bank-gateway");
  const outcomes: string[] = [];
  const stopped = new DOMException("This operation was aborted", "AbortError");
  const observed = observeEgress(() => Promise.reject(stopped), { aspspId: "op", logger, onOutcome: (outcome) => outcomes.push(outcome) });
  await expect(observed({ ...request, signal: AbortSignal.abort() })).rejects.toBe(stopped);
  expect(outcomes).toEqual([]);
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ msg: "bank called", outcome: "stopped" }]);
});

it("a call lasts from sending on: what it waited for before is not the bank's time", async () => {
  const { logger, lines } = keptLog("bank-gateway");
  let nowMs = 0;
  const passes = async (ms: number): Promise<void> => void (nowMs += ms);
  const bank = async ({ beforeSending }: BankRequest): Promise<BankAnswer> => {
    await passes(5_000);
    await beforeSending?.();
    await passes(40);
    return { status: 200, headers: {}, body: Buffer.from("[]") } as unknown as BankAnswer;
  };
  const observed = observeEgress(bank, { aspspId: "op", logger, onOutcome: () => undefined, monotonicMs: () => nowMs });
  await observed({ ...request, beforeSending: () => passes(300) });
  expect(lines.map((line) => JSON.parse(line) as { durationMs: number })).toMatchObject([{ durationMs: 40 }]);
});
