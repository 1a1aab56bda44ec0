import type { RegistrationTerms, TppDocument, TppDocumentProfile, TppRole, WantedBank, WrittenTppDocument } from "@opl/contracts/model";

type WantedTerms = Pick<WantedBank, "aspsp" | "roles" | "redirectUris" | "algorithm">;

/** What was written, with the platform's own address where it names none. */
export function completed(document: WrittenTppDocument, publicOrigin: string): TppDocument {
  return { ...document, tpp: { ...document.tpp, publicOrigin: document.tpp.publicOrigin ?? publicOrigin } };
}

/** One redirect URI per bank, so that an answer at another bank's address is noticed (OA-16). */
export function redirectUriOf(profile: Pick<TppDocumentProfile, "publicOrigin">, aspspId: string): string {
  return `${profile.publicOrigin}/connect/return/${aspspId}`;
}

const scopes: Readonly<Record<TppRole, string>> = { AIS: "accounts", PIS: "payments", CBPII: "fundsconfirmations" };

/** What we ask of a bank: what the document says of it, else what it says of us. */
export function termsAt(tpp: TppDocumentProfile, { aspsp, roles = tpp.roles, redirectUris, algorithm }: WantedTerms): RegistrationTerms {
  return {
    clientName: tpp.software.name,
    clientUri: tpp.software.uri,
    organisationName: tpp.organisationName,
    contacts: tpp.contacts.map((contact) => ({ ...contact })),
    redirectUris: [...(redirectUris ?? [redirectUriOf(tpp, aspsp)])],
    roles: [...roles],
    scopes: scopesOf(roles),
    algorithm: algorithm ?? null,
  };
}

/** What the document says of a bank; a bank it does not name is treated as one that it names and says nothing of. */
export function wantedAt({ banks }: Pick<TppDocument, "banks">, aspspId: string): WantedBank {
  return banks.find(({ aspsp }) => aspsp === aspspId) ?? { aspsp: aspspId, state: "registered", onDrift: "report" };
}

/** What a document makes us ask of a bank. */
export function termsIn(document: Pick<TppDocument, "tpp" | "banks">, aspspId: string): RegistrationTerms {
  return termsAt(document.tpp, wantedAt(document, aspspId));
}

/** The terms of a registration; one that began before terms were kept goes by those of the environment. */
export function termsOf(
  environmentDocument: Pick<TppDocument, "tpp" | "banks">,
  { terms, aspspId }: { readonly terms: RegistrationTerms | null; readonly aspspId: string },
): RegistrationTerms {
  return terms ?? termsIn(environmentDocument, aspspId);
}

/** The API scopes our roles entitle us to; each is proved by a token call. */
export function scopesOf(roles: readonly TppRole[]): string[] {
  return roles.map((role) => scopes[role]);
}
