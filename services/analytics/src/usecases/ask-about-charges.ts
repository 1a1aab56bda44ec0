import { toWire } from "@opl/money";
import { deterministicId } from "@opl/service";
import type { Transaction } from "kysely";
import type { Tables } from "../db/tables.ts";
import { toldOf } from "../db/told-store.ts";
import type { RaisedQuestion } from "../projections/questions/evolve.ts";
import { type QuestionRow, deleteQuestions, insertQuestions, questionsOf } from "../projections/questions/store.ts";
import type { AnalyticsContext } from "./context.ts";

/**
 * Writes what there is to ask about a person's charges where it differs, and tells of each new question once and for all. The caller holds the person's lock.
 * @returns whether there is anything else to ask than before
 */
export async function askAboutCharges(
  ctx: Pick<AnalyticsContext, "publish">,
  tx: Transaction<Tables>,
  psuId: string,
  { questions, announce }: { readonly questions: readonly RaisedQuestion[]; readonly announce: boolean },
): Promise<boolean> {
  const known = Map.groupBy(await questionsOf(tx, psuId), ({ questionId }) => questionId);
  const found = new Map(questions.map((question) => [question.questionId, rowsOf(psuId, question)]));
  const gone = [...known].filter(([questionId, rows]) => !sameRows(rows, found.get(questionId))).map(([questionId]) => questionId);
  const fresh = questions.filter(({ questionId }) => !sameRows(known.get(questionId), found.get(questionId)));
  await deleteQuestions(tx, psuId, gone);
  await insertQuestions(
    tx,
    fresh.flatMap((question) => rowsOf(psuId, question)),
  );
  if (announce) await tellRaised(ctx, tx, psuId, fresh);
  return gone.length > 0 || fresh.length > 0;
}

function rowsOf(psuId: string, { questionId, kind, charges, usual }: RaisedQuestion): QuestionRow[] {
  return charges.map(({ transactionId, accountId }) => ({
    psuId,
    questionId,
    transactionId,
    accountId,
    kind,
    usualMinor: usual?.minor ?? null,
    usualOf: usual?.of ?? null,
  }));
}

/** Its charges are in its id. An account that was erased may have left some of them. */
function sameRows(before: readonly QuestionRow[] | undefined, after: readonly QuestionRow[] | undefined): boolean {
  return before?.length === after?.length && before?.[0]?.usualMinor === after?.[0]?.usualMinor && before?.[0]?.usualOf === after?.[0]?.usualOf;
}

async function tellRaised(ctx: Pick<AnalyticsContext, "publish">, tx: Transaction<Tables>, psuId: string, questions: readonly RaisedQuestion[]): Promise<void> {
  const told = await toldOf(
    tx,
    "analytics.insight-raised",
    questions.map(({ questionId }) => questionId),
  );
  const events = questions.flatMap(({ questionId, kind, charges, usual }) => {
    if (told.has(questionId)) return [];
    const [{ counterpartyName, amountMinor: minor, currency }] = charges;
    const data = {
      psuId,
      questionId,
      kind,
      counterpartyName,
      amount: toWire({ minor, currency }),
      usual: usual === null ? null : toWire({ minor: usual.minor, currency }),
      usualOf: usual?.of ?? null,
      charges: charges.map(({ transactionId, accountId, bookingDate }) => ({ transactionId, accountId, bookingDate })),
    };
    return [{ type: "analytics.insight-raised" as const, id: deterministicId("insight-raised", questionId), subject: questionId, psuId, data }];
  });
  if (events.length > 0) await ctx.publish(tx, events);
}
