import { type OplError, toOplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { RegistryContext } from "../context.ts";
import { insertRegistration, lockBank } from "../db/registration-store.ts";
import type { Planned } from "../domain/plan.ts";
import { endRegistrations } from "./end-registration.ts";
import { planDesiredState } from "./plan-desired-state.ts";
import { readDesiredState } from "./read-desired-state.ts";

type Ctx = Pick<RegistryContext, "db" | "clock" | "newId" | "bankGateway" | "environmentDocument" | "renewBeforeDays">;

export interface Outcome {
  readonly aspspId: string;
  readonly action: Planned["action"];
  readonly reason: string;
  /** Null when it has begun, or when there was nothing left to begin. */
  readonly error: OplError | null;
}

/**
 * Begins what the document in force still wants and what is due, bank by bank; one bank's trouble is no other's. Of several processes
 * at it one begins. @returns what was begun, and what could not be
 */
export async function beginPlanned(ctx: Ctx): Promise<readonly Outcome[]> {
  const { document } = await readDesiredState(ctx);
  const outcomes: Outcome[] = [];
  for (const { aspspId, action, reason } of (await planDesiredState(ctx, document)).filter((planned) => isDue(planned, ctx.clock.now()))) {
    try {
      if (await beginAt(ctx, aspspId)) outcomes.push({ aspspId, action, reason, error: null });
    } catch (cause) {
      outcomes.push({ aspspId, action, reason, error: toOplError(cause) });
    }
  }
  return outcomes;
}

/**
 * Begins what there is to do at one bank by the document in force, decided anew while nobody else decides about that bank. With
 * `impatient` pauses after a failure are left out. @returns whether anything began
 */
export async function beginAt(ctx: Ctx, aspspId: string, { impatient = false }: { readonly impatient?: boolean } = {}): Promise<boolean> {
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
  if (work?.kind === "end") await endRegistrations(ctx, aspspId, work);
  return work !== null;
}

function isDue({ work, dueAt }: Planned, now: Temporal.Instant): boolean {
  return work !== null && Temporal.Instant.compare(dueAt, now) <= 0;
}
