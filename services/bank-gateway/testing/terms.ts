import type { RegistrationTerms } from "@opl/contracts/model";

export const redirectUri = "http://localhost:9/connect/return/op";

export const tpp = {
  country: "FI",
  commonName: "Example Ledger TPP",
  roles: ["AIS", "PIS", "CBPII"],
  clientName: "One Point Ledger",
  clientUri: "https://ledger.example",
  organisationName: "Example Ledger Oy",
  contacts: [{ name: "Support", email: "support@ledger.example", phone: "", type: "Support" }],
} as const;

/** What we ask of a bank. */
export const terms: RegistrationTerms = {
  clientName: tpp.clientName,
  clientUri: tpp.clientUri,
  organisationName: tpp.organisationName,
  contacts: [...tpp.contacts],
  redirectUris: [redirectUri],
  roles: [...tpp.roles],
  scopes: ["accounts"],
  algorithm: null,
};
