import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { systemClock } from "@opl/service";
import { seeded } from "@opl/testkit";
import { afterAll, describe, expect, it } from "vitest";
import { visitBank } from "../../testing/browser.ts";
import { beginConsent, connect, exchange, register, startGateway } from "../../testing/gateway.ts";
import type { BegunConsent, TestGateway } from "../../testing/gateway.ts";
import { requestPair } from "../../testing/own-certificates.ts";
import type { RefreshBatch, RefreshOrder, RefreshOutcome } from "../../testing/refresh-process.ts";
import { saga } from "../../testing/saga.ts";
import { startSandbox } from "../../testing/sandbox.ts";

/** `npm run test:refresh` sets more tries and another seed. Without it each step is tried a few times. */
const longForm = process.env["OPL_REFRESH_KILLS"];
const tries = Number(longForm ?? 40);
/** What must have died each time of a row of deaths. */
const leastInARow = longForm === undefined ? 3 : 40;
const seed = Number(process.env["OPL_REFRESH_SEED"] ?? 20_261_129);
/** Consents that are refreshed by one process, and die with it. */
const atOnce = 20;
/** Longer than a lease: what a process that died held is free for whoever comes so much later. */
const laterSeconds = 60;
const compiled = mkdtempSync(join(tmpdir(), "opl-refresh-compiled-"));
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

/** A process of its own that waits for a batch. */
function startReplica({ env }: TestGateway, registrationId: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "../../testing/refresh-process.ts"), registrationId], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { PATH: process.env["PATH"] ?? "", NODE_COMPILE_CACHE: compiled, ...env, OPL_DATABASE_POOL_SIZE: String(atOnce + 4) },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const gone = once(child, "exit");
  const ready = lines.next();
  return {
    child,
    /** Refreshes until each has stopped where it was told to. */
    async refreshAndDie(batch: RefreshBatch): Promise<RefreshOutcome> {
      await ready;
      child.stdin.write(`${JSON.stringify(batch)}\n`);
      const said = await lines.next();
      expect((await gone)[1]).toBe("SIGKILL");
      return JSON.parse(String(said.value)) as RefreshOutcome;
    },
  };
}

/** Two replicas that are there for good, in this process, with a clock that a test may put ahead. */
async function startSurvivors(gateway: TestGateway) {
  let ahead = 0;
  const clock = { now: () => systemClock.now().add({ seconds: ahead }) };
  const [one, other] = [await gateway.replica({ clock }), await gateway.replica({ clock })];
  return {
    both: [one, other],
    goAhead: (seconds: number) => void (ahead = seconds),
    [Symbol.asyncDispose]: async () => {
      await one[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}

/** A bank to be registered with and approved at, and how its books name the token endpoint. */
const banks = {
  op: {
    tokenEndpoint: "T1",
    register: async (gateway: TestGateway) => (await register(gateway)).registrationId,
    connect: (gateway: TestGateway, n: number): Promise<BegunConsent> => connect(gateway, { bankPsuId: `load-${n}-10` }),
  },
  "fapi1-sandbox": {
    tokenEndpoint: "fapi1-F5",
    async register(gateway: TestGateway) {
      await requestPair(gateway);
      const steps = saga(gateway, "fapi1-sandbox");
      await steps.whole();
      return steps.registrationId;
    },
    async connect(gateway: TestGateway): Promise<BegunConsent> {
      const begun = await beginConsent(gateway, { aspspId: "fapi1-sandbox" });
      await exchange(gateway, begun, await visitBank(begun.redirectUrl, { psuId: "77777771" }));
      return begun;
    },
  },
} as const;

describe.each([
  { aspspId: "op", bank: "honours the old refresh token until the new one is used", rotation: "until-next-used", deaths: 1, rounds: tries, but: "" },
  { aspspId: "op", bank: "honours each refresh token once", rotation: "once", deaths: 1, rounds: Math.ceil(tries / 4), but: " unless the bank itself said no" },
  {
    aspspId: "fapi1-sandbox",
    bank: "ends all that came of an approval whose spent token is used again",
    rotation: "once",
    deaths: 1,
    rounds: Math.ceil(tries / 4),
    but: " unless the bank itself said no",
  },
  {
    aspspId: "op",
    bank: "honours the old one, where four processes in a row die at one consent",
    rotation: "until-next-used",
    deaths: 4,
    rounds: Math.max(Math.ceil(leastInARow * 1.5), Math.ceil(tries / 10)),
    but: " unless two of them died after they had sent the token",
  },
] as const)("killed while tokens are refreshed at a bank that $bank", ({ aspspId, rotation, deaths, rounds, but }) => {
  it(
    `OA-62 OA-69 ${rounds} tries, killed at each step in turn, then two replicas at once: nobody authorises again${but} (seed ${seed})`,
    async () => {
      await using stack = new AsyncDisposableStack();
      const sandbox = stack.use(await startSandbox({ SANDBOX_REFRESH_TOKENS: rotation }));
      const gateway = stack.use(await startGateway(sandbox, { everyBank: true }));
      const bank = banks[aspspId];
      const registrationId = await bank.register(gateway);
      const survivors = stack.use(await startSurvivors(gateway));
      const { db } = gateway.database.database;
      const random = seeded(seed);
      const newConnection = (n: number) => bank.connect(gateway, n);
      let next = startReplica(gateway, registrationId);
      stack.defer(() => void next.child.kill("SIGKILL"));
      const refreshAndDie = (batch: RefreshBatch) => {
        const replica = next;
        next = startReplica(gateway, registrationId);
        return replica.refreshAndDie(batch);
      };

      async function lostFacts(consentId: string): Promise<string[]> {
        const facts = db.selectFrom("outbox").select("data").where("eventType", "=", "bank-gateway.aspsp-consent-lost");
        return (await facts.where("aggregateId", "=", consentId).execute()).map(({ data }) => (JSON.parse(data) as { code: string }).code);
      }

      async function attempts(): Promise<Map<string, number>> {
        const rows = await db.selectFrom("tokenSets").select(["consentId", "refreshAttempts"]).execute();
        return new Map(rows.map(({ consentId, refreshAttempts }) => [consentId, refreshAttempts]));
      }

      const connections: BegunConsent[] = [];
      for (let n = 0; n < Math.min(atOnce, rounds); n += 1) connections.push(await newConnection(n));
      // How many steps there are, and before which the call leaves.
      const { steps: taken, leavesAtStep } = await refreshAndDie({ aheadSeconds: 0, orders: [{ consentId: connections[0]?.consentId ?? "", stopAtStep: 0 }] });
      const steps = taken[0] ?? 0;
      if (steps < 10 || leavesAtStep < 2) throw new TypeError("A refresh takes more steps than that.");
      const tally = { steps, tries: 0, kills: 0, wentThrough: 0, diedBefore: 0, refusedByBank: 0, diedTwice: 0, diedEachTime: 0, lost: 0 };
      const otherwise: string[] = [];

      while (tally.tries < rounds) {
        const since = await sandbox.lastSeq();
        const first = tally.tries;
        const batch = connections.slice(0, rounds - first);
        let aheadSeconds = 0;
        /** Both tries of the same token were begun, and neither was seen to its end: whoever comes next asks the person. */
        const diedTwice = new Set<string>();
        // Each step in turn, every fifth while the call is on its way. In a row one death alone comes so, and the others before the token leaves:
        // then the bank still honours it. Every sixth dies anywhere each time.
        const orderOf = ({ consentId, at }: { consentId: string; at: number }, death: number): RefreshOrder => {
          if (deaths > 1 && death !== at % deaths && at % 6 !== 5) return { consentId, stopAtStep: 1 + Math.floor(random() * leavesAtStep) };
          const step = at + 7 * death;
          return step % 5 === 4 ? { consentId, stopAtStep: 0, stopInFlightMs: Math.floor(random() * 40) } : { consentId, stopAtStep: 1 + (step % steps) };
        };
        let dying = batch.map(({ consentId }, n) => ({ consentId, at: first + n }));
        for (let death = 0; death < deaths && dying.length > 0; death += 1) {
          const orders = dying.map((one) => orderOf(one, death));
          const before = await attempts();
          const { steps: outcomes } = await refreshAndDie({ aheadSeconds, orders });
          const after = await attempts();
          // Whoever dies before the token leaves has counted nothing.
          for (const { consentId, stopAtStep, stopInFlightMs } of orders) {
            if (stopInFlightMs !== undefined || stopAtStep > leavesAtStep) continue;
            tally.diedBefore += 1;
            if (before.get(consentId) !== after.get(consentId)) otherwise.push(`an attempt was counted by step ${stopAtStep} of ${leavesAtStep}`);
          }
          dying = dying.filter((_, n) => outcomes[n] === null);
          tally.kills += dying.length;
          tally.wentThrough += orders.length - dying.length;
          aheadSeconds += laterSeconds;
          for (const { consentId } of await db.selectFrom("tokenSets").select("consentId").where("refreshAttempts", ">=", 2).execute())
            diedTwice.add(consentId);
        }
        tally.diedEachTime += dying.length;
        survivors.goAhead(aheadSeconds);
        for (const [n, { consentId, aspspConsentId, psu: before }] of batch.entries()) {
          // Said anew: it lives for minutes.
          const psu = await gateway.tokens.psu(before.psuId);
          // Whatever access token is there by now, reading takes a refresh.
          await sandbox.fault("token.expire-access", { for: { authorizationId: aspspConsentId } });
          const reads = await Promise.allSettled(survivors.both.map(({ as }) => as.ingest.fetchAccounts({ params: { consentId }, psu })));
          const calls = (await sandbox.calls({ since, endpoint: bank.tokenEndpoint })).filter(({ authorizationId }) => authorizationId === aspspConsentId);
          const refused = calls.some(({ status }) => status === 400);
          const lost = await lostFacts(consentId);
          tally.tries += 1;
          tally.refusedByBank += refused ? 1 : 0;
          tally.diedTwice += diedTwice.has(consentId) ? 1 : 0;
          tally.lost += lost.length;
          // Lost once, and only where the bank takes the spent token no more or at a second death; it is told as ours. Otherwise both can read.
          const readable = reads.every(({ status }) => status === "fulfilled");
          const expected = refused || diedTwice.has(consentId) ? lost.join() === "refresh-interrupted" && !readable : lost.length === 0 && readable;
          if (!expected)
            otherwise.push(
              `try ${first + n + 1}: refused ${refused}, died twice ${diedTwice.has(consentId)}, lost ${lost.join()}, reads ${reads.map(reasonOf).join()}`,
            );
          if (lost.length > 0 || !expected) connections[n] = await newConnection(n);
        }
      }
      process.stdout.write(`${aspspId} with refresh tokens ${rotation}, deaths in a row up to ${deaths}: ${JSON.stringify(tally)}\n`);
      expect(otherwise).toEqual([]);
      expect(tally.kills).toBeGreaterThan(rounds / 2);
      expect(tally.diedBefore).toBeGreaterThan(0);
      if (deaths === 1) expect(tally).toMatchObject({ diedTwice: 0, lost: tally.refusedByBank });
      else {
        expect(tally.lost).toBe(tally.diedTwice);
        expect(tally.diedEachTime).toBeGreaterThanOrEqual(leastInARow);
      }
      if (rotation === "until-next-used") expect(tally.refusedByBank).toBe(0);
      else expect(tally.refusedByBank).toBeGreaterThan(0);
    },
    Math.max(300_000, rounds * 10_000),
  );
});

function reasonOf(read: PromiseSettledResult<unknown>): string {
  return read.status === "fulfilled" ? "ok" : String((read.reason as { code?: unknown }).code ?? read.reason);
}
