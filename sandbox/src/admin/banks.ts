import type { Issuer } from "../fapi/issuer.ts";
import type { AccountBank, Bank } from "../op/bank.ts";

/** The banks with people and accounts: OP first, which is meant where a request does not tell. */
export interface AccountBanks {
  readonly op: Bank;
  readonly issuers: readonly Issuer[];
}

/** The bank that keeps this authorization or has this person as a customer. */
export function bankOf(
  { op, issuers }: AccountBanks,
  { psu, authorizationId }: { psu?: string | undefined; authorizationId?: string | undefined },
): AccountBank {
  const has = (bank: AccountBank): boolean =>
    (authorizationId !== undefined && bank.authorizations.get(authorizationId) !== undefined) ||
    (authorizationId === undefined && psu !== undefined && bank.people.residents.some(({ psuId }) => psuId === psu));
  return issuers.find(has) ?? op;
}

/** Every bank by its name, or the one that is named. */
export function banksNamed({ op, issuers }: AccountBanks, name: string | undefined): readonly AccountBank[] {
  const all: readonly (readonly [string, AccountBank])[] = [["op", op], ...issuers.map((issuer) => [issuer.profile.name, issuer] as const)];
  return all.flatMap(([each, bank]) => (name === undefined || name === each ? [bank] : []));
}
