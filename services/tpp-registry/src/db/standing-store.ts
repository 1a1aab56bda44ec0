import type { RegistrationTerms } from "@opl/contracts/model";
import type { Executor } from "@opl/postgres";
import type { AtBank, InUse } from "../domain/plan.ts";
import { type FinishedStep, nextStep } from "../domain/registration.ts";
import { isForgotten } from "../domain/unknown.ts";
import { listHeads, renewalOf } from "./renewal-store.ts";
import type { TppRegistryTables } from "./tables.ts";

type Db = Executor<TppRegistryTables>;

/**
 * What stands at each bank where anything stands or stood, or at one of them. `termsOf` says the terms of those that began before terms
 * were kept.
 */
export async function listStandings(
  db: Db,
  now: Temporal.Instant,
  termsOf: (aspspId: string) => RegistrationTerms,
  aspspId: string | null = null,
): Promise<readonly AtBank[]> {
  const [heads, running, failed, drifted] = await Promise.all([listHeads(db, aspspId), listRunning(db, aspspId), listFailed(db, aspspId), listDrifted(db)]);
  const headAt = new Map(heads.map((head) => [head.aspspId, head]));
  const runningAt = new Map(running.map((one) => [one.registration.aspspId, one]));
  const failedAt = Map.groupBy(failed, (one) => one.aspspId);
  const viewOf = new Map(drifted.map((view) => [view.registrationId, view]));
  return [...new Set([...headAt.keys(), ...runningAt.keys(), ...failedAt.keys()])].map((bank) => {
    const head = headAt.get(bank);
    const going = runningAt.get(bank);
    const [last, ...earlier] = failedAt.get(bank) ?? [];
    const view = head === undefined ? undefined : viewOf.get(head.registrationId);
    return {
      aspspId: bank,
      inUse:
        head?.status !== "completed"
          ? null
          : {
              registrationId: head.registrationId,
              scheme: head.scheme,
              terms: head.terms ?? termsOf(bank),
              renewal: renewalOf(head),
              drift: view?.differences ?? [],
              repaired: head.repairs,
              unknown: viewedUnknown(view),
            },
      running:
        going === undefined
          ? null
          : {
              registrationId: going.registration.registrationId,
              scheme: going.registration.scheme,
              step: nextStep(going.registration.scheme, going.finished, now) ?? "activation",
              terms: going.registration.terms ?? termsOf(bank),
              replaces: going.registration.replaces,
              error: going.registration.errorCode === null ? null : { code: going.registration.errorCode, message: going.registration.errorMessage ?? "" },
            },
      failed:
        last === undefined
          ? null
          : {
              terms: last.terms ?? termsOf(bank),
              code: last.errorCode ?? "",
              message: last.errorMessage ?? "",
              at: last.errorAt ?? now,
              times: earlier.length + 1,
            },
      forgotten: head?.endedReason === "forgotten",
    };
  });
}

async function listRunning(db: Db, aspspId: string | null) {
  const rows = await db
    .selectFrom("registrations")
    .select(["registrationId", "aspspId", "scheme", "terms", "replaces", "errorCode", "errorMessage"])
    .where("status", "=", "running")
    .$if(aspspId !== null, (query) => query.where("aspspId", "=", aspspId))
    .execute();
  if (rows.length === 0) return [];
  // What came out of a step is large, and the next step does not depend on it.
  const steps = await db
    .selectFrom("registrationSteps")
    .select(["registrationId", "step", "finishedAt", "durationMs", "expiresAt"])
    .where(
      "registrationId",
      "in",
      rows.map(({ registrationId }) => registrationId),
    )
    .execute();
  const finished = Map.groupBy(
    steps.map((step) => ({ ...step, artefact: {} })),
    ({ registrationId }) => registrationId,
  );
  return rows.map((registration) => ({ registration, finished: (finished.get(registration.registrationId) ?? []) as readonly FinishedStep[] }));
}

/** Newest first, of each bank those that failed since a registration there was completed or ended. */
async function listFailed(db: Db, aspspId: string | null) {
  return db
    .selectFrom("registrations as failed")
    .select(["failed.aspspId", "failed.terms", "failed.errorCode", "failed.errorMessage", "failed.errorAt"])
    .where("failed.status", "=", "failed")
    .$if(aspspId !== null, (query) => query.where("failed.aspspId", "=", aspspId))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("registrations as later")
            .select("later.registrationId")
            .whereRef("later.aspspId", "=", "failed.aspspId")
            .where((or) => or.or([or("later.completedAt", ">", or.ref("failed.errorAt")), or("later.endedAt", ">", or.ref("failed.errorAt"))])),
        ),
      ),
    )
    .orderBy("failed.errorAt", "desc")
    .orderBy("failed.registrationId", "desc")
    .execute();
}

async function listDrifted(db: Db) {
  return db
    .selectFrom("bankViews")
    .select(["registrationId", "differences", "checkedAt", "nextCheckAt", "unknownTimes", "unknownSince"])
    .where("driftSince", "is not", null)
    .execute();
}

function viewedUnknown(view: Awaited<ReturnType<typeof listDrifted>>[number] | undefined): InUse["unknown"] {
  if (view === undefined || view.unknownSince === null) return null;
  const { unknownTimes: times, unknownSince: since, checkedAt, nextCheckAt } = view;
  return { forgotten: isForgotten({ times, since }, checkedAt ?? since), askedAgainAt: nextCheckAt };
}
