import type { AspspExecutionStatus, AspspPaymentStatus } from "@opl/contracts/http/bank-gateway-payments";
import type { AmountWire, AspspAccount, AspspBalance, AspspTransaction, PaymentInstruction } from "@opl/contracts/model";
import type { KeyIdRule } from "@opl/eidas";
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
  /** What the ids of our keys follow from where we show our own certificates; absent: the key itself (RFC 7638). A directory's names go before it. */
  readonly keyId?: KeyIdRule;
}

/** The addresses of an authorization server that we call, or send a browser to. */
export interface ServerEndpoints {
  readonly tokenUrl: URL;
  readonly jwksUrl: URL;
  readonly authorizationUrl?: URL;
  /** RFC 9126 */
  readonly pushedRequestUrl?: URL;
  /** CIBA Core 7 */
  readonly backchannelUrl?: URL;
  readonly userinfoUrl?: URL;
}

/** How to speak OAuth with one bank. */
export interface OAuthProfile {
  readonly issuer: string;
  /** Ours by setting, or read from the server's own metadata (RFC 8414) and judged. */
  readonly endpoints: ServerEndpoints | "discovered";
  /** Unless the registration settled on another way. */
  readonly clientAuthentication: ClientAuthentication;
  /** Whether the person is sent to the bank's page, or the bank asks them in its app (CIBA). */
  readonly approach: "redirect" | "decoupled";
  /** Our signed request travels in the address, as the adapter builds it, or is pushed to the bank before (RFC 9126 with RFC 9101). */
  readonly request: "by-value" | "pushed";
  readonly responseType: "code" | "code id_token";
  /** `jwt`: the answer is signed (JARM). */
  readonly responseMode: "fragment" | "query" | "jwt";
  /** RFC 7636 */
  readonly pkce: "none" | "S256";
  /** What the bank ties tokens to (RFC 8705, RFC 9449). */
  readonly senderConstraint: "none" | "certificate" | "dpop";
  /** Whether the bank's userinfo must name the same person as its ID token. */
  readonly userinfo: "none" | "compared";
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
      /** Tokens of a type nobody knows, or of none, are not used; they are there all the same, and to be given back. */
      readonly tokenType: "bearer" | "dpop" | "unknown";
      readonly refreshToken: string | undefined;
      readonly idToken: string | undefined;
      /** As told, sensible or not; NaN for words. */
      readonly expiresInSeconds: number | undefined;
      readonly refreshExpiresInSeconds: number | undefined;
      readonly scope: string | undefined;
      /** The bank says in the same answer that it gives none: they are not used, and to be given back. */
      readonly besideError?: true;
    }
  | { readonly ok: false; readonly error: string };

export interface CallInput {
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: URL;
  readonly headers?: Readonly<Partial<Record<Exclude<BankHeader, "authorization" | "dpop">, string>>>;
  readonly body?: { readonly type: string; readonly text: string };
  /** Repeats our QWAC in a header, where a sandbox wants that. */
  readonly showCertificate?: boolean;
  /** Whether the answer must carry the bank's seal over its bytes. One that is there must always hold. */
  readonly answerSeal?: "required" | "if-given";
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
  /** How the bank knows the person, where it asks them in its app. */
  readonly loginHint?: string | undefined;
  readonly now: Temporal.Instant;
}

export interface ConsentsFacet {
  create(calls: BankCalls, input: { validUntil: Temporal.Instant; now: Temporal.Instant }): Promise<CreatedConsent>;
  /** Where to send the person's browser, at a bank that takes our request by value. */
  authorizationUrl?(sign: Sign, request: AuthorizationRequest): Promise<{ url: URL; expiresAt: Temporal.Instant }>;
  revoke(calls: BankCalls, aspspConsentId: string): Promise<void>;
}

/** Scope of our own token that creates such a consent, and what the PSU is asked for. */
export interface ConsentScopes {
  readonly client: string;
  readonly consent: readonly string[];
}

export interface FundsFacet extends Omit<ConsentsFacet, "create"> {
  readonly scopes: ConsentScopes;
  /** @param input.iban null: the person chooses the account at the bank */
  create(calls: BankCalls, input: { validUntil: Temporal.Instant; iban: string | null; now: Temporal.Instant }): Promise<CreatedConsent>;
  /** The account that may be asked, once the person chose it. */
  account(calls: BankCalls, aspspConsentId: string): Promise<string | null>;
  confirm(calls: BankCalls, aspspConsentId: string, amount: AmountWire): Promise<boolean>;
}

/** What proves payments beside the connection. */
export interface PaymentSeal {
  /** Our QSealC over the exact bytes of a request: a detached JWS. */
  readonly sign: (body: Uint8Array) => Promise<string>;
  /** The bank's seal over the exact bytes of its answer. @throws ERR_ASPSP_PROTOCOL */
  readonly verify: (seal: string | undefined, body: Uint8Array) => Promise<void>;
}

export interface PaymentRequest {
  readonly instruction: PaymentInstruction;
  /** Null: the person chooses at the bank. */
  readonly debtorIban: string | null;
  /** How often it may be executed. */
  readonly count: number;
  /** The authorisation to join; undefined for the first payment of an order. */
  readonly aspspAuthorisationId: string | undefined;
  /** What else is in the order. */
  readonly beside: readonly PaymentInstruction["scheme"][];
}

/** Which payment of a bank. */
export interface AspspPaymentRef {
  readonly scheme: PaymentInstruction["scheme"];
  readonly aspspPaymentId: string;
}

export interface AspspPayment {
  readonly aspspPaymentId: string;
  readonly status: AspspPaymentStatus;
  readonly debtorIban: string | null;
  readonly instant: boolean;
}

export interface AspspExecution {
  readonly status: AspspExecutionStatus;
  readonly archiveId: string | null;
}

export interface PaymentsFacet {
  /** The kinds of payment this bank takes. */
  readonly schemes: readonly PaymentInstruction["scheme"][];
  readonly scopes: ConsentScopes;
  readonly jwksUrl: URL;
  /** The text of the request, judged by what this bank takes. @throws ERR_PAYMENT_UNFIT with the fields that are wrong */
  write(payment: PaymentRequest): string;
  /** Gives the bank a payment that `write` wrote; the same id and text again bring back the same payment. */
  create(
    calls: BankCalls,
    seal: Pick<PaymentSeal, "sign">,
    payment: { scheme: PaymentInstruction["scheme"]; paymentId: string; text: string },
  ): Promise<AspspPayment & { readonly aspspAuthorisationId: string }>;
  authorizationUrl: ConsentsFacet["authorizationUrl"];
  /** What the bank says of an order and of each payment in it. */
  read(calls: BankCalls, aspspAuthorisationId: string): Promise<{ readonly status: AspspPaymentStatus; readonly payments: readonly AspspPayment[] }>;
  readPayment(calls: BankCalls, payment: AspspPaymentRef): Promise<AspspPayment>;
  /** Sandboxes only: their helper approved this order in a person's stead, so there is no token of one to execute with. */
  approvedByHelper?(aspspAuthorisationId: string): boolean;
  /** @param executionId ours, the same at every repetition */
  execute(calls: BankCalls, payment: AspspPaymentRef, executionId: string): Promise<AspspExecution>;
  /** Undefined where the bank never got it. */
  readExecution(calls: BankCalls, payment: AspspPaymentRef, executionId: string): Promise<AspspExecution | undefined>;
  revokePayment(calls: BankCalls, payment: AspspPaymentRef): Promise<void>;
  /** Takes back what of the order was not executed. */
  revoke: ConsentsFacet["revoke"];
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
  readonly payments?: PaymentsFacet;
  readonly funds?: FundsFacet;
}
