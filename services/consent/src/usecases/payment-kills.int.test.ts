import { OplError, isOplError } from "@opl/errors";
import { seeded } from "@opl/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { getOrder } from "../db/payment-store.ts";
import { hasMoved } from "../domain/payment-execution.ts";
import { executionsOf, isSettled, mayBeApproved } from "../domain/payment-order.ts";
import { aPerson, returned, startHarness } from "../testing/harness.ts";
import type { Harness, Person } from "../testing/harness.ts";
import { goToBank, once, runPayments, wanted } from "../testing/payments.ts";
import { cancelPayments } from "./cancel-payments.ts";
import { endLapsedAuthorisations } from "./end-lapsed-authorisations.ts";
import { putPaymentOrder } from "./put-payment-order.ts";
import type { PutPaymentOrderInput } from "./put-payment-order.ts";

/** `npm run test:payments -- ORDERS SEED` runs it for longer; the same seed repeats a run. */
const orders = Number.parseInt(process.env["OPL_PAYMENT_ORDERS"] ?? "20", 10);
const seed = Number.parseInt(process.env["OPL_PAYMENT_SEED"] ?? "20261129", 10);

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  harness.clock.set("2026-11-29T10:00:00Z");
});
afterAll(() => {
  harness.gateway.reset();
});

const unavailable = (): OplError => new OplError({ code: "ERR_BANK_GATEWAY_UNAVAILABLE", kind: "unavailable", message: "cut" });

it(
  `DR-T12 TM-26 ${orders} payment orders with kills and cuts at every step (seed ${seed}): the bank's book shows each execution once`,
  async () => {
    const next = seeded(seed);
    const chance = (share: number): boolean => next() < share;
    const { ctx, gateway, clock } = harness;
    const struck = new Map<string, number>();
    let killed = Promise.withResolvers<undefined>();
    let troubled = true;
    gateway.fault = (point) => {
      // Each way to fail comes at each point, the rarer one first.
      const [kills, cuts] = [struck.get(`kill ${point}`) ?? 0, struck.get(`cut ${point}`) ?? 0];
      if (!troubled || !chance(Math.min(kills, cuts) === 0 ? 0.6 : 0.25)) return undefined;
      const kill = kills <= cuts;
      struck.set(`${kill ? "kill" : "cut"} ${point}`, (kill ? kills : cuts) + 1);
      if (!kill) throw unavailable();
      // The process is gone at this very point: nobody ever hears of the answer.
      killed.resolve(undefined);
      killed = Promise.withResolvers<undefined>();
      return new Promise<void>(() => undefined);
    };
    gateway.outcome = () =>
      troubled && chance(0.3) ? (["accepted", "pending", "error"] as const)[Math.floor(next() * 3)]! : chance(0.2) ? "credited" : "debited";

    /** One act of somebody, which may be refused or die on the way. */
    const survive = async <T>(act: () => Promise<T>): Promise<T | undefined> => {
      const { promise: death } = killed;
      const ended = act().catch((error: unknown) => {
        if (!isOplError(error) || error.kind === "bug") throw error;
        return undefined;
      });
      return Promise.race([ended, death]);
    };
    const current = async ({ psu }: Person, { paymentOrderId }: PutPaymentOrderInput) => (await getOrder(ctx.db, { psuId: psu.psuId, paymentOrderId }))?.order;

    /** What an impatient person does: press, perhaps twice, decide at the bank, come back or not. */
    const press = async (person: Person, wish: PutPaymentOrderInput): Promise<void> => {
      await Promise.all(
        chance(0.3) ? [survive(() => putPaymentOrder(ctx, wish)), survive(() => putPaymentOrder(ctx, wish))] : [survive(() => putPaymentOrder(ctx, wish))],
      );
      const { paymentOrderId } = wish;
      const tabs = chance(0.3) ? [0, 1] : [0];
      const states = await Promise.all(tabs.map(() => survive(() => goToBank(ctx, person, paymentOrderId))));
      gateway.decide(paymentOrderId, "authorised");
      for (const state of states) if (state !== undefined && !(troubled && chance(0.2))) await survive(() => harness.comeBack(person, returned({ state })));
      if (troubled && chance(0.1)) await survive(() => cancelPayments(ctx, { psu: person.psu, paymentOrderId, paymentId: null }));
    };
    const timePasses = async (): Promise<void> => {
      clock.advance({ seconds: 70 });
      await survive(() => endLapsedAuthorisations(ctx));
      await survive(() => runPayments(ctx));
    };

    const all = Array.from({ length: orders }, () => {
      const person = aPerson();
      const schedule = chance(0.2) ? { firstDate: null, every: "week" as const, count: 2 } : once;
      return { person, wish: wanted(person, chance(0.2) ? [schedule, once] : [schedule]) };
    });
    for (const { person, wish } of all) {
      for (let tries = 0; tries < 3; tries += 1) {
        const order = await current(person, wish);
        if (order === undefined || mayBeApproved(order, clock.now())) await press(person, wish);
        await timePasses();
      }
    }
    troubled = false;
    for (const execution of gateway.executions.values()) if (execution.status === "accepted") execution.status = chance(0.5) ? "debited" : "rejected";
    for (let rounds = 0; rounds < 12; rounds += 1) {
      for (const { person, wish } of all) {
        const order = await current(person, wish);
        if (order === undefined || mayBeApproved(order, clock.now())) await press(person, wish);
      }
      clock.advance({ hours: rounds < 3 ? 1 : 26 });
      await timePasses();
    }

    expect([...gateway.executions.values()].map(({ status }) => status)).not.toContain("accepted");
    const book = gateway.book();
    let executed = 0;
    for (const { person, wish } of all) {
      const order = await current(person, wish);
      for (const payment of order?.payments ?? []) {
        expect(isSettled(payment)).toBe(true);
        const ours = executionsOf(payment)
          .filter(hasMoved)
          .map(({ executionId }) => executionId);
        const theirs = (book.get(payment.paymentId) ?? []).map(({ executionId }) => executionId);
        expect(theirs.toSorted()).toEqual(ours.toSorted());
        expect(theirs.length).toBeLessThanOrEqual(payment.schedule.count);
        if (payment.status === "authorised" && executionsOf(payment).every(hasMoved)) expect(theirs).toHaveLength(payment.schedule.count);
        if (payment.status !== "authorised") expect(theirs).toEqual([]);
        executed += theirs.length;
      }
    }
    const facts = await ctx.db.selectFrom("outbox").select("data").where("eventType", "=", "consent.payment-executed").execute();
    const told = facts.map(({ data }) => (JSON.parse(data) as { executionId: string }).executionId);
    expect(new Set(told).size).toBe(told.length);
    expect(told).toHaveLength(executed);
    expect(executed).toBeGreaterThan(orders / 2);
    const points = ["initiatePayment", "authorisePaymentOrder", "exchangePaymentCode", "readPaymentOrder", "submitExecution"];
    for (const point of points.flatMap((operation) => [
      `kill before ${operation}`,
      `kill after ${operation}`,
      `cut before ${operation}`,
      `cut after ${operation}`,
    ]))
      expect(struck.get(point) ?? 0, point).toBeGreaterThan(0);
  },
  60_000 + orders * 2_000,
);
