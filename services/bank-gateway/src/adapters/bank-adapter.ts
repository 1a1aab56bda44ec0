import type { AspspAccount, AspspBalance, AspspTransaction } from "@opl/contracts/model";
import type { OplError } from "@opl/errors";
import type { JsonObject, JwsAlgorithm } from "@opl/fapi";
import type { PsuContext } from "@opl/service";
import type { ClientAuthentication } from "../banks/credentials.ts";
import type { BankHeader } from "../egress/bank-request.ts";
import type { RegistrationScheme } from "../registration-schemes/scheme.ts";

/** Facts about one ASPSP that do not depend on any consent. */
export interface AspspProfile {
  /** Also the name of the adapter's folder. */
  readonly aspspId: string;
  readonly name: string;
  readonly bic: string | undefined;
  readonly countries: readonly string[];
  readonly environment: "sandbox" | "production";
  readonly scaApproach: "redirect" | "oauth" | "decoupled";
  readonly historyDays: number;
  readonly consentMaxDays: number;
  /** So often the person has to confirm a consent here, without the bank (UK RTS art. 10A); absent where the bank asks by itself. */
  readonly reconfirmDays?: number;
  /** Whether the bank's own ids of entries stay the same from one reading to the next. */
  readonly entryReferencesStable: boolean;
  /** Every origin this bank is called at. */
  readonly origins: readonly string[];
  /** Origins an access token may be sent to. */
  readonly resourceOrigins: readonly string[];
  readonly trustedRootsPath: string | undefined;
  readonly allowLegacySha1ClientCertificate: boolean;
  /** What the bank accepts from us, the preferred one first. */
  readonly signingAlgorithms: readonly JwsAlgorithm[];
}

/** How to speak OAuth with one bank. */
export interface OAuthProfile {
  readonly issuer: string;
  readonly tokenUrl: URL;
  /** Unless the registration settled on another way. */
  readonly clientAuthentication: ClientAuthentication;
  readonly jwksUrl: URL;
  readonly responseType: "code" | "code id_token";
  /** Whether the authorization response carries `iss` (RFC 9207). */
  readonly issInResponse: boolean;
  readonly idTokenAlgorithms: readonly JwsAlgorithm[];
  readonly acrValues: readonly string[];
  /** The claim that ties an ID token to a consent. */
  readonly intentClaim: string;
  /** Scope of the token that creates consents, and what the PSU is asked for. */
  readonly clientScope: string;
  readonly consentScope: readonly string[];
  /** Brings a token answer into the form of RFC 6749 section 5. */
  readonly readTokenAnswer: (status: number, json: unknown) => TokenAnswer;
}

export type TokenAnswer =
  | {
      readonly ok: true;
      readonly accessToken: string;
      readonly refreshToken: string | undefined;
      readonly idToken: string | undefined;
      readonly expiresInSeconds: number | undefined;
      readonly refreshExpiresInSeconds: number | undefined;
      readonly scope: string | undefined;
    }
  | { readonly ok: false; readonly error: string };

export interface CallInput {
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: URL;
  readonly headers?: Readonly<Partial<Record<Exclude<BankHeader, "authorization">, string>>>;
  readonly body?: { readonly type: string; readonly text: string };
}

/** A successful answer of the bank, read strictly; `rawHash` addresses its archived bytes. */
export interface BankReply {
  readonly receivedAt: Temporal.Instant;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: unknown;
  readonly rawHash: string;
}

/** Calls under one identity: our certificate alone, our client token, or a person's token. Refusals are thrown, translated. */
export type BankCalls = (input: CallInput) => Promise<BankReply>;

/** Signs with our QSealC key for this bank. */
export type Sign = (claims: JsonObject) => Promise<{ readonly jws: string; readonly kid: string; readonly algorithm: JwsAlgorithm }>;

export interface CreatedConsent {
  readonly aspspConsentId: string;
  readonly validUntil: Temporal.Instant;
}

export interface AuthorizationRequest {
  readonly aspspConsentId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly now: Temporal.Instant;
}

export interface ConsentsFacet {
  create(calls: BankCalls, input: { validUntil: Temporal.Instant; now: Temporal.Instant }): Promise<CreatedConsent>;
  /** Where to send the person's browser. */
  authorizationUrl(sign: Sign, request: AuthorizationRequest): Promise<{ url: URL; expiresAt: Temporal.Instant }>;
  revoke(calls: BankCalls, aspspConsentId: string): Promise<void>;
}

export interface AccountWithBalances {
  readonly account: AspspAccount;
  readonly balances: readonly AspspBalance[];
}

export interface AccountsFacet {
  list(calls: BankCalls): Promise<readonly AccountWithBalances[]>;
}

export interface TransactionsPage {
  readonly transactions: readonly AspspTransaction[];
  /** The bank's own token for the next page; absent at the end. */
  readonly continuation: string | undefined;
}

export interface TransactionsFacet {
  page(calls: BankCalls, resourceId: string, continuation: string | undefined): Promise<TransactionsPage>;
}

/**
 * One bank: a standard applied to a profile. Having a facet is having the capability; nothing else declares it.
 */
export interface BankAdapter {
  readonly profile: AspspProfile;
  /** Absent where our certificate alone opens the interfaces. */
  readonly oauth?: OAuthProfile;
  readonly psuHeaders: (psu: PsuContext) => Readonly<Record<string, string>>;
  /** Headers on every call, such as the API key of the registration. */
  readonly callHeaders: (apiKey: string) => CallInput["headers"];
  /** A refusal of the bank in our closed set of codes. */
  readonly translateRefusal: (status: number, json: unknown, headers: Readonly<Record<string, string>>) => OplError;
  readonly registration?: RegistrationScheme;
  readonly consents?: ConsentsFacet;
  readonly accounts?: AccountsFacet;
  /** `with-accounts`: the list of accounts brings them. */
  readonly balances?: "with-accounts";
  readonly cards?: AccountsFacet;
  readonly transactions?: TransactionsFacet;
}
