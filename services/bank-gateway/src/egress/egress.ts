import type { Dispatcher } from "undici";
import type { Clock, PsuContext } from "@opl/service";
import { errors } from "../errors.ts";
import { isLoopbackHost } from "./address-guard.ts";
import type { BankAnswer, BankRequest } from "./bank-request.ts";
import { translateFailure } from "./failure.ts";
import type { EgressLimits } from "./limits.ts";
import { discardBody, readBody } from "./read-body.ts";

export interface EgressOptions {
  /** The only origins that are ever called: those of the bank's profile. */
  readonly origins: ReadonlySet<string>;
  readonly identified: { readonly dispatcher: Dispatcher; readonly thumbprint: string } | undefined;
  readonly anonymous: Dispatcher;
  readonly limits: EgressLimits;
  readonly clock: Clock;
  readonly newId: () => string;
  /** How this bank wants to hear that a person is present. */
  readonly psuHeaders: (psu: PsuContext) => Readonly<Record<string, string>>;
}

export type Egress = (request: BankRequest) => Promise<BankAnswer>;

/**
 * The only way out to one bank: one request, one bounded answer, or a translated failure. Nothing is followed or repeated, and nothing
 * leaves that may not be asked any more (`beforeSending`, G-18).
 */
export function createEgress(options: EgressOptions): Egress {
  return async (request) => {
    const dispatcher = pool(options, request);
    const interactionId = options.newId();
    // What this throws is no failure of the bank, and its time is not the bank's.
    await request.beforeSending?.();
    const deadline = AbortSignal.timeout(options.limits.totalTimeoutMs);
    const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
    try {
      const answer = await dispatcher.request({
        origin: request.url.origin,
        path: request.url.pathname + request.url.search,
        method: request.method,
        headers: {
          ...request.headers,
          "accept-encoding": "gzip",
          "x-fapi-interaction-id": interactionId,
          ...(request.psu === undefined ? {} : options.psuHeaders(request.psu)),
          // Some servers insist on it for requests without a body.
          ...(request.body === undefined && request.method === "POST" ? { "content-length": "0" } : {}),
        },
        body: request.body ?? null,
        signal,
      });
      const headers = firstValues(answer.headers);
      if (answer.statusCode >= 300 && answer.statusCode < 400) {
        discardBody(answer.body);
        throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "redirect" } });
      }
      const body = await readBody(answer.body, headers["content-encoding"], options.limits.maxBodyBytes);
      refuseAnotherAnswer(headers["x-fapi-interaction-id"], interactionId);
      const certificateThumbprint = request.identified ? options.identified?.thumbprint : undefined;
      return { status: answer.statusCode, headers, body, receivedAt: options.clock.now(), interactionId, certificateThumbprint };
    } catch (error) {
      // The caller's own wish to stop is no failure of the bank.
      if (request.signal?.aborted === true) throw error;
      throw translateFailure(error, deadline.aborted);
    }
  };
}

function pool({ origins, identified, anonymous }: EgressOptions, request: BankRequest): Dispatcher {
  const { url } = request;
  // Origins are compared whole, after one parse: a prefix or a host with user-info in front proves nothing (BR-32, BR-35).
  const encrypted = url.protocol === "https:" || (url.protocol === "http:" && !request.identified && isLoopbackHost(url.hostname));
  if (!encrypted || url.username !== "" || url.password !== "" || !origins.has(url.origin)) throw errors.ERR_ASPSP_ORIGIN_REFUSED();
  if (!request.identified) return anonymous;
  if (identified === undefined) throw errors.ERR_ASPSP_NOT_REGISTERED();
  return identified.dispatcher;
}

/** An answer that names another request came to us by mistake, such as from a shared cache (BR-66). */
function refuseAnotherAnswer(echoed: string | undefined, sent: string): void {
  if (echoed !== undefined && echoed.toLowerCase() !== sent) throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "another-request" } });
}

function firstValues(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]) => {
    const first = Array.isArray(value) ? value[0] : value;
    return first === undefined ? [] : [[name.toLowerCase(), first] as const];
  });
  return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(entries));
}
