import type { AccountView } from "../api/queries.ts";

/** The last digits that tell two accounts of one name apart: `•• 0785`. Empty where the bank told no number. */
export function numberTail(maskedNumber: string | null): string {
  const digits = (maskedNumber ?? "").replace(/[^\dA-Za-z]/g, "");
  return digits === "" ? "" : `••\u00a0${digits.slice(-4)}`;
}

/** Accounts by bank, in the order of their first account; each with its place, which gives it its colour. */
export function groupByBank<A extends Pick<AccountView, "aspspId" | "aspspName">>(
  accounts: readonly A[],
): { readonly aspspId: string; readonly aspspName: string; readonly accounts: readonly { readonly account: A; readonly index: number }[] }[] {
  const banks = new Map<string, { aspspId: string; aspspName: string; accounts: { account: A; index: number }[] }>();
  for (const [index, account] of accounts.entries()) {
    const bank = banks.get(account.aspspId) ?? { aspspId: account.aspspId, aspspName: account.aspspName, accounts: [] };
    bank.accounts.push({ account, index });
    banks.set(account.aspspId, bank);
  }
  return [...banks.values()];
}
