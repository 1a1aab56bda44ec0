import { errors } from "../errors.ts";
import type { BankAdapter, ConsentScopes, ConsentsFacet, FundsFacet, PaymentsFacet } from "./bank-adapter.ts";

/** What a person allows at a bank: to read their accounts, to pay, to ask whether there are funds. */
export type ConsentKind = "accounts" | "payments" | "funds";

interface FacetOf {
  readonly accounts: ConsentsFacet;
  readonly payments: PaymentsFacet;
  readonly funds: FundsFacet;
}

const facetName = { accounts: "consents", payments: "payments", funds: "funds" } as const;

/** How consents of a kind are made and ended at a bank. @throws ERR_ASPSP_CAPABILITY_MISSING */
export function facetOf<Kind extends ConsentKind>(adapter: BankAdapter, kind: Kind): FacetOf[Kind] {
  const facet = adapter[facetName[kind]];
  if (facet === undefined) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
  return facet as FacetOf[Kind];
}

/** Under which scopes. Banks without OAuth know none. @throws ERR_ASPSP_CAPABILITY_MISSING */
export function scopesOf(adapter: BankAdapter, kind: ConsentKind): ConsentScopes {
  if (kind !== "accounts") return facetOf(adapter, kind).scopes;
  return { client: adapter.oauth?.clientScope ?? "", consent: adapter.oauth?.consentScope ?? [] };
}
