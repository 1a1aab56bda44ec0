import { pipeline } from "node:stream/promises";
import type { FastifyReply } from "fastify";
import type { CategorisedTransaction } from "@opl/contracts/http/analytics";
import * as contracts from "@opl/contracts/http/bff-security";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { getPreferences } from "../db/preference-store.ts";
import { passkeysOf } from "../db/passkey-store.ts";
import { signedInOf } from "../session/visitor.ts";
import { fetchExport, startExport } from "../usecases/start-export.ts";
import { csvExport, jsonExport } from "../views/export.ts";
import { wholeOf } from "./parts.ts";
import type { Asking } from "./parts.ts";

type Context = Pick<BffContext, "clients" | "clock" | "db" | "keys">;

const pageSize = 300;

export function exportRoutes(ctx: Context): readonly BoundRoute[] {
  return [
    psuRoute(contracts.startExport, async ({ psu, body }) => startExport(ctx, psu.psuId, body.format)),
    psuRoute(contracts.downloadExport, async ({ params, request, reply, ...asking }) => {
      const { psuId } = asking.psu;
      const format = await fetchExport(ctx, psuId, params.exportId);
      const { name, email } = signedInOf(request);
      const [{ consents }, { accounts }, preferences, passkeys] = await Promise.all([
        ctx.clients.consent.listConsents(wholeOf(asking)),
        ctx.clients.ingest.listAccounts(wholeOf(asking)),
        getPreferences(ctx.db, psuId),
        passkeysOf(ctx.db, psuId),
      ]);
      const exportedAt = ctx.clock.now().toString();
      const person = {
        psuId,
        name,
        email,
        preferences,
        passkeys: passkeys.map((passkey) => ({ name: passkey.name, createdAt: passkey.createdAt.toString() })),
      };
      const rules = async () => (await ctx.clients.analytics.listCounterpartyRules(wholeOf(asking))).rules;
      const everything = { exportedAt, person, consents, accounts, rules, pages: pagesOf(ctx, asking) };
      const file = `one-point-ledger-${exportedAt.slice(0, 10)}.${format}`;
      reply.header("content-disposition", `attachment; filename="${file}"`);
      reply.type(format === "json" ? "application/json; charset=utf-8" : "text/csv; charset=utf-8");
      await sendPieces(reply, format === "json" ? jsonExport(everything) : csvExport(everything), asking);
    }),
  ];
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
async function* pagesOf({ clients }: Pick<Context, "clients">, asking: Asking): AsyncGenerator<readonly CategorisedTransaction[]> {
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
