import { pipeline } from "node:stream/promises";
import type { FastifyReply } from "fastify";
import type { CategorisedTransaction } from "@opl/contracts/http/analytics";
import * as contracts from "@opl/contracts/http/bff-security";
import type { PaymentOrder } from "@opl/contracts/model";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { getPreferences } from "../db/preference-store.ts";
import { passkeysOf } from "../db/passkey-store.ts";
import type { SignedIn } from "../session/people.ts";
import { signedInOf } from "../session/visitor.ts";
import { fetchExport, startExport } from "../usecases/start-export.ts";
import { csvExport, jsonExport } from "../views/export.ts";
import type { Everything, ExportedOrder } from "../views/export.ts";
import { whatMoved } from "../views/payment.ts";
import { wholeOf } from "./parts.ts";
import type { Asking } from "./parts.ts";
import { listOrders } from "./payment-order-pages.ts";

type Context = Pick<BffContext, "clients" | "clock" | "db" | "keys">;

const pageSize = 300;
const ordersPerPage = 100;

export function exportRoutes(ctx: Context): readonly BoundRoute[] {
  return [
    psuRoute(contracts.startExport, async ({ psu, body }) => startExport(ctx, psu.psuId, body.format)),
    psuRoute(contracts.downloadExport, async ({ params, request, reply, ...asking }) => {
      const { psuId } = asking.psu;
      const format = await fetchExport(ctx, psuId, params.exportId);
      const { accounts } = await ctx.clients.ingest.listAccounts(wholeOf(asking));
      const table = { accounts, transactions: transactionsOf(ctx, asking) };
      const exportedAt = ctx.clock.now().toString();
      const pieces = format === "csv" ? csvExport(table) : jsonExport({ exportedAt, ...table, ...(await otherParts(ctx, asking, signedInOf(request))) });
      reply.header("content-disposition", `attachment; filename="one-point-ledger-${exportedAt.slice(0, 10)}.${format}"`);
      reply.type(format === "json" ? "application/json; charset=utf-8" : "text/csv; charset=utf-8");
      await sendPieces(reply, pieces, asking);
    }),
  ];
}

/** What the JSON document has beside the transactions. What is one answer is had before the file begins. */
async function otherParts(
  { clients, db }: Context,
  asking: Asking,
  { name, email }: Pick<SignedIn, "name" | "email">,
): Promise<Omit<Everything, "exportedAt" | "accounts" | "transactions">> {
  const { psuId } = asking.psu;
  const [{ consents }, { fundsConsents }, { rules }, { budgets }, { confirmed }, preferences, passkeys] = await Promise.all([
    clients.consent.listConsents(wholeOf(asking)),
    clients.consent.listFundsConsents(wholeOf(asking)),
    clients.analytics.listCounterpartyRules(wholeOf(asking)),
    clients.analytics.listBudgets(wholeOf(asking)),
    clients.analytics.listConfirmedCharges(wholeOf(asking)),
    getPreferences(db, psuId),
    passkeysOf(db, psuId),
  ]);
  const [permissions, fundsPermissions] = await Promise.all([
    Promise.all(
      consents.map(async (consent) => ({
        ...consent,
        ...(await clients.consent.listReceipts({ ...wholeOf(asking), params: { consentId: consent.consentId } })),
      })),
    ),
    Promise.all(
      fundsConsents.map(async (consent) => ({
        ...consent,
        ...(await clients.consent.listFundsReceipts({ ...wholeOf(asking), params: { fundsConsentId: consent.fundsConsentId } })),
      })),
    ),
  ]);
  return {
    person: { psuId, name, email, preferences, passkeys: passkeys.map((passkey) => ({ name: passkey.name, createdAt: passkey.createdAt.toString() })) },
    permissions,
    fundsPermissions,
    rules,
    budgets: budgets.map(({ category, limit }) => ({ category, limit })),
    confirmedCharges: confirmed,
    paymentOrders: paymentOrdersOf({ clients }, asking),
  };
}

/** Sends a file as it is made. When a part of it cannot be had the connection breaks: half a file must not look like a whole one. */
async function sendPieces(reply: FastifyReply, pieces: AsyncIterable<string>, { log }: Pick<Asking, "log">): Promise<void> {
  reply.hijack();
  reply.raw.writeHead(200, reply.getHeaders() as Record<string, string>);
  try {
    await pipeline(pieces, reply.raw);
  } catch (error) {
    log.warn({ err: error }, "an export broke off");
  }
}

/** Every transaction, a page at a time: the next is asked for when the one before is on its way. */
async function* transactionsOf({ clients }: Pick<Context, "clients">, asking: Asking): AsyncGenerator<readonly CategorisedTransaction[]> {
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const query = { limit: pageSize, ...(cursor === undefined ? {} : { cursor }) };
    const page: { transactions: readonly CategorisedTransaction[]; nextCursor: string | null } = await clients.analytics.listCategorised({
      ...wholeOf(asking),
      query,
    });
    yield page.transactions;
    cursor = page.nextCursor;
  }
}

/** Every payment order, newest first, likewise. */
async function* paymentOrdersOf(ctx: Pick<Context, "clients">, asking: Asking): AsyncGenerator<readonly ExportedOrder[]> {
  let before: string | undefined;
  do {
    const page: readonly PaymentOrder[] = await listOrders(ctx, asking, { before, limit: ordersPerPage });
    yield page.map((order) => ({ ...order, ...whatMoved(order) }));
    before = page.length < ordersPerPage ? undefined : page.at(-1)?.paymentOrderId;
  } while (before !== undefined);
}
