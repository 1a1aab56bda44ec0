import { randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { Page } from "../faults/fault.ts";
import { visibleDays, type Authorization } from "./authorization.ts";
import type { AccountBank } from "./bank.ts";
import type { Place } from "./continuation.ts";
import { pageOf } from "./paging.ts";
import { validation } from "./refusal.ts";

export interface TransactionList<T> {
  readonly listId: string;
  readonly path: string;
  readonly entries: readonly T[];
  readonly dateOf: (entry: T) => string;
  readonly wire: (entry: T) => Record<string, unknown>;
}

/** Where the caller wants to go on; refuses tokens of other lists and authorizations, and unknown parameters. */
export function placeOf(request: FastifyRequest, bank: AccountBank, { listId, authorizationId }: { listId: string; authorizationId: string }): Place {
  const { continuationToken, ...rest } = request.query as Record<string, unknown>;
  const stranger = Object.keys(rest)[0];
  if (stranger !== undefined) throw validation([{ type: "UnrecognizedProperty", path: stranger, message: `Unrecognized parameter ${stranger}` }]);
  if (continuationToken === undefined || continuationToken === "") return { authorizationId, listId, page: 1 };
  const place = typeof continuationToken === "string" ? bank.continuation.open(continuationToken) : undefined;
  if (place?.listId !== listId || place.authorizationId !== authorizationId) {
    throw validation([{ type: "InvalidValue", path: "continuationToken", message: "The continuation token does not belong to this list" }]);
  }
  return place;
}

/** The days whose transactions can be read now: by this authorization, or by a new one. */
export function openDays(bank: AccountBank, authorization?: Authorization): { from: string; to: string } {
  const { config, clock } = bank;
  const rules = { now: clock.now(), today: clock.today(), historyDays: config.SANDBOX_HISTORY_DAYS };
  if (authorization !== undefined) return visibleDays(authorization, { ...rules, fullHistoryMinutes: config.SANDBOX_FULL_HISTORY_MINUTES });
  return visibleDays({ created: rules.now.toString() }, { ...rules, fullHistoryMinutes: 0 });
}

/** Answers one page: newest entries first, a token as long as there are more. */
export function answerPage<T extends { readonly sequence: number }>(
  request: FastifyRequest,
  bank: AccountBank,
  { list, place, authorization }: { list: TransactionList<T>; place: Place; authorization: Authorization },
): Page {
  const size = bank.config.SANDBOX_PAGE_SIZE;
  const days = openDays(bank, authorization);
  const range = { entries: list.entries, dateOf: list.dateOf, ...days };
  const { rows, last, more } = pageOf({ ...range, after: place.after, size });
  const next =
    more && last !== undefined
      ? bank.continuation.seal({ ...place, after: { date: list.dateOf(last), sequence: last.sequence }, page: place.page + 1 })
      : undefined;
  const requestToken = (request.query as { continuationToken?: string }).continuationToken;
  const honest: Page = {
    transactions: rows.map(list.wire),
    ...(next === undefined ? {} : { continuationToken: next }),
    links: { self: { href: href(bank, list.path, requestToken) }, ...(next === undefined ? {} : { next: { href: href(bank, list.path, next) } }) },
  };
  return bank.faults.changePage(request.bankCall, honest, {
    requestToken,
    pageSize: size,
    rowCount: list.entries.length,
    position: place.page,
    rowsAt: (skip, count) =>
      pageOf({ ...range, after: undefined, size: skip + count })
        .rows.slice(skip)
        .map(list.wire),
    tokenAt(skip) {
      const before = skip === 0 ? undefined : pageOf({ ...range, after: undefined, size: skip }).last;
      const after = before === undefined ? undefined : { date: list.dateOf(before), sequence: before.sequence };
      return bank.continuation.seal({ authorizationId: place.authorizationId, listId: list.listId, after, page: place.page + 1, salt: randomUUID() });
    },
    stranger: () => strangerTo(authorization.psuId, bank),
  });
}

function href(bank: AccountBank, path: string, token: string | undefined): string {
  const query = token === undefined ? "" : `?continuationToken=${encodeURIComponent(token)}`;
  return `${bank.accountSite.origin()}${path}${query}`;
}

/** A transaction of somebody else, for a bank that mixes people up. */
function strangerTo(psuId: string | undefined, bank: AccountBank): Record<string, unknown> {
  const other = bank.people.residents.find((resident) => resident.psuId !== psuId);
  const account = bank.people.find(other?.psuId ?? "")?.accounts[0];
  return { recipient: { name: account?.owner ?? "", identifier: account?.iban ?? "", servicer: "OKOYFIHH" } };
}
