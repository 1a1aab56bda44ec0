import { type OplError, toOplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { RegistryContext } from "../context.ts";
import { insertRegistration, lockBank } from "../db/registration-store.ts";
import type { Planned } from "../domain/plan.ts";
import { endRegistrations } from "./end-registration.ts";
import { keepTerms } from "./keep-terms.ts";
import { planDesiredState } from "./plan-desired-state.ts";
import { readDesiredState } from "./read-desired-state.ts";

type Ctx = Pick<RegistryContext, "db" | "clock" | "newId" | "bankGateway" | "environmentDocument" | "renewBeforeDays">;

export interface Outcome {
  readonly aspspId: string;
  readonly action: Planned["action"];
  readonly reason: string;
  /** Null when it has begun, or when there was nothing left to begin. */
  readonly error: OplError | null;
  /** Registrations that ended without the bank being told. */
  readonly untold: readonly string[];
}

/**
 * Begins what the document in force still wants and what is due, bank by bank; one bank's trouble is no other's. Of several processes
 * at it one begins. Banks that `isPaused` names are passed over. @returns what was begun, and what could not be
 */
export async function beginPlanned(ctx: Ctx, isPaused: (aspspId: string) => boolean = () => false): Promise<readonly Outcome[]> {
  await keepTerms(ctx);
  const { document } = await readDesiredState(ctx);
  const due = (await planDesiredState(ctx, document)).filter((planned) => isDue(planned, ctx.clock.now()) && !isPaused(planned.aspspId));
  const attempt = async ({ aspspId, action, reason }: Planned): Promise<readonly Outcome[]> => {
    try {
      const begun = await beginAt(ctx, aspspId);
      return begun === null ? [] : [{ aspspId, action, reason, error: null, ...begun }];
    } catch (cause) {
      return [{ aspspId, action, reason, error: toOplError(cause), untold: [] }];
    }
  };
  const outcomes: Outcome[] = [];
  // To begin takes a moment, to end takes as long as the bank does.
  for (const planned of due) if (planned.work?.kind === "begin") outcomes.push(...(await attempt(planned)));
  const ends = await Promise.all(due.filter(({ work }) => work?.kind === "end").map(attempt));
  return [...outcomes, ...ends.flat()];
}

/**
 * Begins what there is to do at one bank by the document in force, decided anew while nobody else decides about that bank. With
 * `impatient` pauses after a failure are left out. @returns null when there is nothing to begin
 */
export async function beginAt(
  ctx: Ctx,
  aspspId: string,
  { impatient = false }: { readonly impatient?: boolean } = {},
): Promise<Pick<Outcome, "untold"> | null> {
  const work = await inTransaction(ctx.db, async (tx) => {
    await lockBank(tx, aspspId);
    const inside = { ...ctx, db: tx };
    const { document } = await readDesiredState(inside);
    const planned = (await planDesiredState(inside, document, aspspId)).find((one) => one.aspspId === aspspId);
    const now = ctx.clock.now();
    if (planned === undefined || planned.work === null || !(impatient || isDue(planned, now))) return null;
    if (planned.work.kind === "begin") await insertRegistration(tx, { ...planned.work, registrationId: ctx.newId(), aspspId, now });
    return planned.work;
  });
  // Asked of the bank without a transaction open, and harmless when two ask.
  return work === null ? null : { untold: work.kind === "end" ? await endRegistrations(ctx, aspspId, work) : [] };
}

function isDue({ work, dueAt }: Planned, now: Temporal.Instant): boolean {
  return work !== null && Temporal.Instant.compare(dueAt, now) <= 0;
}
