import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Person } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";
import { analyticsTruth, bankTruth, ledgerTruth } from "./truth.ts";

/**
 * DR-T1, DR-T2, DR-T3: SIGKILL of one process in the middle of a first sync. Whatever dies, after it is back the ledger and
 * analytics agree with the bank's own books to the cent, and nothing else went down with it.
 */
let product: TestProduct;

beforeAll(async () => {
  // Small pages and a slow bank make the sync long enough to be hit in its middle.
  product = await startTestProduct({ SANDBOX_PAGE_SIZE: "100", SANDBOX_LATENCY_MS: "30" });
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

const victims = ["ingest", "analytics", "bank-gateway", "consent", "bff", "tpp-registry", "nats", "postgres"] as const;

const servers = () => ({ ...product.processes, nats: product.nats, postgres: product.postgres });
/** Which process runs under each name: one that ended and was started again is another. */
const running = (): Record<string, number | undefined> => Object.fromEntries(Object.entries(servers()).map(([name, server]) => [name, server.pid()]));
const restarts = (): Record<string, number> => Object.fromEntries(Object.entries(servers()).map(([name, server]) => [name, server.restarts()]));

describe("DR-T1 a first sync survives SIGKILL of", () => {
  it.each(victims.map((victim, index) => [victim, `load-${index + 1}-3000`] as const))("%s", async (victim, bankPsu) => {
    const person = await new Person(product.origin).signUp();
    const { psuId } = await person.get("getMe", "/api/me");
    const { consentId } = await person.connect("op", bankPsu);
    await untilSome(person, consentId);
    const before = { running: running(), restarts: restarts() };
    await servers()[victim].kill("SIGKILL");

    const { connection } = await person.untilRead(consentId);
    expect(connection.sync?.status).toBe("completed");
    const truth = await bankTruth(product, bankPsu);
    expect(truth.reduce((sum, account) => sum + account.count, 0)).toBe(3000);
    expect(await ledgerTruth(product, psuId)).toEqual(truth);
    await expect.poll(() => analyticsTruth(product, psuId).catch(() => []), { interval: 200 }).toEqual(truth);
    await expect.poll(restarts, { interval: 200 }).toEqual({ ...before.restarts, [victim]: (before.restarts[victim] ?? 0) + 1 });
    const others = (pids: ReturnType<typeof running>) => ({ ...pids, [victim]: undefined });
    expect(others(running())).toEqual(others(before.running));
  });
});

/** Until the first pages are there and the last is not. */
async function untilSome(person: Person, consentId: string): Promise<void> {
  let seen = 0;
  const ask = async (): Promise<number> => {
    const { body } = await person.ask<{ connection: { sync: { transactionsSeen: number } | null } }>("GET", `/api/connections/${consentId}`);
    return (seen = body.connection?.sync?.transactionsSeen ?? 0);
  };
  await expect.poll(ask, { interval: 20 }).toBeGreaterThan(100);
  expect(seen).toBeLessThan(3000);
}
