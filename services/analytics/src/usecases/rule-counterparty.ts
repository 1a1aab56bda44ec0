import type { listCounterpartyRules, previewCounterpartyRule, putCounterpartyRule } from "@opl/contracts/http/analytics";
import type { ResponseInputOf } from "@opl/contracts/http/route";
import type { CategoryId } from "@opl/contracts/model";
import { toWire } from "@opl/money";
import { inTransaction } from "@opl/postgres";
import { annotate, saidBy } from "../db/annotation-store.ts";
import { changeRule, deleteRules, insertRule, rulesOf } from "../db/counterparty-rule-store.ts";
import { cleanCounterparty, counterpartyTextOf } from "../domain/counterparty.ts";
import { type CounterpartyRule, mostRules } from "../domain/said.ts";
import { stands } from "../domain/split.ts";
import { errors } from "../errors.ts";
import { type EntryKey, rowsElsewhere, rowsOf } from "../projections/ledger/store.ts";
import { lockEntry, lockPerson, meaningOf } from "./annotate-transaction.ts";
import type { AnalyticsContext } from "./context.ts";
import { settlePerson } from "./settle-person.ts";

type RuleContext = Pick<AnalyticsContext, "db" | "clock" | "timeZone" | "publish">;

/**
 * What would change if everything with this entry's counterparty belonged in a category: entries that move, and their sums by currency.
 * What the person said about single other entries stays, and so does what counts by the parts of a split. @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND
 */
export async function previewRule(
  { db }: Pick<AnalyticsContext, "db">,
  { psuId, transactionId }: EntryKey,
  category: CategoryId,
): Promise<ResponseInputOf<typeof previewCounterpartyRule>> {
  const [entry] = await rowsOf(db, [{ psuId, transactionId }]);
  if (entry === undefined) throw errors.ERR_ANALYTICS_TRANSACTION_NOT_FOUND();
  const { key, name } = cleanCounterparty(counterpartyTextOf(entry));
  if (key === "") return { counterpartyName: null, rule: null, transactions: 0, sums: [] };
  const said = (await saidBy(db, [psuId])).get(psuId);
  const elsewhere = await rowsElsewhere(db, psuId, category);
  const stays = (row: (typeof elsewhere)[number]): boolean => {
    const split = said?.splits.get(row.transactionId);
    return (row.transactionId !== transactionId && said?.categories.has(row.transactionId) === true) || (split !== undefined && stands(split, row));
  };
  // Each text is cleaned once however many entries have it.
  const moving = [...Map.groupBy(elsewhere, counterpartyTextOf)].flatMap(([text, rows]) =>
    cleanCounterparty(text).key === key ? rows.filter((row) => !stays(row)) : [],
  );
  const rule = said?.counterparties.get(key);
  const sums = [...Map.groupBy(moving, ({ currency }) => currency)].map(([currency, rows]) =>
    toWire({ currency, minor: rows.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) }),
  );
  return { counterpartyName: name, rule: rule === undefined ? null : toRule(rule), transactions: moving.length, sums };
}

/**
 * The person says that everything with this entry's counterparty belongs in a category, before and from now on. What they said about this
 * very entry gives way; totals follow in the same transaction.
 * @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND, ERR_ANALYTICS_COUNTERPARTY_UNKNOWN, ERR_ANALYTICS_RULES_TOO_MANY, ERR_ANALYTICS_PERSON_BUSY
 */
export async function ruleCounterparty(ctx: RuleContext, key: EntryKey, category: CategoryId): Promise<ResponseInputOf<typeof putCounterpartyRule>> {
  return inTransaction(ctx.db, async (tx) => {
    const { psuId } = key;
    const entry = await lockEntry(tx, key, { booked: false });
    const counterpartyText = counterpartyTextOf(entry);
    const { key: counterpartyKey, name: counterpartyName } = cleanCounterparty(counterpartyText);
    if (counterpartyKey === "") throw errors.ERR_ANALYTICS_COUNTERPARTY_UNKNOWN();
    const rules = (await saidBy(tx, [psuId])).get(psuId)?.counterparties;
    const known = rules?.get(counterpartyKey);
    if (known === undefined && (rules?.size ?? 0) >= mostRules) throw errors.ERR_ANALYTICS_RULES_TOO_MANY();
    const rule =
      known === undefined
        ? await insertRule(tx, { psuId, counterpartyText, counterpartyName, category, createdAt: ctx.clock.now() })
        : await changeRule(tx, psuId, known.counterpartyRuleId, category);
    await annotate(tx, psuId, [{ ...key, accountId: entry.accountId, category: null }], ctx.clock.now());
    await settlePerson(ctx, tx, psuId, { announce: true });
    return { ...(await meaningOf(tx, key)), rule: toRule(rule) };
  });
}

/** Removes a rule; our own rules decide again. @throws ERR_ANALYTICS_RULE_NOT_FOUND, ERR_ANALYTICS_PERSON_BUSY */
export async function removeRule(
  ctx: RuleContext,
  { psuId, counterpartyRuleId }: { readonly psuId: string; readonly counterpartyRuleId: string },
): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    if (!(await lockPerson(tx, psuId)) || (await deleteRules(tx, psuId, [counterpartyRuleId])) === 0) throw errors.ERR_ANALYTICS_RULE_NOT_FOUND();
    await settlePerson(ctx, tx, psuId, { announce: true });
  });
}

export async function askRules({ db }: Pick<AnalyticsContext, "db">, psuId: string): Promise<ResponseInputOf<typeof listCounterpartyRules>> {
  return { rules: (await rulesOf(db, psuId)).map(toRule) };
}

function toRule({ counterpartyRuleId, counterpartyName, category, createdAt }: CounterpartyRule) {
  return { counterpartyRuleId, counterpartyName, category, createdAt: createdAt.toString() };
}
