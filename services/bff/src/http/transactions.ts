import type { z } from "zod";
import * as contracts from "@opl/contracts/http/bff";
import { isOplError } from "@opl/errors";
import type { ErrorKind } from "@opl/errors";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { errors } from "../errors.ts";
import { accountView } from "../views/account.ts";
import { bankNames } from "../views/bank-names.ts";
import { transactionRow } from "../views/transaction.ts";
import { orMissing, partOf, wholeOf } from "./parts.ts";
import type { Asking } from "./parts.ts";

type Context = Pick<BffContext, "bankDirectory" | "clients">;
type Query = z.output<typeof contracts.transactionQuery>;
type Page = z.input<typeof contracts.listTransactionRows.response>;

export function transactionRoutes(ctx: Context): readonly BoundRoute[] {
  const { bankDirectory, clients } = ctx;
  return [
    psuRoute(contracts.listTransactionRows, async ({ query, ...asking }) => listRows(ctx, asking, query)),
    psuRoute(contracts.getTransactionView, async ({ params, ...asking }) => {
      const part = partOf(asking);
      const [found, meaning, banks] = await Promise.all([
        clients.ingest.getTransaction({ ...wholeOf(asking), params }),
        orMissing(asking, "category", clients.analytics.getCategory({ ...part, params })),
        orMissing(asking, "banks", bankDirectory.list()),
      ]);
      const account = await orMissing(asking, "account", clients.ingest.getAccount({ ...part, params: { accountId: found.transaction.accountId } }));
      return {
        transaction: transactionRow(found.transaction, meaning),
        account: account === undefined ? null : accountView(account, bankNames(banks)),
        recordedAt: found.recordedAt,
        paymentOrderId: found.paymentOrderId,
        revisions: found.revisions,
        missing: [
          ...(account === undefined ? ["accounts" as const] : []),
          ...(meaning === undefined ? ["insights" as const] : []),
          ...(banks === undefined ? ["banks" as const] : []),
        ],
      };
    }),
    psuRoute(contracts.correctTransactionCategory, async ({ params, body, ...asking }) =>
      clients.analytics.correctCategory({ ...wholeOf(asking), params, body }),
    ),
    psuRoute(contracts.takeBackTransactionCategory, async ({ params, ...asking }) => clients.analytics.takeBackCorrection({ ...wholeOf(asking), params })),
    psuRoute(contracts.noteTransaction, async ({ params, body, ...asking }) => clients.analytics.putNote({ ...wholeOf(asking), params, body })),
    psuRoute(contracts.previewTransactionRule, async ({ params, query, ...asking }) =>
      clients.analytics.previewCounterpartyRule({ ...wholeOf(asking), params, query }),
    ),
    psuRoute(contracts.putTransactionRule, async ({ params, body, ...asking }) => clients.analytics.putCounterpartyRule({ ...wholeOf(asking), params, body })),
    psuRoute(contracts.listRules, async (asking) => clients.analytics.listCounterpartyRules(wholeOf(asking))),
    psuRoute(contracts.removeRule, async ({ params, ...asking }) => {
      await clients.analytics.removeCounterpartyRule({ ...wholeOf(asking), params });
    }),
    psuRoute(contracts.splitTransaction, async ({ params, body, ...asking }) => clients.analytics.splitTransaction({ ...wholeOf(asking), params, body })),
    psuRoute(contracts.removeTransactionSplit, async ({ params, ...asking }) => clients.analytics.removeSplit({ ...wholeOf(asking), params })),
    psuRoute(contracts.annotateTransactions, async ({ body, ...asking }) => clients.analytics.annotateTransactions({ ...wholeOf(asking), body })),
    psuRoute(contracts.confirmCharges, async ({ body, ...asking }) => {
      await clients.analytics.confirmCharges({ ...wholeOf(asking), body });
    }),
    psuRoute(contracts.takeBackConfirmation, async ({ query, ...asking }) => {
      await clients.analytics.takeBackConfirmation({ ...wholeOf(asking), query });
    }),
    psuRoute(contracts.getProof, async ({ params, ...asking }) => {
      const { transaction } = await clients.ingest.getTransaction({ ...wholeOf(asking), params });
      const [message, banks] = await Promise.all([
        clients.bankGateway.getRawMessage({ ...wholeOf(asking), params: { hash: transaction.raw.hash }, query: { pointer: transaction.raw.pointer } }),
        orMissing(asking, "banks", bankDirectory.list()),
      ]);
      return {
        aspspName: bankNames(banks)(message.aspspId),
        receivedAt: message.receivedAt,
        hash: message.hash,
        pointer: transaction.raw.pointer,
        contentType: message.contentType,
        interactionId: message.interactionId,
        content: message.content,
      };
    }),
  ];
}

/** A place in the list belongs to who made it, so the first letter says whose it is. */
const fromAnalytics = "a";
const fromIngest = "i";

/**
 * Rows with their meaning from analytics; plain rows from ingest while analytics cannot be asked. Who is in the middle of a
 * list goes on where the list came from.
 */
async function listRows({ clients }: Pick<Context, "clients">, asking: Asking, query: Query): Promise<Page> {
  const { cursor, category, recurringId, ...filter } = query;
  const [source, place] = readCursor(cursor);
  const at = place === undefined ? {} : { cursor: place };
  if (source !== fromIngest) {
    try {
      const meaning = { ...(category === undefined ? {} : { category }), ...(recurringId === undefined ? {} : { recurringId }) };
      const page = await clients.analytics.listCategorised({ ...partOf(asking), query: { ...filter, ...meaning, ...at } });
      return {
        transactions: page.transactions.map((transaction) => transactionRow(transaction, transaction)),
        nextCursor: nextCursor(fromAnalytics, page.nextCursor),
        days: page.days,
        total: page.total,
        missing: [],
      };
    } catch (error) {
      if (!isOutage(error) || source === fromAnalytics) throw error;
      asking.log.warn({ err: error, part: "insights" }, "a part of a page could not be had");
    }
  }
  // Only analytics knows categories; to show everything instead would be a wrong answer.
  if (category !== undefined || recurringId !== undefined) return { transactions: [], nextCursor: null, days: [], total: null, missing: ["insights"] };
  const page = await clients.ingest.listTransactions({ ...wholeOf(asking), query: { ...filter, ...at } });
  return {
    transactions: page.transactions.map((transaction) => transactionRow(transaction, undefined)),
    nextCursor: nextCursor(fromIngest, page.nextCursor),
    days: [],
    total: null,
    missing: ["insights"],
  };
}

function readCursor(cursor: string | undefined): [source: string | undefined, place: string | undefined] {
  if (cursor === undefined) return [undefined, undefined];
  const [source, place] = [cursor.slice(0, 1), cursor.slice(2)];
  if ((source !== fromAnalytics && source !== fromIngest) || cursor[1] !== "." || place === "") throw errors.ERR_CURSOR_INVALID();
  return [source, place];
}

function nextCursor(source: string, place: string | null): string | null {
  return place === null ? null : `${source}.${place}`;
}

const outages: readonly ErrorKind[] = ["unavailable", "upstream", "bug"];

function isOutage(error: unknown): boolean {
  return isOplError(error) && outages.includes(error.kind);
}
