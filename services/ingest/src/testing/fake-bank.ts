import { OplError } from "@opl/errors";
import type { AspspAccount, AspspBalance, AspspTransaction } from "@opl/contracts/model";
import type { BankGateway, FetchedPage } from "../clients/bank-gateway.ts";
import { aBalance, anAccount } from "./bank-answers.ts";

export interface BankCall {
  readonly operation: "accounts" | "transactions";
  readonly consentId: string;
  readonly resourceId: string | undefined;
  readonly cursor: string | undefined;
  /** Who was said to be present. */
  readonly ipAddress: string | undefined;
}

export interface FakeAccount {
  account: AspspAccount;
  balances: AspspBalance[];
  pages: AspspTransaction[][];
  entryReferencesStable: boolean;
}

export function aspspError(code: string, kind: OplError["kind"], init: Partial<ConstructorParameters<typeof OplError>[0]> = {}): OplError {
  return new OplError({ code, kind, message: "The bank said so.", ...init });
}

/** The gateway as ingest sees it, with a bank behind it that says what a test wants. */
export class FakeBank implements BankGateway {
  readonly accounts: FakeAccount[] = [];
  readonly calls: BankCall[] = [];
  fetchedAt = "2026-11-22T10:00:00Z";
  /** Runs before every answer; may throw, wait, or change the bank. */
  before: (call: BankCall) => void | Promise<void> = () => undefined;
  /** Instead of counting pages up. */
  nextCursor: ((resourceId: string, page: number) => string | null) | undefined;

  add(account: Partial<AspspAccount> = {}, pages: AspspTransaction[][] = [[]], balances: AspspBalance[] = [aBalance("100.00")]): FakeAccount {
    const added = { account: anAccount(account), balances, pages, entryReferencesStable: true };
    this.accounts.push(added);
    return added;
  }

  callsFor(resourceId: string): BankCall[] {
    return this.calls.filter((call) => call.resourceId === resourceId);
  }

  fetchAccounts: BankGateway["fetchAccounts"] = async ({ params, psu, signal }) => {
    await this.#called({ operation: "accounts", consentId: params.consentId, resourceId: undefined, cursor: undefined, ipAddress: psu?.ipAddress }, signal);
    return structuredClone({ fetchedAt: this.fetchedAt, accounts: this.accounts.map(({ account, balances }) => ({ account, balances })) });
  };

  fetchTransactions: BankGateway["fetchTransactions"] = async ({ params, query, psu, signal }): Promise<FetchedPage> => {
    const cursor = query?.cursor;
    await this.#called({ operation: "transactions", consentId: params.consentId, resourceId: params.resourceId, cursor, ipAddress: psu?.ipAddress }, signal);
    const account = this.accounts.find((each) => each.account.resourceId === params.resourceId);
    if (account === undefined) throw aspspError("ERR_ASPSP_REJECTED", "rejected");
    const page = cursor === undefined ? 0 : Number.parseInt(cursor.replace("page-", ""), 10);
    const counted = page + 1 < account.pages.length ? `page-${page + 1}` : null;
    const nextCursor = this.nextCursor === undefined ? counted : this.nextCursor(params.resourceId, page);
    return structuredClone({
      fetchedAt: this.fetchedAt,
      transactions: account.pages[page] ?? [],
      nextCursor,
      entryReferencesStable: account.entryReferencesStable,
    });
  };

  async #called(call: BankCall, signal: AbortSignal | undefined): Promise<void> {
    this.calls.push(call);
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    aborted.catch(() => undefined);
    const abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort);
    // A request that is broken off ends at once, whatever the bank is doing.
    await Promise.race([Promise.try(this.before, call), aborted]).finally(() => signal?.removeEventListener("abort", abort));
    signal?.throwIfAborted();
  }
}
