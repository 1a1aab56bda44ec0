import type { AccountKind, BalanceType, Transaction } from "@opl/contracts/model";
import type { LedgerAccount } from "@opl/contracts/http/ingest";
import { toWire } from "@opl/money";
import { deterministicId } from "@opl/service";
import type { IngestClient } from "../clients/ingest.ts";
import type { AccountFact } from "../usecases/record-accounts.ts";
import type { BalanceFact } from "../usecases/record-balances.ts";
import type { TransactionsFact } from "../usecases/record-transactions.ts";

export type Fact =
  | { readonly kind: "account"; readonly fact: AccountFact }
  | { readonly kind: "balance"; readonly fact: BalanceFact }
  | { readonly kind: "transactions"; readonly fact: TransactionsFact }
  | { readonly kind: "accounts-erased"; readonly fact: { readonly psuId: string; readonly accountIds: readonly string[] } };

export interface AccountPlan {
  readonly kind?: AccountKind;
  readonly currency?: string;
  readonly iban?: string | null;
  readonly ownerName?: string | null;
  readonly name?: string;
}

/** What a test says of an entry; the rest is usual. */
export interface EntryPlan {
  readonly minor: bigint;
  readonly date: string;
  readonly name?: string | null;
  readonly iban?: string | null;
  readonly text?: string | null;
  readonly code?: string | null;
  readonly reference?: string | null;
  readonly currency?: string;
  readonly pending?: boolean;
  /** Tells entries of a test apart; the same label is the same entry. */
  readonly label: string;
}

export function idOf(label: string): string {
  return deterministicId("test", label);
}

/** A ledger as ingest keeps it: counts the facts of each account, and gives everything again for rebuilding. */
export class LedgerModel {
  readonly #accounts = new Map<string, LedgerAccount>();
  readonly #transactions = new Map<string, Transaction & { readonly psuId: string }>();
  readonly #balances: {
    readonly balanceId: string;
    readonly accountId: string;
    readonly psuId: string;
    readonly type: BalanceType;
    readonly amount: { readonly amount: string; readonly currency: string };
    readonly asOf: string;
    readonly recordedAt: string;
  }[] = [];
  readonly #versions = new Map<string, bigint>();
  #clock = 0;
  /** Everything told so far, in the order of telling. */
  readonly facts: Fact[] = [];
  /** Called before each page of an export, so that a test can let things happen meanwhile. */
  beforePage: () => Promise<void> = async () => undefined;
  readonly pageSize: number;

  constructor({ pageSize = 7 } = {}) {
    this.pageSize = pageSize;
  }

  account(psuId: string, accountId: string, plan: AccountPlan = {}): void {
    const { kind = "current", currency = "EUR", iban = null, ownerName = null, name = "Account" } = plan;
    const consentId = idOf(`consent ${psuId}`);
    const aspspId = "nord";
    this.#accounts.set(accountId, {
      accountId,
      psuId,
      consentId,
      aspspId,
      kind,
      iban,
      maskedPan: null,
      bic: null,
      currency,
      name,
      ownerName,
      balances: [],
      transactions: 0,
      oldestBookingDate: null,
      readAt: null,
      incompleteSince: null,
      connected: true,
    });
    this.facts.push({
      kind: "account",
      fact: { accountId, consentId, psuId, aspspId, kind, currency, name, iban, ownerName, version: this.#next(`account ${accountId}`) },
    });
  }

  balance(accountId: string, balanceType: BalanceType, minor: bigint, asOf: string, currency = "EUR"): void {
    const psuId = this.#owner(accountId);
    const amount = toWire({ minor, currency });
    this.#clock += 1;
    const toldAt = Temporal.Instant.from("2026-11-22T10:00:00Z").add({ milliseconds: this.#clock }).toString();
    this.#balances.push({ balanceId: idOf(`balance ${this.#clock}`), accountId, psuId, type: balanceType, amount, asOf, recordedAt: toldAt });
    this.facts.push({ kind: "balance", fact: { accountId, psuId, balanceType, amount, asOf, toldAt } });
  }

  /** Adds, changes and takes back entries of one account in one fact. */
  record(accountId: string, entries: readonly EntryPlan[], removed: readonly string[] = []): void {
    const psuId = this.#owner(accountId);
    const recorded = entries.map((entry) => this.#put(psuId, accountId, entry));
    for (const label of removed) this.#transactions.delete(idOf(label));
    this.facts.push({
      kind: "transactions",
      fact: { psuId, accountId, version: this.#next(`transactions ${accountId}`), recorded, removed: removed.map(idOf) },
    });
  }

  eraseAccount(accountId: string): void {
    const psuId = this.#owner(accountId);
    this.#accounts.delete(accountId);
    for (const [id, transaction] of this.#transactions) if (transaction.accountId === accountId) this.#transactions.delete(id);
    for (let at = this.#balances.length - 1; at >= 0; at -= 1) if (this.#balances[at]?.accountId === accountId) this.#balances.splice(at, 1);
    this.facts.push({ kind: "accounts-erased", fact: { psuId, accountIds: [accountId] } });
  }

  /** What counts now. */
  transactions(): (Transaction & { readonly psuId: string })[] {
    return [...this.#transactions.values()];
  }

  /** The ledger as its client sees it. */
  client(): IngestClient {
    return {
      exportAccounts: async ({ query } = {}) => {
        const { items, next } = await this.#page([...this.#accounts.values()], (account) => account.accountId, query?.after);
        return { accounts: items, next };
      },
      exportTransactions: async ({ query } = {}) => {
        const { items, next } = await this.#page(this.transactions(), (transaction) => transaction.transactionId, query?.after);
        return { transactions: items, next };
      },
      exportBalances: async ({ query } = {}) => {
        const { items, next } = await this.#page(this.#balances, (balance) => balance.balanceId, query?.after);
        return { balances: items, next };
      },
    };
  }

  #put(psuId: string, accountId: string, plan: EntryPlan): Transaction {
    const { minor, date, label, name = null, iban = null, text = null, code = null, reference = null, currency = "EUR", pending = false } = plan;
    const transactionId = idOf(label);
    const transaction: Transaction = {
      transactionId,
      accountId,
      revision: (this.#transactions.get(transactionId)?.revision ?? 0) + 1,
      entryReference: null,
      bookingStatus: pending ? "pending" : "booked",
      amount: toWire({ minor, currency }),
      originalAmount: null,
      bookingDate: date,
      valueDate: date,
      counterparty: { name, iban, bic: null },
      remittanceInformation: text,
      reference,
      proprietaryCode: code,
      raw: { hash: "0".repeat(64), pointer: `/transactions/${label}` },
    };
    this.#transactions.set(transactionId, { ...transaction, psuId });
    return transaction;
  }

  async #page<Item>(all: readonly Item[], id: (item: Item) => string, after: string | undefined): Promise<{ items: Item[]; next: string | null }> {
    await this.beforePage();
    const rest = all.filter((item) => after === undefined || id(item) > after).toSorted((a, b) => (id(a) < id(b) ? -1 : 1));
    const items = rest.slice(0, this.pageSize);
    const last = items.at(-1);
    return { items, next: rest.length > this.pageSize && last !== undefined ? id(last) : null };
  }

  #owner(accountId: string): string {
    const account = this.#accounts.get(accountId);
    if (account === undefined) throw new Error(`no account ${accountId}`);
    return account.psuId;
  }

  #next(counter: string): bigint {
    const version = (this.#versions.get(counter) ?? 0n) + 1n;
    this.#versions.set(counter, version);
    return version;
  }
}
