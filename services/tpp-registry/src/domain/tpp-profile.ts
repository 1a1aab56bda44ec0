import type { RegistrationTerms, TppRole } from "@opl/contracts/model";

/** Who we are, to any bank. */
export interface TppProfile {
  readonly softwareClientId: string;
  readonly name: string;
  readonly country: string;
  readonly roles: readonly TppRole[];
  readonly organisationName: string;
  readonly contacts: readonly { readonly name: string; readonly email: string; readonly phone: string; readonly type: string }[];
  readonly clientName: string;
  readonly clientUri: string;
  readonly publicOrigin: string;
}

/** One redirect URI per bank, so that an answer at another bank's address is noticed (OA-16). */
export function redirectUriOf(profile: Pick<TppProfile, "publicOrigin">, aspspId: string): string {
  return `${profile.publicOrigin}/connect/return/${aspspId}`;
}

const scopes: Readonly<Record<TppRole, string>> = { AIS: "accounts", PIS: "payments", CBPII: "fundsconfirmations" };

/** What we ask of a bank. */
export function termsAt(profile: TppProfile, aspspId: string): RegistrationTerms {
  return {
    clientName: profile.clientName,
    clientUri: profile.clientUri,
    organisationName: profile.organisationName,
    contacts: profile.contacts.map((contact) => ({ ...contact })),
    redirectUris: [redirectUriOf(profile, aspspId)],
    roles: [...profile.roles],
    scopes: scopesOf(profile.roles),
    algorithm: null,
  };
}

/** The API scopes our roles entitle us to; each is proved by a token call. */
export function scopesOf(roles: readonly TppRole[]): string[] {
  return roles.map((role) => scopes[role]);
}
