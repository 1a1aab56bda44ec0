import type { AspspAccount } from "@opl/contracts/model";
import { nameOf } from "./name-id.ts";
import type { NameId } from "./name-id.ts";

/** Whose account at which bank. */
export interface AccountOwner {
  readonly psuId: string;
  readonly aspspId: string;
}

/**
 * What makes two answers of a bank the same account: the person, the bank, the IBAN and the currency. A new consent brings
 * new resource ids, the IBAN stays. Cards have no IBAN: the masked number with the product's name stands in; the bank's
 * resource id is the last resort.
 */
export function accountKey(owner: AccountOwner, account: AspspAccount, nameId: NameId): string {
  return nameId(nameOf("account", owner.psuId, owner.aspspId, ...identifierOf(account), account.currency));
}

function identifierOf(account: AspspAccount): readonly string[] {
  if (account.iban !== null) return ["iban", account.iban.replaceAll(/\s/g, "").toUpperCase()];
  if (account.maskedPan !== null) return ["card", account.maskedPan.replaceAll(/\s/g, ""), account.name];
  return ["resource", account.resourceId];
}

export interface KeyedAccount {
  readonly key: string;
  readonly account: AspspAccount;
}

/**
 * Gives every account of one answer its key. Two cards may share masked number and name: those keep apart by the bank's
 * resource id, which is all there is. The same account listed twice counts once.
 */
export function keyAccounts(owner: AccountOwner, accounts: readonly AspspAccount[], nameId: NameId): readonly KeyedAccount[] {
  const unique = [...new Map(accounts.map((account) => [account.resourceId, account])).values()];
  const keyed = unique.map((account) => ({ key: accountKey(owner, account, nameId), account }));
  const uses = Map.groupBy(keyed, ({ key }) => key);
  const kept = keyed.map(({ key, account }) => {
    const shared = (uses.get(key)?.length ?? 0) > 1 && account.iban === null;
    return { key: shared ? nameId(nameOf("account", owner.psuId, owner.aspspId, "resource", account.resourceId, account.currency)) : key, account };
  });
  return [...new Map(kept.map((each) => [each.key, each])).values()];
}
