import type { Dispatcher } from "undici";
import type { ClientIdentity } from "../../../services/bank-gateway/src/egress/dispatcher.ts";
import { createDispatcher } from "../../../services/bank-gateway/src/egress/dispatcher.ts";
import type { BankAnswer, BankRequest } from "../../../services/bank-gateway/src/egress/bank-request.ts";
import { createEgress } from "../../../services/bank-gateway/src/egress/egress.ts";
import type { Egress } from "../../../services/bank-gateway/src/egress/egress.ts";
import { defaultLimits } from "../../../services/bank-gateway/src/egress/limits.ts";
import type { Settings } from "../settings/read-settings.ts";

export interface Exchange {
  readonly request: BankRequest;
  /** Absent when none came. */
  readonly answer: BankAnswer | undefined;
}

/** The way to the bank for one step; remembers the last exchange, so that a failure can be told in the bank's words. */
export interface BankLine extends AsyncDisposable {
  readonly egress: Egress;
  last(): Exchange | undefined;
}

export interface LineOptions {
  readonly settings: Settings;
  readonly identity?: ClientIdentity | undefined;
  readonly trustedRootsPem: string | undefined;
  readonly timeoutMs: number;
  readonly now: () => Temporal.Instant;
  readonly newId: () => string;
  /** Told about every answer before anybody reads it. */
  readonly onAnswer?: (request: BankRequest, answer: BankAnswer) => void;
  /** Instead of the network: a dry run looks at requests here. */
  readonly dispatcher?: Dispatcher;
}

/** The gateway's own egress with its limits: TLS 1.2 or newer, verified, no redirect, bounded in size and time. */
export function openBankLine(options: LineOptions): BankLine {
  const { settings, identity, trustedRootsPem, timeoutMs } = options;
  const limits = {
    ...defaultLimits,
    totalTimeoutMs: timeoutMs,
    headersTimeoutMs: timeoutMs,
    idleTimeoutMs: timeoutMs,
    connectTimeoutMs: Math.min(defaultLimits.connectTimeoutMs, timeoutMs / 2),
    maxBodyBytes: 1024 * 1024,
    maxConnections: 2,
  };
  const dispatcher =
    options.dispatcher ?? createDispatcher({ limits, identity, trustedRootsPem, allowLegacySha1: settings.OP_TLS_ALLOW_LEGACY_SHA1_CLIENT_CERT });
  const egress = createEgress({
    origins: new Set(
      [settings.OP_CERT_GENERATION_URL, settings.OP_REGISTRATION_URL, settings.OP_TOKEN_URL].flatMap((url) => (url === undefined ? [] : [new URL(url).origin])),
    ),
    identified: identity === undefined ? undefined : { dispatcher, thumbprint: identity.thumbprint },
    anonymous: dispatcher,
    limits,
    clock: { now: options.now },
    newId: options.newId,
    psuHeaders: () => ({}),
  });
  let last: Exchange | undefined;
  return {
    last: () => last,
    async egress(request) {
      last = { request, answer: undefined };
      const answer = await egress(request);
      last = { request, answer };
      options.onAnswer?.(request, answer);
      return answer;
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}
