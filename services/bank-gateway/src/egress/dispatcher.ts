import { TLSSocket } from "node:tls";
import { Agent, buildConnector } from "undici";
import type { Dispatcher } from "undici";
import { guardedLookup } from "./address-guard.ts";
import type { EgressLimits } from "./limits.ts";
import { trustAnchors } from "./peer-chain.ts";
import type { RevocationLists } from "./revocation-lists.ts";

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
  /** Asked about every certificate that is shown; without them nobody is. */
  readonly revocation?: Pick<RevocationLists, "admit"> | undefined;
}

/** One pool of connections for one bank and one identity. HTTP/1.1, no redirects, no cookies, bounded everywhere. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { limits } = options;
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
    connect: createConnector(options),
  });
}

/** Connects, and asks for revocation when all else about the certificate was found good; before that nothing of a request is written. */
function createConnector({ limits, identity, trustedRootsPem, allowLegacySha1, revocation }: DispatcherOptions): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    timeout: limits.connectTimeoutMs,
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    // A session that is taken up again shows no chain to judge.
    maxCachedSessions: 0,
    lookup: guardedLookup(),
    ...(identity === undefined ? {} : { cert: identity.certificatePem, key: identity.privateKeyPem }),
    ...(trustedRootsPem === undefined ? {} : { ca: trustedRootsPem }),
    ...(allowLegacySha1 === true ? { ciphers: "DEFAULT@SECLEVEL=0" } : {}),
  });
  let anchors: ReturnType<typeof trustAnchors> | undefined;
  return (target, callback) => {
    connect(target, (error, socket) => {
      if (error !== null) return callback(error, null);
      const refusal = socket instanceof TLSSocket ? revocation?.admit(socket, () => (anchors ??= trustAnchors(trustedRootsPem))) : undefined;
      if (refusal === undefined) return callback(null, socket);
      socket.destroy();
      callback(refusal, null);
    });
  };
}
