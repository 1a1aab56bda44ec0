import { createHash } from "node:crypto";
import { isUniqueViolation } from "@opl/postgres";
import type { AspspTransaction } from "@opl/contracts/model";
import { getContinuation, saveContinuation } from "../db/budget-store.ts";
import { formatCursor, parseCursor } from "../domain/page-cursor.ts";
import { maxPagesPerRead } from "../domain/request-budget.ts";
import { errors } from "../errors.ts";
import { claimRead } from "./claim-read.ts";
import { readAsPsu } from "./read-as-psu.ts";
import type { ReadContext, ReadRequest } from "./read-as-psu.ts";

export interface FetchTransactionsRequest extends ReadRequest {
  readonly resourceId: string;
  readonly cursor: string | undefined;
}

export interface FetchedTransactions {
  readonly fetchedAt: Temporal.Instant;
  readonly transactions: readonly AspspTransaction[];
  readonly nextCursor: string | null;
  readonly entryReferencesStable: boolean;
}

interface Place {
  readonly readId: string;
  readonly page: number;
  readonly continuation: string | undefined;
}

/** One page of an account's transactions. The first page begins a read and costs budget; the later ones belong to it. */
export async function fetchTransactions(ctx: ReadContext, request: FetchTransactionsRequest): Promise<FetchedTransactions> {
  const { consentId, resourceId } = request;
  let place = request.cursor === undefined ? undefined : await findPlace(ctx, request, request.cursor);
  const isLaterPage = place !== undefined;
  return readAsPsu(ctx, request, {
    async count() {
      if (isLaterPage) return;
      const readId = await claimRead(ctx, { consentId, resource: "transactions", resourceId, attended: request.psu !== undefined });
      place = { readId, page: 1, continuation: undefined };
    },
    async read({ transactions: facet, profile }, calls) {
      if (facet === undefined || place === undefined) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
      const { transactions, continuation } = await facet.page(calls, resourceId, place.continuation);
      return {
        fetchedAt: ctx.clock.now(),
        transactions,
        nextCursor: continuation === undefined ? null : await keepNextPlace(ctx, { readId: place.readId, page: place.page + 1, continuation }),
        entryReferencesStable: profile.entryReferencesStable,
      };
    },
  });
}

async function findPlace({ db }: ReadContext, { consentId, resourceId }: FetchTransactionsRequest, cursor: string): Promise<Place> {
  const parsed = parseCursor(cursor);
  const continuation = parsed === undefined ? undefined : await getContinuation(db, { ...parsed, consentId, resourceId });
  if (parsed === undefined || continuation === undefined) throw errors.ERR_CURSOR_INVALID();
  return { ...parsed, continuation };
}

/** A bank that sends us back to a page we had, or never comes to an end, is stopped (BR-29, BR-30, BR-31). */
async function keepNextPlace({ db }: ReadContext, place: { readId: string; page: number; continuation: string }): Promise<string> {
  if (place.page > maxPagesPerRead) throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "endless-pages" } });
  const continuationHash = createHash("sha256").update(place.continuation).digest();
  try {
    await saveContinuation(db, { ...place, continuationHash });
  } catch (error) {
    if (isUniqueViolation(error, "read_pages_no_circle")) throw errors.ERR_ASPSP_PROTOCOL({ cause: error, details: { reason: "pages-in-a-circle" } });
    throw error;
  }
  return formatCursor(place);
}
