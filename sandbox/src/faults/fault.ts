import type { z } from "zod";
import type { BankCall } from "../http/call.ts";

/** Where a fault bites. Every member given must fit the call. */
export interface FaultTarget {
  readonly endpoint?: string | undefined;
  readonly psu?: string | undefined;
  readonly account?: string | undefined;
  readonly card?: string | undefined;
  readonly clientId?: string | undefined;
  readonly authorizationId?: string | undefined;
  /** Position of the page, the first being 1. */
  readonly page?: number | undefined;
}

/** An answer about to leave, headers in lower case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | string[] | undefined>>;
  readonly body: unknown;
}

/** What a fault may answer instead of the bank. */
export type Interception =
  | { readonly kind: "answer"; readonly status: number; readonly body: string | Buffer; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: "hang" }
  | { readonly kind: "reset" }
  | { readonly kind: "raw"; readonly write: (socket: NodeJS.WritableStream & { destroy(): unknown }) => void };

/** One page of account or card transactions on its way out. */
export interface Page {
  readonly transactions: readonly Readonly<Record<string, unknown>>[];
  readonly continuationToken?: string;
  readonly links?: unknown;
}

export interface PageMoment {
  /** The token that was sent for this page, if any. */
  readonly requestToken: string | undefined;
  readonly pageSize: number;
  /** Makes a token that answers the page beginning after `skip` rows. */
  readonly tokenAt: (skip: number) => string;
  readonly rowCount: number;
  /** So many rows of the list, from the newest on, without those skipped. */
  readonly rowsAt: (skip: number, count: number) => readonly Readonly<Record<string, unknown>>[];
  /** Position of this page, the first being 1. */
  readonly position: number;
  /** Another account of this bank, for pages that mix people up. */
  readonly stranger: () => Readonly<Record<string, unknown>>;
}

export interface IdToken {
  readonly header: { readonly alg: string; readonly kid?: string | undefined; readonly [name: string]: unknown };
  readonly claims: Readonly<Record<string, unknown>>;
  /**
   * Which key signs: the published one, the published one of another type (whose id the header then has, or keeps from the first), a new unpublished one, a
   * new one that the header carries, none at all, or a secret everybody knows.
   */
  readonly signer?:
    | "published"
    | "unpublished"
    | "in-header"
    | "none"
    | "public-key-as-secret"
    | "other-published"
    | "other-published-by-name"
    | "published-for-another-alg"
    | { readonly secret: string };
  /** Encrypted to the third party's own signature key by RSA1_5, which nobody should still read. */
  readonly encryptedByRsa15?: boolean;
  /** Applied to the claims as text, before they are signed. */
  readonly text?: (json: string) => string;
  /** Applied to the finished compact form. */
  readonly finish?: (jwt: string) => string;
}

export interface IdTokenMoment {
  readonly channel: "front" | "token" | "refresh";
  readonly clientId: string;
  /** The nonce of the authorization request. */
  readonly nonce: string;
  readonly nowSeconds: number;
}

/** What servers of the sandbox show to their callers. */
export type ServerCertificateKind = "good" | "expired" | "wrong-host" | "unknown-authority" | "self-signed" | "revoked" | "old-tls";

/** Things a fault can do at once, without waiting for a call. */
export interface BankLevers {
  revokeAuthorization(authorizationId: string): void;
  expireAuthorization(authorizationId: string): void;
  requireSca(authorizationId: string): void;
  expireAccessTokens(target: FaultTarget): number;
  forgetRefreshTokens(target: FaultTarget): number;
  /** At the FAPI issuers, which alone take any. */
  expirePushedRequests(): void;
  moveClock(offsetSeconds: number): void;
  rotateIdTokenKey(): Promise<void>;
  showServerCertificate(kind: ServerCertificateKind): Promise<void>;
  authorizationsOf(target: FaultTarget): readonly string[];
}

/** A fault switch: a name, its options, and the moments it takes part in. */
export interface Fault<Options> {
  readonly name: string;
  readonly summary: string;
  readonly options: z.ZodType<Options>;
  intercept?(options: Options, call: BankCall, gone: AbortSignal): Promise<Interception | undefined> | Interception | undefined;
  /** Like `intercept`, once the bank has done its work: what was asked for has happened. */
  outcome?(options: Options, call: BankCall, gone: AbortSignal): Interception | undefined;
  page?(page: Page, options: Options, moment: PageMoment): Page;
  json?(body: unknown, options: Options, call: BankCall): unknown;
  answer?(answer: Answer, options: Options): Promise<Answer> | Answer;
  idToken?(token: IdToken, options: Options, moment: IdTokenMoment): IdToken;
  /** The access token of a bank whose tokens are JWTs. */
  accessToken?(token: IdToken, options: Options): IdToken;
  /** The signed authorization answer (JARM); "plain" sends its parameters as they are. */
  jarm?(token: IdToken, options: Options, moment: { readonly nowSeconds: number }): IdToken | "plain";
  /** A check that the bank leaves out. */
  waives?(options: Options): "pkce";
  authorizationResponse?(parameters: readonly [string, string][], options: Options): readonly [string, string][];
  /** Where the authorization response is put instead of the configured place. */
  delivery?(options: Options): "fragment" | "query";
  /** What the bank does as if the third party had asked for it in `x-sandbox-scenario`. */
  scenario?(options: Options): string;
  now?(levers: BankLevers, target: FaultTarget, options: Options): Promise<void> | void;
  /** Undoes `now` when the switch is taken away. */
  undo?(levers: BankLevers): Promise<void> | void;
}

/** Lets a group list faults with different options while each keeps its own type inside. */
export function defineFault<Options>(fault: Fault<Options>): Fault<unknown> {
  return fault;
}

/** A compact JWT with one character of its signature changed. */
export function brokenSignature(jwt: string): string {
  const at = jwt.length - 10;
  return `${jwt.slice(0, at)}${jwt.charAt(at) === "A" ? "B" : "A"}${jwt.slice(at + 1)}`;
}
