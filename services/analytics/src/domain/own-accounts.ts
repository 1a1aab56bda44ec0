import type { AccountKind } from "@opl/contracts/model";
import { nameKey } from "./words.ts";

/** What is known about the accounts of one person. */
export interface OwnAccounts {
  readonly ibans: ReadonlySet<string>;
  /** Keys of the owners' names; single words are left out, they could be anybody. */
  readonly names: ReadonlySet<string>;
  /** Ids of those that are cards. */
  readonly cards: ReadonlySet<string>;
}

export interface OwnAccount {
  readonly accountId: string;
  readonly kind: AccountKind;
  readonly iban: string | null;
  readonly ownerName: string | null;
}

export const noAccounts: OwnAccounts = { ibans: new Set(), names: new Set(), cards: new Set() };

export function ownAccountsOf(accounts: Iterable<OwnAccount>): OwnAccounts {
  const ibans = new Set<string>();
  const names = new Set<string>();
  const cards = new Set<string>();
  for (const { accountId, kind, iban, ownerName } of accounts) {
    if (kind === "card") cards.add(accountId);
    if (iban !== null) ibans.add(compactIban(iban));
    const key = ownerName === null ? "" : nameKey(ownerName);
    if (key.includes(" ")) names.add(key);
  }
  return { ibans, names, cards };
}

export function isOwnIban(own: OwnAccounts, iban: string | null): boolean {
  return iban !== null && own.ibans.size > 0 && own.ibans.has(compactIban(iban));
}

export function isOwnName(own: OwnAccounts, name: string | null): boolean {
  return name !== null && own.names.size > 0 && own.names.has(nameKey(name));
}

function compactIban(iban: string): string {
  return iban.replaceAll(" ", "").toUpperCase();
}
