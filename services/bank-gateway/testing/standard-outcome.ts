import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "@opl/service";
import { eventually } from "@opl/testkit";
import { expect } from "vitest";
import { refreshLapsing } from "../src/usecases/refresh-lapsing.ts";
import { retryRevocations } from "../src/usecases/retry-revocations.ts";
import { exchange } from "./gateway.ts";
import type { BegunConsent, TestGateway } from "./gateway.ts";
import type { BankCall, Sandbox } from "./sandbox.ts";

/** Absence needs a window: for so long after its end an attempt must cause no call. */
const silenceMs = 2_000;

/** Waits until the last of what has ended is that long ago: once for all attempts of a file. */
export async function silenceSince(ended: readonly { readonly endedAt: number }[]): Promise<void> {
  await delay(Math.max(0, Math.max(...ended.map(({ endedAt }) => endedAt)) + silenceMs - performance.now()));
}

/** An attempt and what the person brought back. */
export interface Attempt {
  readonly begun: BegunConsent;
  readonly returned: Readonly<Record<string, string>>;
  /** Last call in the bank's books before the return was brought to us. */
  readonly since: number;
}

export interface Refusal {
  /** The stable reason in the log. */
  readonly reason: string;
  /** Calls about the consent that the refusal itself took, by the bank's names: none before the token call, T1 after it. */
  readonly calls: readonly string[];
  /** Whether tokens had come, which the bank must then be asked once to withdraw. */
  readonly tokensCame: boolean;
  /** The bank takes no withdrawal by these tokens, since they are bound to somebody else: asked once, it is asked again minutes later. */
  readonly notTaken?: boolean;
}

interface Awaited extends Attempt, Refusal {
  readonly endedAt: number;
}

export interface StandardOutcomeOptions {
  readonly gateway: TestGateway;
  readonly sandbox: Sandbox;
  /** Of the log of the gateway. */
  readonly lines: readonly string[];
  /** The call that withdraws a consent at a bank; OP's where nothing is said. */
  readonly withdrawal?: (aspspId: string) => string;
}

/**
 * What every refused authorization must leave behind: a failed attempt and nothing else, one security event without a secret, and a bank that
 * hears nothing more, except once that tokens which came are not wanted. `refused` looks at the first two at once; `silence`, called once at the end
 * of a file, waits until the last attempt is old enough and asks the bank's books about all of them.
 */
export function standardOutcome({ gateway, sandbox, lines, withdrawal = () => "A3" }: StandardOutcomeOptions) {
  const attempts: Awaited[] = [];
  const { db } = gateway.database.database;

  async function nothingKept({ begun: { consentId, aspspConsentId, psu } }: Attempt, { tokensCame }: Refusal): Promise<void> {
    const consent = await db.selectFrom("bankConsents").select(["status", "authorisedAt"]).where("consentId", "=", consentId).executeTakeFirstOrThrow();
    expect(consent).toEqual({ status: "failed", authorisedAt: null });
    expect(await db.selectFrom("tokenSets").select("consentId").where("consentId", "=", consentId).execute()).toEqual([]);
    expect(await db.selectFrom("openAuthorizations").select("consentId").where("consentId", "=", consentId).execute()).toEqual([]);
    // The bank's answer to the creation is all there ever was.
    const archived = await db.selectFrom("rawMessages").select("operation").where("psuId", "=", psu.psuId).execute();
    expect(archived.map(({ operation }) => operation)).toEqual(["consents.create"]);
    expect(await db.selectFrom("outbox").select("eventType").where("aggregateId", "=", consentId).execute()).toEqual([]);
    const due = await db.selectFrom("revocationsDue").select("aspspConsentId").where("aspspConsentId", "=", aspspConsentId).execute();
    expect(due.length).toBeLessThanOrEqual(tokensCame ? 1 : 0);
  }

  return {
    /** The attempt was refused for this reason; what it left behind is looked at, and the rest is awaited by `silence`. */
    async refused(attempt: Attempt, refusal: Refusal): Promise<void> {
      const { begun, returned } = attempt;
      attempts.push({ ...attempt, ...refusal, endedAt: performance.now() });
      await nothingKept(attempt, refusal);
      oneSecurityEvent(lines, begun.consentId, refusal.reason, [begun.state, begun.nonce, ...secretsIn(returned)]);
      // The state is burnt: the same return does not work any more, and nothing can be read.
      await expect(exchange(gateway, begun, returned)).rejects.toMatchObject({ code: "ERR_BANK_CONSENT_STATE" });
      await expect(gateway.as.ingest.fetchAccounts({ params: { consentId: begun.consentId } })).rejects.toMatchObject({ code: "ERR_BANK_CONSENT_STATE" });
    },

    /** For all attempts of the file: no call but those they took, in two seconds and a day later; tokens that came are withdrawn, each once. */
    async silence(): Promise<void> {
      await silenceSince(attempts);
      const notTaken = new Set(attempts.flatMap((attempt) => (attempt.notTaken === true ? [attempt.begun.aspspConsentId] : [])));
      const broughtForward = new Set<string>();
      const told = async (): Promise<boolean> => {
        const due = await db.selectFrom("revocationsDue").select(["aspspConsentId", "lastError"]).execute();
        const waiting = due.filter(({ aspspConsentId, lastError }) => lastError === null || !notTaken.has(aspspConsentId));
        if (waiting.length === 0) return true;
        // One that met a switch that has been taken away since is not waited for. Once: the gateway's own job may be telling it by the next look.
        for (const { aspspConsentId, lastError } of waiting) {
          if (lastError === null || broughtForward.has(aspspConsentId)) continue;
          broughtForward.add(aspspConsentId);
          await db.updateTable("revocationsDue").set({ dueAt: "2026-01-01T00:00:00Z" }).where("aspspConsentId", "=", aspspConsentId).execute();
        }
        await retryRevocations(gateway.app.context, new AbortController().signal);
        return false;
      };
      await eventually(told, { timeoutMs: 20_000 });
      const since = Math.min(...attempts.map((attempt) => attempt.since));
      const calls = Map.groupBy(await sandbox.calls({ since }), ({ authorizationId }) => authorizationId);
      const heard = attempts.map(({ begun, returned, since: own }) => ({
        attempt: `${begun.consentId} ${Object.keys(returned).join(" ")}`,
        calls: answered((calls.get(begun.aspspConsentId) ?? []).filter(({ seq, endpoint }) => seq > own && !endpoint.startsWith("Z"))).map(
          ({ endpoint, status }) => (endpoint === withdrawal(begun.aspspId) ? `${endpoint} ${Number(status) < 300 ? "taken" : "not taken"}` : endpoint),
        ),
      }));
      const expected = attempts.map((attempt, index) => ({
        attempt: heard[index]?.attempt,
        calls: [...attempt.calls, ...(attempt.tokensCame ? [`${withdrawal(attempt.begun.aspspId)} ${attempt.notTaken === true ? "not taken" : "taken"}`] : [])],
      }));
      expect(heard).toEqual(expected);
      // Nor does anybody think of them again a day later, except of what was not taken.
      const tomorrow = { ...gateway.app.context, clock: { now: () => systemClock.now().add({ hours: 24 }) } };
      const lastSeq = await sandbox.lastSeq();
      for (const job of [refreshLapsing, retryRevocations]) await job(tomorrow, new AbortController().signal);
      const refusedIds = new Set(attempts.map(({ begun }) => begun.aspspConsentId).filter((id) => !notTaken.has(id)));
      const about = (await sandbox.calls({ since: lastSeq })).filter(({ authorizationId }) => refusedIds.has(String(authorizationId)));
      expect(about).toEqual([]);
    },
  };
}

/** A call that the bank wants proved otherwise (a nonce, our own token for the person's) is one with the call that answers it. */
function answered(calls: readonly BankCall[]): BankCall[] {
  return calls.filter(({ endpoint, status }, at) => !([400, 401].includes(Number(status)) && calls[at + 1]?.endpoint === endpoint));
}

/** Exactly one line about a consent is a security event, with this reason, and no line of the log holds a secret. */
export function oneSecurityEvent(lines: readonly string[], consentId: string, reason: string, secrets: readonly string[]): void {
  const events = lines
    .filter((line) => line.includes(consentId) && line.includes('"securityEvent"'))
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(events.map((event) => event["reason"])).toEqual([reason]);
  for (const secret of secrets) expect(lines.filter((line) => line.includes(secret))).toEqual([]);
  // Nothing in the form of a JWT either, whoever made it.
  expect(lines.filter((line) => /\beyJ[\w-]{10,}\./.test(line))).toEqual([]);
}

/** What a return carries that nobody may read in a log. */
function secretsIn(returned: Readonly<Record<string, string>>): string[] {
  return ["code", "id_token", "access_token", "response"].flatMap((name) => {
    const value = returned[name];
    return value === undefined || value.length < 8 ? [] : [value];
  });
}
