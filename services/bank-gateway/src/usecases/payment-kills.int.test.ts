import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import { isOplError } from "@opl/errors";
import { systemClock } from "@opl/service";
import { seeded } from "@opl/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { register, startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import type { PaymentBatch, PaymentTask } from "../../testing/payment-process.ts";
import { TestOrder, bookOf, sepa } from "../../testing/payments.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";

/** `npm run test:payments` sets more tries and another seed. Without it each step is tried at least once, and each cut once. */
const tries = Number(process.env["OPL_PAYMENT_KILLS"] ?? 50);
const seed = Number(process.env["OPL_PAYMENT_SEED"] ?? 20_261_129);
/** Payments that are carried out by one process, and die with it. */
const atOnce = 30;
/** Of them whoever comes next asks for so many at the same time. */
const together = 6;
/** Longer than a lease: what a process that died held is free for whoever comes so much later. */
const laterSeconds = 61;
/** Of half of them whoever comes next dies as well. */
const deaths = 2;
/** A payment that recurs is executed as often as was approved. */
const executionsEach = 50;
const compiled = mkdtempSync(join(tmpdir(), "opl-payments-compiled-"));

let sandbox: Sandbox;
let gateway: TestGateway;
let registrationId: string;
beforeAll(async () => {
  sandbox = await startSandbox({ SANDBOX_PAYMENT_SECONDS: "0", SANDBOX_ACCESS_TOKEN_SECONDS: "86400" });
  gateway = await startGateway(sandbox);
  ({ registrationId } = await register(gateway));
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
  rmSync(compiled, { recursive: true, force: true });
});

type Replica = Pick<TestGateway, "app">;

/** What consent asks for under one key, as often as it takes. */
interface Wish {
  readonly task: Pick<PaymentTask, "initiate" | "submit">;
  readonly ask: (replica: Replica) => Promise<object>;
  /** What is not as it must be, once it was answered; `since`: before anything of it left. */
  readonly wrong: (since: number) => Promise<readonly string[]>;
}

/** One more payment; `further`: of an order whose first the bank has already. */
async function newPayment(further: boolean): Promise<Wish> {
  const order = await TestOrder.of(gateway);
  if (further) await order.initiate();
  const paymentId = randomUUID();
  const input = { orderId: order.orderId, paymentId, aspspId: "op", debtorIban: null, instruction: sepa(), count: 1 };
  return {
    task: { initiate: { input, psu: order.psu } },
    ask: (replica) => order.initiate({ paymentId, gateway: replica }),
    async wrong(since) {
      const { db } = gateway.database.database;
      const kept = await db
        .selectFrom("orderPayments")
        .innerJoin("paymentOrders", "paymentOrders.orderId", "orderPayments.orderId")
        .select(["outcome", "aspspPaymentId", "aspspAuthorisationId"])
        .where("paymentId", "=", paymentId)
        .executeTakeFirstOrThrow();
      const authorizationId = kept.aspspAuthorisationId ?? "";
      const { payments } = await bookOf(sandbox, { authorizationId });
      const booked = payments.filter(({ idempotencyKey }) => idempotencyKey === paymentId);
      const others = payments.length - booked.length;
      // Until its answer is known only the same request under the same key can tell what became of it, so that is how the bank is asked.
      const sent = (await callsOf(authorizationId, since)).filter(({ endpoint }) => endpoint === "P1").length;
      return [
        ...(booked.length === 1 && others === (further ? 1 : 0) ? [] : [`the book has it ${booked.length} times, beside ${others}`]),
        ...(kept.outcome === "created" && kept.aspspPaymentId === booked[0]?.paymentId ? [] : [`we hold ${kept.outcome} ${kept.aspspPaymentId}`]),
        ...(sent >= 1 ? [] : ["never sent"]),
      ];
    },
  };
}

/** An approved payment that can be executed often. */
async function newExecutable() {
  const order = await TestOrder.of(gateway);
  const { payment, aspspAuthorisationId } = await order.initiate({ instruction: sepa({ amount: { amount: "0.01", currency: "EUR" } }), count: executionsEach });
  await order.approve();
  let used = 0;
  return { order, payment, aspspAuthorisationId, isUsedUp: () => (used += 1) > executionsEach };
}

function newExecution({ order, payment: { paymentId }, aspspAuthorisationId }: Awaited<ReturnType<typeof newExecutable>>): Wish {
  const executionId = randomUUID();
  return {
    task: { submit: { orderId: order.orderId, paymentId, executionId } },
    ask: (replica) => order.submit(paymentId, executionId, replica),
    async wrong(since) {
      const { db } = gateway.database.database;
      const kept = await db.selectFrom("paymentExecutions").select("leaseUntil").where("executionId", "=", executionId).executeTakeFirst();
      const { payments, movements } = await bookOf(sandbox, { authorizationId: aspspAuthorisationId });
      const submitted = payments.flatMap(({ submissions }) => submissions).filter(({ submissionId }) => submissionId === executionId).length;
      const debited = movements.filter(({ kind, submissionId }) => kind === "debit" && submissionId === executionId).length;
      const calls = (await callsOf(aspspAuthorisationId, since)).filter(({ path }) => String(path).endsWith(executionId));
      return [
        ...(submitted === 1 && debited === 1 ? [] : [`the book has ${submitted} submissions and ${debited} debits`]),
        ...(kept?.leaseUntil === null ? [] : ["the execution is still held"]),
        ...(isAskedBeforeRepeats(calls) ? [] : [`sent again unasked: ${calls.map(({ endpoint, faults }) => [endpoint, faults].flat().join(" ")).join(", ")}`]),
      ];
    },
  };
}

type Call = Awaited<ReturnType<Sandbox["calls"]>>[number];

/** Nothing is sent a second time unless the bank had just said what it has. */
function isAskedBeforeRepeats(calls: readonly Call[]): boolean {
  const first = calls.findIndex(({ endpoint }) => endpoint === "P4-submit");
  return calls.every(({ endpoint }, n) => {
    const before = calls[n - 1];
    return endpoint !== "P4-submit" || n === first || (before?.endpoint === "P4" && before["faults"] === undefined);
  });
}

async function callsOf(authorizationId: string, since: number): Promise<readonly Call[]> {
  return (await sandbox.calls({ since })).filter((call) => call["authorizationId"] === authorizationId);
}

/** Consent asks again whatever went wrong. */
async function insist(ask: () => Promise<object>): Promise<object> {
  for (let asked = 1; ; asked += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isOplError(error) || error.kind === "bug" || asked === 5) throw error;
    }
  }
}

/** A process of its own that waits for a batch. */
function startReplica() {
  const child = spawn(process.execPath, [join(import.meta.dirname, "../../testing/payment-process.ts"), registrationId], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { PATH: process.env["PATH"] ?? "", NODE_COMPILE_CACHE: compiled, ...gateway.env, OPL_DATABASE_POOL_SIZE: String(atOnce + 4) },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const gone = once(child, "exit");
  const ready = lines.next();
  return {
    child,
    /** @returns steps of each task that went through, null for one that was killed */
    async carryOutAndDie(batch: PaymentBatch): Promise<readonly (number | null)[]> {
      await ready;
      child.stdin.write(`${JSON.stringify(batch)}\n`);
      const said = await lines.next();
      expect((await gone)[1]).toBe("SIGKILL");
      return JSON.parse(String(said.value)) as (number | null)[];
    },
  };
}

describe("TM-26 killed between every two steps", () => {
  it.each([
    { what: "the first payment of an order", wish: () => newPayment(false) },
    { what: "a further payment of an order", wish: () => newPayment(true) },
    { what: "an execution", wish: executions() },
  ])(
    `$what: ${tries} tries, then two replicas at once ask for the same again, and the bank's book shows each exactly once (seed ${seed})`,
    async ({ wish }) => {
      await using stack = new AsyncDisposableStack();
      let ahead = 0;
      const egress = { probeAfterMs: 0 };
      const clock = { now: () => systemClock.now().add({ seconds: ahead }) };
      const survivors = [stack.use(await gateway.replica({ clock, egress })), stack.use(await gateway.replica({ clock, egress }))];
      const random = seeded(seed);
      let next = startReplica();
      stack.defer(() => void next.child.kill("SIGKILL"));
      const carryOutAndDie = (batch: PaymentBatch) => {
        const replica = next;
        next = startReplica();
        return replica.carryOutAndDie(batch);
      };

      // How many steps there are.
      const [steps = null] = await carryOutAndDie({ aheadSeconds: 0, tasks: [{ ...(await wish(0)).task, stopAtStep: 0 }] });
      if (steps === null || steps < 10) throw new TypeError("A payment takes more steps than that.");
      const tally = { steps, tries: 0, kills: 0, wentThrough: 0 };
      const wrong: string[] = [];
      while (tally.tries < tries) {
        const first = tally.tries;
        const wishes = await Promise.all(Array.from({ length: Math.min(atOnce, tries - first) }, (_, n) => wish(n)));
        const since = await sandbox.lastSeq();
        // Each step in turn, every fifth while the call is on its way.
        let tasks = wishes.map(({ task }, n): PaymentTask => {
          const at = first + n;
          return at % 5 === 4
            ? { ...task, stopAtStep: 0, stopInFlightMs: Math.floor(random() * 40) }
            : { ...task, stopAtStep: 1 + ((at - Math.floor(at / 5)) % steps) };
        });
        let left: readonly Wish[] = wishes;
        ahead = 0;
        for (let kills = 0; kills < deaths && tasks.length > 0; kills += 1) {
          const outcomes = await carryOutAndDie({ aheadSeconds: ahead, tasks });
          tally.kills += outcomes.filter((outcome) => outcome === null).length;
          tally.wentThrough += outcomes.filter((outcome) => outcome !== null).length;
          ahead += laterSeconds;
          left = left.filter((_, n) => outcomes[n] === null && random() < 0.5);
          tasks = left.map(({ task }) => ({ ...task, stopAtStep: 1 + Math.floor(random() * steps) }));
        }
        const told: (readonly PromiseSettledResult<object>[])[] = [];
        const settled: object[] = [];
        for (let from = 0; from < wishes.length; from += together) {
          const some = wishes.slice(from, from + together);
          told.push(...(await Promise.all(some.map(({ ask }) => Promise.allSettled(survivors.map(ask))))));
          settled.push(...(await Promise.all(some.map(({ ask }) => insist(() => ask(survivors[1] as Replica))))));
        }
        // Whoever asks once more is told the same, and nothing leaves again.
        const before = await sandbox.lastSeq();
        for (const [n, each] of wishes.entries()) {
          const answers = [...(told[n] ?? []).flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : [])), settled[n] ?? {}];
          const refusals = (told[n] ?? []).flatMap((answer) => (answer.status === "rejected" ? [codeOf(answer.reason)] : []));
          const again = withoutTime(await insist(() => each.ask(survivors[0] as Replica)));
          const found = [
            ...(await each.wrong(since)),
            // A bank that is slow on a busy machine is asked again as well.
            ...refusals.filter((code) => code !== "ERR_BANK_PAYMENT_RUNNING" && code !== "ERR_ASPSP_UNAVAILABLE"),
            ...(answers.every((answer) => isDeepStrictEqual(withoutTime(answer), again)) ? [] : ["told otherwise when asked once more"]),
          ];
          if (found.length > 0) wrong.push(`try ${first + n + 1}: ${found.join("; ")}`);
        }
        if ((await sandbox.calls({ since: before })).some(({ endpoint }) => endpoint === "P1" || endpoint === "P4-submit"))
          wrong.push(`tries from ${first + 1}: something was sent once more`);
        tally.tries += wishes.length;
      }
      process.stdout.write(`${JSON.stringify(tally)}\n`);
      expect(wrong).toEqual([]);
      expect(tally.kills).toBeGreaterThan(tries / 2);
      expect(Math.floor(tries * 0.8)).toBeGreaterThanOrEqual(steps);
      await expectNothingTwice();
    },
    120_000 + tries * 5_000,
  );
});

/** Payments that recur, each with an execution at a time. */
function executions(): (slot: number) => Promise<Wish> {
  const slots = new Map<number, ReturnType<typeof newExecutable>>();
  return async (slot) => {
    let executable = await slots.get(slot);
    if (executable === undefined || executable.isUsedUp()) {
      const made = newExecutable();
      slots.set(slot, made);
      executable = await made;
      executable.isUsedUp();
    }
    return newExecution(executable);
  };
}

/** The whole book of the bank: no payment and no execution that we do not hold, and none a second time. */
async function expectNothingTwice(): Promise<void> {
  const { db } = gateway.database.database;
  const { payments, movements } = await bookOf(sandbox, {});
  const keys = payments.map(({ idempotencyKey }) => idempotencyKey);
  const held = new Set((await db.selectFrom("orderPayments").select("paymentId").execute()).map(({ paymentId }) => paymentId));
  expect(keys.filter((key, n) => !held.has(key) || keys.indexOf(key) !== n)).toEqual([]);
  const debits = movements.filter(({ kind }) => kind === "debit").map(({ submissionId }) => submissionId);
  const executed = new Set((await db.selectFrom("paymentExecutions").select("executionId").execute()).map(({ executionId }) => executionId));
  expect(debits.filter((debit, n) => !executed.has(debit) || debits.indexOf(debit) !== n)).toEqual([]);
}

const beforeItWorked = [["network.reset"], ["network.cut-body"], ["network.hang"]] as const;
const afterItWorked = [
  ["payment.no-answer", { how: "reset" }],
  ["payment.no-answer", { how: "hang" }],
  ["payment.no-answer", { how: "status" }],
] as const;
const cutsOf = (endpoint: string, faults: readonly (readonly [string, object?])[]) =>
  faults.map(([fault, options = {}]) => ({ endpoint, fault, options, how: [fault, ...Object.values(options)].join(" ") }));

describe("TM-26 the connection is cut", () => {
  /** Does not wait long for a bank that is silent. */
  const startHasty = () => gateway.replica({ egress: { limits: { headersTimeoutMs: 500, idleTimeoutMs: 500, totalTimeoutMs: 700 }, probeAfterMs: 0 } });

  let hasty: Awaited<ReturnType<typeof startHasty>>;
  beforeAll(async () => {
    hasty = await startHasty();
  });
  afterAll(() => hasty?.[Symbol.asyncDispose]());

  const cut = async (endpoint: string, fault: string, options: object, times: number) => {
    await sandbox.fault(fault, { for: { endpoint }, times, options });
  };

  it.each([...cutsOf("T1", beforeItWorked), ...cutsOf("P1", [...beforeItWorked, ...afterItWorked])])(
    "at the creation, $how at $endpoint: the book shows it once",
    async ({ endpoint, fault, options }) => {
      for (const further of [false, true]) {
        const { ask, wrong } = await newPayment(further);
        // One that has no token of its own yet.
        await using fresh = endpoint === "T1" ? await startHasty() : undefined;
        const replica = fresh ?? hasty;
        const since = await sandbox.lastSeq();
        await cut(endpoint, fault, options, 1);
        await insist(() => ask(replica));
        expect(await wrong(since)).toEqual([]);
        expect((await sandbox.calls({ since, endpoint })).some(({ faults }) => faults !== undefined)).toBe(true);
        await sandbox.calm();
      }
      await expectNothingTwice();
    },
  );

  it.each([
    ...cutsOf("P4-submit", [...beforeItWorked, ...afterItWorked]),
    // The bank is asked because the execution's own answer was lost; until it says what it has nothing is sent.
    ...cutsOf("P4", [...beforeItWorked, ...afterItWorked]),
    ...cutsOf("P2", beforeItWorked),
  ])("at the execution, $how at $endpoint: the book shows it once, and the bank is asked before it is sent again", async ({ endpoint, fault, options }) => {
    const { ask, wrong } = newExecution(await newExecutable());
    const since = await sandbox.lastSeq();
    if (endpoint === "P4") await cut("P4-submit", "payment.no-answer", {}, 1);
    await cut(endpoint, fault, options, endpoint === "P4" ? 3 : 1);
    await insist(() => ask(hasty));
    expect(await wrong(since)).toEqual([]);
    expect((await sandbox.calls({ since, endpoint })).some(({ faults }) => faults !== undefined)).toBe(true);
    await expectNothingTwice();
  });
});

/** When it was told is of its own each time. */
function withoutTime(told: object): object {
  return { ...told, answeredAt: undefined };
}

function codeOf(error: unknown): string {
  return isOplError(error) ? error.code : String(error);
}
