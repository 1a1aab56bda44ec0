import type { TLSSocket } from "node:tls";
import type { FastifyRequest } from "fastify";
import { isQwac, readQualifiedCertificate, type QualifiedCertificate } from "../ca/qualified-certificate.ts";
import type { Clock } from "../clock.ts";

/** What a caller showed in the handshake, which lets everybody in so that banks can refuse in words. */
export type Peer =
  | { readonly kind: "qwac"; readonly certificate: QualifiedCertificate }
  | { readonly kind: "missing" | "untrusted" | "expired" | "not-a-qwac"; readonly reason: string; readonly certificate?: QualifiedCertificate };

/** Reads the client certificate of a mutual-TLS connection and judges it by authority, time and purpose. */
export function readPeer(request: FastifyRequest, clock: Clock): Peer {
  const socket = request.raw.socket as TLSSocket;
  const { raw } = socket.getPeerCertificate();
  if (raw === undefined) return { kind: "missing", reason: "A client certificate (QWAC) is required" };
  const certificate = readQualifiedCertificate(raw);
  const problem = socket.authorized ? "" : String(socket.authorizationError);
  if (problem.includes("EXPIRED") || Temporal.Instant.compare(certificate.notAfter, clock.now()) <= 0) {
    return { kind: "expired", reason: "The client certificate has expired", certificate };
  }
  // OpenSSL judges the purpose too and would otherwise speak of trust.
  if (problem.includes("PURPOSE")) return { kind: "not-a-qwac", reason: "The client certificate is no QWAC", certificate };
  if (problem !== "") return { kind: "untrusted", reason: `The client certificate is not trusted: ${problem}`, certificate };
  return isQwac(certificate) ? { kind: "qwac", certificate } : { kind: "not-a-qwac", reason: "The client certificate is no QWAC", certificate };
}
