import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { errors as undiciErrors } from "undici";
import { readRevocationList } from "@opl/eidas";
import type { RevocationList } from "@opl/eidas";
import type { Clock } from "@opl/service";
import { gauge } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import { createDispatcher } from "./dispatcher.ts";
import { translateFailure } from "./failure.ts";
import { defaultLimits } from "./limits.ts";
import type { EgressLimits } from "./limits.ts";
import { certificatesSent, pathToAnchor } from "./peer-chain.ts";
import { discardBody, readBody } from "./read-body.ts";

/** What authorities say of certificates that they took back, and every connection that has to heed it. */
export interface RevocationLists extends AsyncDisposable {
  /**
   * Judges a connection whose certificate was found good otherwise. Why it must not be used, or undefined: then it is watched, and ended
   * as soon as a newer list names a certificate of its chain.
   */
  admit(socket: TLSSocket, anchors: () => readonly X509Certificate[]): Error | undefined;
  /** Fetches the lists that are due. What cannot be had is told in the log and never thrown. */
  refresh(signal: AbortSignal): Promise<void>;
}

export interface RevocationListsOptions {
  /** Where authorities publish their lists. */
  readonly urls: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<EgressLimits>;
}

interface Source {
  readonly url: string;
  list: RevocationList | undefined;
  /** An authority of a good chain whose key signed the list. */
  provenBy: X509Certificate | undefined;
  dueAt: Temporal.Instant;
}

type Chain = readonly X509Certificate[];

/**
 * Keeps the last good list of each address. A list is asked for what it names only where the key of the issuer, found in the chain of the
 * connection, signed it. One that is absent or old stops nothing: somebody else's web server must not cut every bank off (SECURITY.md).
 */
export function createRevocationLists({ urls, clock, logger, ...options }: RevocationListsOptions): RevocationLists {
  const limits = { ...defaultLimits, ...options.limits };
  const dispatcher = createDispatcher({ limits });
  const begin = clock.now();
  const sources = urls.map((url): Source => ({ url, list: undefined, provenBy: undefined, dueAt: begin }));
  const open = new Map<TLSSocket, Chain>();
  const gauges = sources.map((source) =>
    gauge(
      "opl_revocation_list_overdue_seconds",
      "Time since a newer revocation list should be here; 0 while the one in use is in date",
      () => overdue(source),
      {
        list: source.url,
      },
    ),
  );

  function overdue({ list }: Source): number {
    const since = list === undefined ? begin : (list.nextUpdate ?? clock.now());
    return Math.max(0, clock.now().since(since).total("seconds"));
  }

  function isRevoked(chain: Chain): boolean {
    return sources.some((source) =>
      chain.some((issuer, index) => {
        const certificate = chain[index - 1];
        if (certificate === undefined || source.list?.isSignedBy(issuer) !== true) return false;
        source.provenBy = issuer;
        return source.list.names(certificate);
      }),
    );
  }

  /**
   * A kept connection is never judged again by itself. The kind of error makes its pool send what waits by another connection, which is
   * then refused; what is under way fails as on any connection that broke, since nobody knows what the other side did of it.
   */
  function endRevoked(): void {
    for (const [socket, chain] of open) if (isRevoked(chain)) socket.destroy(new undiciErrors.SocketError("The certificate was revoked."));
  }

  async function fetchList(url: string, signal: AbortSignal): Promise<Buffer> {
    const { origin, pathname, search } = new URL(url);
    const deadline = AbortSignal.timeout(limits.totalTimeoutMs);
    try {
      const answer = await dispatcher.request({
        origin,
        path: pathname + search,
        method: "GET",
        headers: { "accept-encoding": "gzip" },
        signal: AbortSignal.any([signal, deadline]),
      });
      if (answer.statusCode !== 200) {
        discardBody(answer.body);
        throw new NotTaken(`status ${answer.statusCode}`);
      }
      return await readBody(answer.body, answer.headers["content-encoding"]?.toString(), limits.maxBodyBytes);
    } catch (error) {
      throw error instanceof NotTaken ? error : new NotTaken(String(translateFailure(error, deadline.aborted).details?.["reason"]), { cause: error });
    }
  }

  async function renew(source: Source, signal: AbortSignal): Promise<void> {
    try {
      const next = readRevocationList(await fetchList(source.url, signal));
      refuseForgery(next, source);
      source.list = next;
      endRevoked();
      source.dueAt = clock.now().add(pauseBefore(next.nextUpdate, clock.now()));
    } catch (error) {
      if (signal.aborted) return;
      source.dueAt = clock.now().add(shortest);
      logger.warn({ list: source.url, reason: (error as Error).message }, "a revocation list was not taken; the one before, if any, stays in use");
    }
    const overdueSeconds = Math.round(overdue(source));
    if (overdueSeconds > 0) logger.warn({ list: source.url, overdueSeconds }, "a revocation list is out of date: newer revocations are not known");
  }

  return {
    admit(socket, anchors) {
      if (sources.length === 0) return undefined;
      try {
        const chain = pathToAnchor(certificatesSent(socket), anchors());
        if (chain === undefined) return refusal("CERT_CHAIN_UNKNOWN", "The chain of the certificate cannot be followed.");
        if (isRevoked(chain)) return refusal("CERT_REVOKED", "The certificate, or one above it, was revoked.");
        open.set(socket, chain);
        socket.once("close", () => open.delete(socket));
        return undefined;
      } catch (cause) {
        // What there is to read the other side decides, and nobody above would catch it.
        return refusal("CERT_CHAIN_UNKNOWN", "The chain of the certificate cannot be read.", cause);
      }
    },
    async refresh(signal) {
      const due = sources.filter(({ dueAt }) => Temporal.Instant.compare(dueAt, clock.now()) <= 0);
      await Promise.all(due.map((source) => renew(source, signal)));
    },
    async [Symbol.asyncDispose]() {
      for (const each of gauges) each[Symbol.dispose]();
      await dispatcher.destroy();
    },
  };
}

/** Named as OpenSSL names its own. */
function refusal(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code });
}

/** Why a list was not taken, in words for the log. */
class NotTaken extends Error {}

/** Lists mostly come over plain http. Who sits on that way can withhold a newer one, but must not make us forget the one that was proved. */
function refuseForgery(next: RevocationList, { list, provenBy }: Source): void {
  if (list === undefined || provenBy === undefined) return;
  if (!next.isSignedBy(provenBy)) throw new NotTaken("it is signed by another key than the one in use");
  if (Temporal.Instant.compare(next.thisUpdate, list.thisUpdate) < 0) throw new NotTaken("it is older than the one in use");
}

const shortest = Temporal.Duration.from({ minutes: 5 });
const longest = Temporal.Duration.from({ hours: 4 });

/** Half of what is left to the next list, so that there is time for more tries; within bounds. */
export function pauseBefore(nextUpdate: Temporal.Instant | undefined, now: Temporal.Instant): Temporal.Duration {
  if (nextUpdate === undefined) return longest;
  const half = Temporal.Duration.from({ milliseconds: Math.trunc(nextUpdate.since(now).total("milliseconds") / 2) });
  return [shortest, half, longest].toSorted((a, b) => Temporal.Duration.compare(a, b))[1] ?? longest;
}
