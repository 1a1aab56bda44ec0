import { type OplError, toOplError } from "@opl/errors";
import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import type { RegistryContext } from "../context.ts";
import { claimDueChecks, expectViews, forgetRepairs, listViewed, lockView, saveView } from "../db/bank-view-store.ts";
import { banksUnderWay } from "../db/registration-store.ts";
import { listHeads } from "../db/renewal-store.ts";
import { driftOf, sameDifferences } from "../domain/terms.ts";
import { termsOf, wantedAt } from "../domain/tpp-profile.ts";
import { askAgainSeconds, isForgotten, unknownDifferences, withAnswer } from "../domain/unknown.ts";
import { recordEnd } from "./end-registration.ts";
import { readDesiredState } from "./read-desired-state.ts";

type Ctx = Pick<RegistryContext, "db" | "clock" | "bankGateway" | "environmentDocument">;

export interface Look {
  readonly aspspId: string;
  readonly registrationId: string;
  /** `unasked`: the bank gave no answer, which says nothing. */
  readonly found: "as-registered" | "drifted" | "unreadable" | "unknown" | "unasked";
  readonly fields: readonly string[];
  readonly error: OplError | null;
}

/** A repair has helped when the bank's record stays right for so long: one that goes back and forth is not repaired each time. */
const hoursHelped = 24;
/** How many banks are asked side by side. */
const atOnce = 8;
/** The route that asks for all has thirty seconds. */
const patienceMs = 20_000;

/** Asks the banks whose turn it is what they have on record of us. @returns what was found; empty when nobody's turn has come */
export async function checkDueDrift(ctx: Ctx, everySeconds: number): Promise<readonly Look[]> {
  const now = ctx.clock.now();
  const held = await listInUse(ctx);
  const viewed = await listViewed(ctx.db);
  await expectViews(
    ctx.db,
    held
      .filter(({ registrationId }) => !viewed.has(registrationId))
      .map(({ registrationId, aspspId }) => ({ registrationId, at: now.add(ownInterval(aspspId, everySeconds)) })),
  );
  const claimed = await claimDueChecks(
    ctx.db,
    held.map(({ registrationId }) => registrationId),
    { now, nextAt: now.add({ milliseconds: everySeconds * 1000 }), limit: atOnce },
  );
  return Promise.all(held.filter(({ registrationId }) => claimed.includes(registrationId)).map((one) => lookAt(ctx, one, everySeconds)));
}

/**
 * Asks every bank where we are registered now, for so long as somebody who waits has patience: a bank that takes longer, or whose turn did
 * not come in time, is unasked.
 */
export async function checkDrift(ctx: Ctx, everySeconds: number): Promise<readonly Look[]> {
  const held = await listInUse(ctx);
  await expectViews(
    ctx.db,
    held.map(({ registrationId }) => ({ registrationId, at: ctx.clock.now() })),
  );
  const until = ctx.clock.now().add({ milliseconds: patienceMs });
  const looks: Look[] = [];
  const waiting = held.values();
  // One iterator for all: whoever is done takes the next.
  const askInTurn = async (): Promise<void> => {
    for (const one of waiting) {
      const timeoutMs = Math.floor(ctx.clock.now().until(until).total("milliseconds"));
      looks.push(
        timeoutMs > 0
          ? await lookAt(ctx, one, everySeconds, timeoutMs)
          : { aspspId: one.aspspId, registrationId: one.registrationId, found: "unasked", fields: [], error: null },
      );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, askInTurn));
  return looks;
}

/** Without those that a successor is on its way for: what it changes at the bank would look like drift of the one it replaces. */
async function listInUse({ db }: Pick<RegistryContext, "db">) {
  const [heads, underWay] = await Promise.all([listHeads(db), banksUnderWay(db)]);
  return heads.filter(({ status, aspspId }) => status === "completed" && !underWay.has(aspspId));
}

/** Each bank has its own part of the interval, from four fifths to the whole of it, so that they are not all asked at once. */
function ownInterval(aspspId: string, everySeconds: number): { readonly milliseconds: number } {
  let sum = 0;
  for (const letter of aspspId) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997;
  return { milliseconds: Math.round(everySeconds * 1000 * (0.8 + (sum / 997) * 0.2)) };
}

async function lookAt(
  ctx: Ctx,
  { registrationId, aspspId }: { readonly registrationId: string; readonly aspspId: string },
  everySeconds: number,
  timeoutMs?: number,
): Promise<Look> {
  try {
    return await record(ctx, registrationId, aspspId, everySeconds, await ctx.bankGateway.readRegistration({ params: { registrationId }, timeoutMs }));
  } catch (cause) {
    return { aspspId, registrationId, found: "unasked", fields: [], error: toOplError(cause) };
  }
}

type Answer = Awaited<ReturnType<RegistryContext["bankGateway"]["readRegistration"]>>;

function record(ctx: Ctx, registrationId: string, aspspId: string, everySeconds: number, { standing, client }: Answer): Promise<Look> {
  return inTransaction(ctx.db, async (tx): Promise<Look> => {
    const before = await lockView(tx, registrationId);
    const [head] = await listHeads(tx, aspspId);
    const at = { aspspId, registrationId, fields: [], error: null };
    // Another one is in use by now, or on its way.
    if (before === undefined || head?.registrationId !== registrationId || head.status !== "completed" || (await banksUnderWay(tx)).has(aspspId))
      return { ...at, found: "unasked" };
    const now = ctx.clock.now();
    const wanted = wantedAt((await readDesiredState({ ...ctx, db: tx })).document, aspspId);
    const terms = termsOf(ctx.environmentDocument, head);
    const differences = standing === "unknown" ? unknownDifferences : standing === "known" && client !== null ? driftOf(terms, client) : [];
    const drifted = differences.length > 0;
    const known = sameDifferences(before.differences, differences);
    const seconds = standing === "unknown" ? Math.min(everySeconds, askAgainSeconds) : everySeconds;
    const row = { times: before.unknownTimes, since: before.unknownSince };
    const unknown = withAnswer(row, standing, now);
    // A bank that does not show its record takes nothing back.
    const agreedSince = drifted ? null : standing === "known" ? (before.agreedSince ?? now) : before.agreedSince;
    await saveView(tx, {
      registrationId,
      checkedAt: now,
      nextCheckAt: now.add(ownInterval(aspspId, seconds)),
      standing,
      client,
      differences,
      driftSince: !drifted ? null : known ? (before.driftSince ?? now) : now,
      unknownTimes: unknown.times,
      unknownSince: unknown.since,
      agreedSince,
    });
    if (agreedSince !== null && agreedSince.until(now).total("hours") >= hoursHelped) await forgetRepairs(tx, registrationId);
    const repair = wanted.onDrift === "repair";
    const forgotten = isForgotten(unknown, now);
    if (forgotten && repair) await recordEnd(ctx, tx, registrationId, "forgotten");
    const fields = differences.map(({ field }) => field);
    // That the bank does not know us is a fact when it is believed, and then its end says so where it ends.
    const news = standing === "unknown" ? forgotten && !repair && !isForgotten(row, before.checkedAt ?? now) : drifted && !known;
    if (news)
      await publish(tx, {
        type: "tpp-registry.registration-drifted",
        subject: registrationId,
        psuId: null,
        time: now,
        data: { registrationId, aspspId, fields, repairing: repair && !sameDifferences(head.repairs, differences) },
      });
    return { ...at, fields, found: standing !== "known" ? standing : drifted ? "drifted" : "as-registered" };
  });
}
