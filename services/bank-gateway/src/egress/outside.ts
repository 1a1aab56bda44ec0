import { readFileSync } from "node:fs";
import { isOplError } from "@opl/errors";
import type { Clock } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import { errors } from "../errors.ts";
import type { BankAnswer, BankRequest } from "./bank-request.ts";
import { createDispatcher } from "./dispatcher.ts";
import { createEgress } from "./egress.ts";
import type { Egress } from "./egress.ts";
import { defaultLimits } from "./limits.ts";
import type { EgressLimits } from "./limits.ts";
import { observeEgress } from "./observe.ts";
import type { RevocationLists } from "./revocation-lists.ts";

/** Somebody who is no bank: a trust service provider, a directory. */
export interface OutsideParty {
  /** As sentences and figures name it. */
  readonly name: string;
  /** The only origin that is called. */
  readonly origin: string;
  readonly trustedRootsPath?: string | undefined;
}

export type OutsideRequest = Omit<BankRequest, "identified" | "psu">;

/** The way out to a party: server TLS only, one origin, bounded in size and time. */
export type OutsideCall = (request: OutsideRequest) => Promise<BankAnswer>;

export interface Outside extends AsyncDisposable {
  to(party: OutsideParty): OutsideCall;
}

export interface OutsideOptions {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Logger;
  readonly limits?: Partial<EgressLimits>;
  readonly revocation?: RevocationLists;
}

/** Certificates and statements are small. */
const maxBodyBytes = 512 * 1024;

/**
 * Ways out to others than banks. Failures become ERR_TRUST_SERVICE_UNAVAILABLE or ERR_TRUST_SERVICE_PROTOCOL, refusals
 * ERR_TRUST_SERVICE_REFUSED; what comes back is a good answer.
 */
export function createOutside({ clock, newId, logger, ...options }: OutsideOptions): Outside {
  const limits = { ...defaultLimits, ...options.limits, maxBodyBytes, maxConnections: 4 };
  const lines = new Map<string, { readonly egress: Egress; readonly destroy: () => Promise<void> }>();

  function lineTo({ name, origin, trustedRootsPath }: OutsideParty): Egress {
    // Parties at one address may trust it for different reasons.
    const key = `${name} ${origin} ${trustedRootsPath ?? ""}`;
    const known = lines.get(key);
    if (known !== undefined) return known.egress;
    const trustedRootsPem = trustedRootsPath === undefined ? undefined : readFileSync(trustedRootsPath, "utf8");
    const dispatcher = createDispatcher({ limits, trustedRootsPem, revocation: options.revocation });
    const bare = createEgress({ origins: new Set([origin]), identified: undefined, anonymous: dispatcher, limits, clock, newId, psuHeaders: () => ({}) });
    const egress = observeEgress(bare, { aspspId: name, logger, onOutcome: () => undefined });
    lines.set(key, { egress, destroy: () => dispatcher.destroy() });
    return egress;
  }

  return {
    to: (party) => async (request) => {
      if (request.url.protocol !== "https:") throw errors.ERR_ASPSP_ORIGIN_REFUSED();
      const answer = await lineTo(party)({ ...request, identified: false }).catch((error: unknown) => {
        throw translated(error, party);
      });
      if (answer.status >= 200 && answer.status < 300) return answer;
      const details = { status: answer.status };
      if (answer.status >= 500 || answer.status === 429)
        throw errors.ERR_TRUST_SERVICE_UNAVAILABLE({ message: `The ${party.name} does not answer at the moment.`, details });
      throw errors.ERR_TRUST_SERVICE_REFUSED({ message: `The ${party.name} refused: ${wordsOf(answer)}.`, details });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...lines.values()].map(({ destroy }) => destroy()));
    },
  };
}

function translated(error: unknown, { name }: OutsideParty): unknown {
  if (!isOplError(error)) return error;
  const more = { cause: error, ...(error.details === undefined ? {} : { details: error.details }) };
  if (error.code === errors.ERR_ASPSP_UNAVAILABLE.code)
    return errors.ERR_TRUST_SERVICE_UNAVAILABLE({ message: `The ${name} does not answer at the moment.`, ...more });
  if (error.code === errors.ERR_ASPSP_PROTOCOL.code)
    return errors.ERR_TRUST_SERVICE_PROTOCOL({ message: `The ${name} sent an answer that does not fit.`, ...more });
  return error;
}

/** What an operator needs to read of a refusal: some plain characters of its text. */
function wordsOf({ status, body }: BankAnswer): string {
  const text = body
    .subarray(0, 1_000)
    .toString("utf8")
    .replaceAll(/[^\x20-\x7E]+/g, " ")
    .trim()
    .slice(0, 300);
  return text === "" ? `status ${status}` : `${status}, ${text.replace(/\.$/, "")}`;
}
