import { Agent } from "undici";
import type { Dispatcher } from "undici";
import { guardedLookup } from "./address-guard.ts";
import type { EgressLimits } from "./limits.ts";

/** The client side of mutual TLS: our QWAC with its chain, leaf first, and its private key. */
export interface ClientIdentity {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** SHA-256 of the leaf, base64url. */
  readonly thumbprint: string;
}

export interface DispatcherOptions {
  readonly limits: EgressLimits;
  /** Absent for the few addresses that take no client certificate. */
  readonly identity?: ClientIdentity | undefined;
  /** Roots to trust instead of the system's. Verification is never switched off. */
  readonly trustedRootsPem?: string | undefined;
  /** Accept our own certificate although it is signed with SHA-1. */
  readonly allowLegacySha1?: boolean | undefined;
}

/** One pool of connections for one bank and one identity. HTTP/1.1, no redirects, no cookies, bounded everywhere. */
export function createDispatcher({ limits, identity, trustedRootsPem, allowLegacySha1 }: DispatcherOptions): Dispatcher {
  return new Agent({
    allowH2: false,
    pipelining: 1,
    connections: limits.maxConnections,
    headersTimeout: limits.headersTimeoutMs,
    bodyTimeout: limits.idleTimeoutMs,
    maxHeaderSize: limits.maxHeaderBytes,
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 60_000,
    strictContentLength: true,
    connect: {
      timeout: limits.connectTimeoutMs,
      minVersion: "TLSv1.2",
      rejectUnauthorized: true,
      lookup: guardedLookup(),
      ...(identity === undefined ? {} : { cert: identity.certificatePem, key: identity.privateKeyPem }),
      ...(trustedRootsPem === undefined ? {} : { ca: trustedRootsPem }),
      ...(allowLegacySha1 === true ? { ciphers: "DEFAULT@SECLEVEL=0" } : {}),
    },
  });
}
