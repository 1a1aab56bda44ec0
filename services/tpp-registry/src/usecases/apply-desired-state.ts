import type { WrittenTppDocument } from "@opl/contracts/model";
import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import type { RegistryContext } from "../context.ts";
import { addDesiredState } from "../db/desired-state-store.ts";
import { listDirectory } from "../db/directory-store.ts";
import { documentHash } from "../document/document-hash.ts";
import { documentProblems } from "../domain/document-rules.ts";
import { isToDo, type Planned } from "../domain/plan.ts";
import { completed } from "../domain/tpp-profile.ts";
import { errors } from "../errors.ts";
import { beginAt } from "./begin-planned.ts";
import { planDesiredState } from "./plan-desired-state.ts";

type Ctx = Pick<RegistryContext, "db" | "clock" | "newId" | "bankGateway" | "environmentDocument" | "renewBeforeDays">;

/** @throws ERR_DESIRED_STATE_INVALID naming every mistake */
export async function refuseMistakes(
  { db, environmentDocument }: Pick<RegistryContext, "db" | "environmentDocument">,
  document: WrittenTppDocument,
): Promise<void> {
  const directory = await listDirectory(db);
  const platform = { directory: directory.length === 0 ? null : directory, publicOrigin: environmentDocument.tpp.publicOrigin };
  const mistakes = documentProblems(document, platform).filter(({ level }) => level === "mistake");
  if (mistakes.length === 0) return;
  const problems = mistakes.map(({ path, message }) => ({ path: path.join("."), message }));
  throw errors.ERR_DESIRED_STATE_INVALID({
    message: `The document cannot be applied: ${problems.map(({ path, message }) => `${path}: ${message}`).join("; ")}.`,
    details: { problems },
  });
}

/**
 * Makes a document the desired state, as a new revision unless it says what the one in force says. Failed attempts are begun anew
 * without their pause: whoever applies wants them now. The rest begins by itself.
 * @throws ERR_DESIRED_STATE_INVALID
 */
export async function applyDesiredState(
  ctx: Ctx,
  document: WrittenTppDocument,
  appliedBy: string,
): Promise<{ readonly revision: number; readonly planned: readonly Planned[] }> {
  await refuseMistakes(ctx, document);
  const planned = await planDesiredState(ctx, completed(document, ctx.environmentDocument.tpp.publicOrigin));
  const revision = await adoptDocument(ctx, document, appliedBy, planned.filter(isToDo).length);
  for (const { aspspId, action } of planned) if (action === "retry") await beginAt(ctx, aspspId, { impatient: true });
  return { revision, planned };
}

/** The same for a file that was there at start; which banks there are is not known yet, so that is found out later. */
export async function adoptFile(ctx: Ctx, document: WrittenTppDocument): Promise<void> {
  const planned = await planDesiredState(ctx, completed(document, ctx.environmentDocument.tpp.publicOrigin));
  await adoptDocument(ctx, document, "file", planned.filter(isToDo).length);
}

/** Adds the revision and says so, when it is one. @returns the number of the revision in force */
function adoptDocument(
  { db, clock, environmentDocument }: Pick<RegistryContext, "db" | "clock" | "environmentDocument">,
  document: WrittenTppDocument,
  appliedBy: string,
  toDo: number,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const appliedAt = clock.now();
    const hash = documentHash(completed(document, environmentDocument.tpp.publicOrigin));
    const { revision, added } = await addDesiredState(tx, { document, documentHash: hash, appliedAt, appliedBy });
    if (added)
      await publish(tx, {
        type: "tpp-registry.desired-state-applied",
        subject: "desired-state",
        psuId: null,
        time: appliedAt,
        data: { revision, documentHash: hash, toDo },
      });
    return revision;
  });
}
