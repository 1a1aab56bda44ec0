import type { PsuContext } from "@opl/service";

/**
 * Headers a request to a bank may set by itself. Those that claim a person is present are not among them: they can only
 * come from a PSU context, which only a live session can give (TM-19).
 */
export type BankHeader =
  | "accept"
  | "authorization"
  | "content-type"
  | "dpop"
  | "x-api-key"
  | "x-client-certificate"
  | "x-fapi-financial-id"
  | "x-idempotency-key"
  | "x-jws-signature"
  | "x-request-id"
  | "x-sandbox-scenario";

export interface BankRequest {
  /** Stable name for spans, logs and figures: `accounts.list`. */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: URL;
  readonly headers: Readonly<Partial<Record<BankHeader, string>>>;
  readonly body?: string;
  /** Which pool: with our certificate, or without for the addresses that take none. */
  readonly identified: boolean;
  /** The person who is present during this very call. */
  readonly psu?: PsuContext | undefined;
  /** Ends the call when its caller wants nothing of it any more; what is thrown then is no failure of the bank. */
  readonly signal?: AbortSignal | undefined;
  /** Asked when nothing is waited for any more, each time the request is about to leave; nothing does when it throws. */
  readonly beforeSending?: BeforeSending | undefined;
}

/** Whether a call may still be made: whoever wanted it may have waited long for its turn. Throws when it may not. */
export type BeforeSending = () => Promise<unknown>;

/** What the bank sent, unpacked and not interpreted. */
export interface BankAnswer {
  readonly status: number;
  /** Lower-case names; of a repeated header the first value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly receivedAt: Temporal.Instant;
  readonly interactionId: string;
  readonly certificateThumbprint: string | undefined;
}
