import { deterministicId } from "@opl/service";
import type { Charge } from "../../domain/questions/charge.ts";
import { type Question, questionsAbout } from "../../domain/questions/ask.ts";
import type { Occurrence, Series } from "../../domain/recurrence/detect.ts";

export type RaisedQuestion = Question & { readonly questionId: string };

/** What to ask about charges since a day, among all entries of one person and the series they belong to (`seriesByEntry`). The same question has the same id whenever it is looked for. */
export function evolve(psuId: string, entries: readonly Occurrence[], seriesOf: ReadonlyMap<string, Series>, since: string): RaisedQuestion[] {
  if (!entries.some(({ bookingDate }) => bookingDate >= since)) return [];
  const charges = entries.map((entry): Charge => {
    const of = seriesOf.get(entry.transactionId);
    return { ...entry, repeats: of !== undefined, priceChanged: of?.changedOn === entry.bookingDate };
  });
  return questionsAbout(charges, since).map((question) => ({
    ...question,
    questionId: deterministicId("charge-question", psuId, question.kind, ...question.charges.map(({ transactionId }) => transactionId)),
  }));
}
