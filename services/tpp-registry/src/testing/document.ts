import type { Aspsp, TppDocument } from "@opl/contracts/model";

/** A desired state that is right but for what a test changes. */
export function aDocument(
  banks: readonly (string | ({ readonly aspsp: string } & Partial<TppDocument["banks"][number]>))[] = [],
  tpp: Partial<TppDocument["tpp"]> = {},
): TppDocument {
  return {
    version: 1,
    tpp: {
      name: "Example Ledger TPP",
      country: "FI",
      organisationName: "Example Ledger Oy",
      roles: ["AIS"],
      contacts: [{ name: "Support", email: "support@ledger.example", phone: "", type: "Support" }],
      software: { name: "One Point Ledger", uri: "https://ledger.example" },
      publicOrigin: "https://ledger.example",
      ...tpp,
    },
    banks: banks.map((bank) => ({ state: "registered", onDrift: "repair", ...(typeof bank === "string" ? { aspsp: bank } : bank) })),
  };
}

/** A bank of a directory. */
export function anAspsp(aspspId: string, changes: Partial<Aspsp> = {}): Aspsp {
  return {
    aspspId,
    name: aspspId,
    bic: null,
    countries: ["FI"],
    environment: "sandbox",
    scaApproach: "redirect",
    capabilities: ["registration", "consents"],
    registrationScheme: "op",
    historyDays: 729,
    consentMaxDays: 180,
    registered: false,
    health: { status: "up", since: null },
    ...changes,
  };
}
