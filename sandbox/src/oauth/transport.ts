import type { FastifyRequest } from "fastify";
import type { QualifiedCertificate } from "../ca/qualified-certificate.ts";
import type { Clock } from "../clock.ts";
import { readPeer } from "../http/peer-certificate.ts";
import type { Refusal } from "../http/refusal.ts";

/** The QWAC of the caller; without one the call ends in the words of the interface. */
export function requireTransport(request: FastifyRequest, bank: { readonly clock: Clock }, refuse: (reason: string) => Refusal): QualifiedCertificate {
  const peer = readPeer(request, bank.clock);
  if (peer.certificate !== undefined) request.bankCall.certificate = peer.certificate;
  if (peer.kind !== "qwac") throw refuse(peer.reason);
  return peer.certificate;
}
