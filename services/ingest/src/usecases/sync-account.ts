import { isOplError } from "@opl/errors";
import type { FetchedPage } from "../clients/bank-gateway.ts";
import { nameOf } from "../domain/name-id.ts";
import { readPage } from "../domain/page.ts";
import type { PageRefusal } from "../domain/page.ts";
import { endOfReading, isRefusedPage } from "../domain/sync-plan.ts";
import type { ReadingEnd } from "../domain/sync-plan.ts";
import { listReadPages } from "../db/reading-store.ts";
import type { SyncAccountRow } from "../db/reading-store.ts";
import { errors } from "../errors.ts";
import type { IngestContext } from "./context.ts";
import { finishAccount } from "./finish-account.ts";
import type { FinishedAccount } from "./finish-account.ts";
import type { PsuPresence } from "./psu-presence.ts";
import { rejectPage } from "./reject-page.ts";
import type { RunningSync } from "./record-accounts.ts";
import { storePage } from "./store-page.ts";
import type { AccountReading } from "./store-page.ts";

export type SyncAccountContext = Pick<IngestContext, "db" | "clock" | "nameId" | "newId" | "bankGateway" | "settings"> & { readonly presence: PsuPresence };
export type SyncedAccount = ({ readonly status: "done" } & FinishedAccount) | { readonly status: "incomplete"; readonly code: string };

const refusalCodes: Readonly<Record<PageRefusal, string>> = {
  amount: errors.ERR_PAGE_AMOUNT.code,
  text: errors.ERR_PAGE_TEXT.code,
  date: errors.ERR_PAGE_DATE.code,
};
const endCodes: Readonly<Record<ReadingEnd, string>> = {
  "cursor-repeated": errors.ERR_PAGE_REPEATED.code,
  "too-many-pages": errors.ERR_PAGE_BUDGET.code,
  "too-many-entries": errors.ERR_PAGE_BUDGET.code,
};

/**
 * Reads one account page by page to its end, from where it stands. The bank is asked for the next page while the one before
 * is being stored, never inside a transaction.
 * @throws what the gateway says when nothing can be read now; the reading goes on from its place another time
 */
export async function syncAccount(context: SyncAccountContext, sync: RunningSync, account: SyncAccountRow, signal: AbortSignal): Promise<SyncedAccount> {
  const { nameId, settings } = context;
  const reading: AccountReading = { sync, accountId: account.accountId, resourceId: account.resourceId };
  const before = await listReadPages(context.db, account);
  const visited = new Set(before.map(({ cursorKey }) => cursorKey));
  const copies = new Map<string, number>();
  for (const { copies: keys } of before) count(copies, keys);
  let entries = before.reduce((sum, page) => sum + page.entries, 0);
  let { pages, nextCursor } = account;
  if (pages > 0 && nextCursor === null) return { status: "done", ...(await finishAccount(context, reading)) };

  const reject = async (page: number, code: string, rawHash: string | null): Promise<SyncedAccount> => {
    await rejectPage(context, reading, { page, code, rawHash });
    return { status: "incomplete", code };
  };
  const stopped = new AbortController();
  const either = AbortSignal.any([signal, stopped.signal]);
  let coming = fetchPage(context, reading, nextCursor, either);
  try {
    for (;;) {
      const page = pages + 1;
      const fetched = await coming;
      if ("refused" in fetched) return await reject(page, fetched.refused, fetched.rawHash);
      const read = readPage(fetched.transactions, Temporal.Instant.from(fetched.fetchedAt).toZonedDateTimeISO("UTC").toPlainDate());
      if ("refusal" in read) return await reject(page, refusalCodes[read.refusal], fetched.transactions[0]?.raw.hash ?? null);

      const cursorKey = cursorKeyOf(nextCursor, nameId);
      visited.add(cursorKey);
      entries += read.entries.length;
      const end =
        fetched.nextCursor === null
          ? undefined
          : endOfReading({ pages: page, entries, visited }, cursorKeyOf(fetched.nextCursor, nameId), settings.readingLimits);
      if (fetched.nextCursor !== null && end === undefined) coming = fetchPage(context, reading, fetched.nextCursor, either);

      const toStore = {
        page,
        cursorKey,
        nextCursor: fetched.nextCursor,
        entries: read.entries,
        received: fetched.transactions,
        entryReferencesStable: fetched.entryReferencesStable,
        copies,
      };
      count(copies, await storePage(context, reading, toStore));
      if (end !== undefined) return await reject(page + 1, endCodes[end], null);
      pages = page;
      ({ nextCursor } = fetched);
      if (nextCursor === null) return { status: "done", ...(await finishAccount(context, reading)) };
    }
  } finally {
    stopped.abort();
  }
}

type RefusedPage = { readonly refused: string; readonly rawHash: string | null };

function fetchPage(
  { bankGateway, presence }: SyncAccountContext,
  { sync, resourceId }: AccountReading,
  cursor: string | null,
  signal: AbortSignal,
): Promise<FetchedPage | RefusedPage> {
  const asked = bankGateway.fetchTransactions({
    params: { consentId: sync.consentId, resourceId },
    query: cursor === null ? {} : { cursor },
    psu: presence.of(sync.syncId),
    signal,
  });
  const page = asked.catch((error: unknown): RefusedPage => {
    if (isOplError(error) && isRefusedPage(error)) return { refused: error.code, rawHash: rawHashOf(error.details) };
    throw error;
  });
  // Asked for ahead of time: a failure is looked at when its turn comes, or never.
  page.catch(() => undefined);
  return page;
}

function rawHashOf(details: Readonly<Record<string, unknown>> | undefined): string | null {
  const hash = details?.["rawHash"];
  return typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash) ? hash : null;
}

function cursorKeyOf(cursor: string | null, nameId: IngestContext["nameId"]): string {
  return nameId(nameOf("cursor", cursor));
}

function count(copies: Map<string, number>, keys: readonly string[]): void {
  for (const key of keys) copies.set(key, (copies.get(key) ?? 0) + 1);
}
