import type { AccountWithBalances } from "../adapters/bank-adapter.ts";
import { errors } from "../errors.ts";
import { claimRead } from "./claim-read.ts";
import { readAsPsu } from "./read-as-psu.ts";
import type { ReadContext, ReadRequest } from "./read-as-psu.ts";

/** Accounts and cards the consent covers, with their balances. */
export async function fetchAccounts(
  ctx: ReadContext,
  request: ReadRequest,
): Promise<{ fetchedAt: Temporal.Instant; accounts: readonly AccountWithBalances[] }> {
  const { consentId, psu } = request;
  return readAsPsu(ctx, request, {
    count: () => claimRead(ctx, { consentId, resource: "accounts", resourceId: "-", attended: psu !== undefined }),
    read: async ({ accounts, cards }, calls) => {
      if (accounts === undefined) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
      const lists = await Promise.all([accounts.list(calls), ...(cards === undefined ? [] : [cards.list(calls)])]);
      return { fetchedAt: ctx.clock.now(), accounts: eachOnce(lists.flat()) };
    },
  });
}

/** A bank that lists an account twice has one account. */
function eachOnce(accounts: readonly AccountWithBalances[]): readonly AccountWithBalances[] {
  const seen = new Map<string, AccountWithBalances>();
  for (const entry of accounts) if (!seen.has(entry.account.resourceId)) seen.set(entry.account.resourceId, entry);
  return [...seen.values()];
}
