import { inTransaction } from "@opl/postgres";
import type { Transaction } from "kysely";
import type { z } from "zod";
import { ensureRegistration, findRegistration, getStepOutcome, saveStepOutcome } from "../db/registration-store.ts";
import type { RegistrationStepName } from "../db/registration-store.ts";
import { unlessBusy } from "../db/session-lock.ts";
import type { Tables } from "../db/tables.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";

export interface StepInput {
  readonly registrationId: string;
  readonly aspspId: string;
}

export interface StepDefinition<Schema extends z.ZodType> {
  readonly step: RegistrationStepName;
  /** Form of the outcome: the answer of the contract, so without any secret. */
  readonly outcome: Schema;
  /** An outcome that has run out is made anew. */
  readonly expiresAt?: (outcome: z.output<Schema>) => Temporal.Instant;
}

export interface StepResult<Schema extends z.ZodType> {
  readonly outcome: z.output<Schema>;
  /** Secrets of the step, kept in the same transaction as the outcome. */
  readonly save?: (tx: Transaction<Tables>) => Promise<void>;
  /** Registrations whose secrets that changes; without it this one. */
  readonly touched?: readonly string[];
}

/**
 * Runs one step of a registration once: a repeat answers what the first run answered. Two runs at a time are refused; a
 * run whose process died leaves nothing behind and is simply made again.
 */
export async function runRegistrationStep<Schema extends z.ZodType>(
  { db, clock, banks }: Pick<GatewayContext, "db" | "clock" | "banks">,
  { registrationId, aspspId }: StepInput,
  definition: StepDefinition<Schema>,
  run: () => Promise<StepResult<Schema>>,
): Promise<z.output<Schema>> {
  const { step } = definition;
  // One may leave a bank that is not configured any more.
  if (step !== "end") banks.adapter(aspspId);
  const begun = await inTransaction(db, (tx) => ensureRegistration(tx, registrationId, aspspId, clock.now()));
  if (begun.aspspId !== aspspId) throw errors.ERR_REGISTRATION_STEP_ORDER({ message: "This registration began at another bank." });
  return aloneAtBank({ db }, aspspId, async () => {
    const known = await outcomeOf(db, registrationId, definition);
    if (known !== undefined && !hasExpired(known, definition, clock.now())) return known;
    const registration = await findRegistration(db, registrationId);
    if (registration?.endedAt !== null && step !== "end") throw errors.ERR_REGISTRATION_ENDED();
    const { outcome, save, touched = [registrationId] } = await run();
    await inTransaction(db, async (tx) => {
      await save?.(tx);
      await saveStepOutcome(tx, registrationId, step, outcome as Record<string, unknown>, clock.now());
    });
    if (save !== undefined) await Promise.all(touched.map((one) => banks.forget(one)));
    return outcome;
  });
}

/**
 * Works at our standing with one bank while nobody else does: registrations there may share a client, its token and its terms.
 * @throws ERR_REGISTRATION_STEP_RUNNING
 */
export async function aloneAtBank<T>({ db }: Pick<GatewayContext, "db">, aspspId: string, work: () => Promise<T>): Promise<T> {
  const outcome = await unlessBusy(db, `standing at ${aspspId}`, work);
  if (outcome === "busy") throw errors.ERR_REGISTRATION_STEP_RUNNING({ retryAfterSeconds: 5 });
  return outcome.done;
}

/** What an earlier step answered. @throws ERR_REGISTRATION_STEP_ORDER when it was not run */
export async function requireOutcome<Schema extends z.ZodType>(
  { db }: Pick<GatewayContext, "db">,
  registrationId: string,
  definition: StepDefinition<Schema>,
): Promise<z.output<Schema>> {
  const outcome = await outcomeOf(db, registrationId, definition);
  if (outcome === undefined) throw errors.ERR_REGISTRATION_STEP_ORDER({ details: { missing: definition.step } });
  return outcome;
}

async function outcomeOf<Schema extends z.ZodType>(
  db: GatewayContext["db"],
  registrationId: string,
  { step, outcome }: StepDefinition<Schema>,
): Promise<z.output<Schema> | undefined> {
  const stored = await getStepOutcome(db, registrationId, step);
  return stored === undefined ? undefined : outcome.parse(stored);
}

/** A minute is left for the message to travel. */
function hasExpired<Schema extends z.ZodType>(outcome: z.output<Schema>, { expiresAt }: StepDefinition<Schema>, now: Temporal.Instant): boolean {
  return expiresAt !== undefined && Temporal.Instant.compare(expiresAt(outcome), now.add({ minutes: 1 })) <= 0;
}
