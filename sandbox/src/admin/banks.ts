import type { AccountBank } from "../op/bank.ts";
import type { Bank } from "../op/bank.ts";
import type { Issuer } from "../fapi/issuer.ts";

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
