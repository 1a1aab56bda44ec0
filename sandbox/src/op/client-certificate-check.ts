import type { TLSSocket } from "node:tls";
import type { FastifyRequest } from "fastify";
import { readTppCertificate, type TppCertificate } from "../ca/client-certificate.ts";
import type { Bank } from "./bank.ts";
import type { Client } from "./clients.ts";
import { security } from "./refusal.ts";

const read = new WeakMap<TLSSocket, TppCertificate>();

/**
 * The QWAC of the caller. The handshake lets everybody in and this check says in words what is missing, because a
 * broken handshake would tell an integrator nothing.
 */
export function requireQwac(request: FastifyRequest): TppCertificate {
  const socket = request.raw.socket as TLSSocket;
  const known = read.get(socket);
  if (known !== undefined) return known;
  const { raw } = socket.getPeerCertificate();
  if (raw === undefined) throw security(401, "A client certificate (QWAC) is required on every call to this host");
  const certificate = readTppCertificate(raw);
  // OpenSSL judges the purpose too and would otherwise speak of trust.
  const isForOthers = String(socket.authorizationError).includes("PURPOSE");
  if (!socket.authorized && !isForOthers) throw security(401, `The client certificate is not trusted: ${reason(socket)}`);
  if (isForOthers || !certificate.isQwac) throw security(401, "The client certificate is a QSealC; connections need the QWAC");
  read.set(socket, certificate);
  return certificate;
}

function reason(socket: TLSSocket): string {
  const code = String(socket.authorizationError);
  if (code.includes("UNABLE_TO_GET_ISSUER") || code.includes("UNABLE_TO_VERIFY_LEAF")) {
    return "its issuer is unknown here; send the leaf together with its intermediate certificate, both from this bank";
  }
  if (code.includes("EXPIRED")) return "it has expired";
  return code;
}

/** Whether this certificate may speak for the client. */
export function belongsTo(certificate: TppCertificate, client: Client, binding: Bank["config"]["SANDBOX_CLIENT_BINDING"]): boolean {
  if (certificate.thumbprint === client.qwac) return true;
  return binding === "organisation" && certificate.organizationIdentifier === `PSD${client.orgId}`;
}
