import type { FastifyRequest } from "fastify";
import type { PspRole } from "../ca/qc-statements.ts";
import type { QualifiedCertificate } from "../ca/qualified-certificate.ts";
import { header } from "../http/call.ts";
import { readPeer } from "../http/peer-certificate.ts";
import type { BerlinGroupBank } from "./bank.ts";
import { tppMessage } from "./refusal.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const organisationOid = "2.5.4.10";

/**
 * Lets a third party in by its certificate alone: the first call with a QWAC makes it known, and is refused for that
 * where the settings say so. Answers its organizationIdentifier.
 */
export function admit(request: FastifyRequest, role: PspRole, bank: BerlinGroupBank): string {
  if (!uuid.test(header(request, "x-request-id") ?? "")) throw tppMessage(400, "FORMAT_ERROR", "X-Request-ID must be a UUID");
  const certificate = requireCertificate(request, bank);
  const { organizationIdentifier } = certificate;
  if (organizationIdentifier === "") throw tppMessage(401, "CERTIFICATE_INVALID", "The certificate names no organizationIdentifier");
  request.bankCall.clientId = organizationIdentifier;
  if (bank.thirdParties.isBlocked(organizationIdentifier)) throw tppMessage(401, "CERTIFICATE_BLOCKED", "The certificate is blocked at this bank");
  if (certificate.statements?.roles.includes(role) !== true) throw tppMessage(401, "ROLE_INVALID", `The certificate does not hold the role ${role}`);
  if (register(certificate, bank) && bank.config.SANDBOX_BERLIN_GROUP_FIRST_CALL === "refused") {
    throw tppMessage(401, "CERTIFICATE_INVALID", "The certificate was not known; the third party is being registered, repeat the call");
  }
  return organizationIdentifier;
}

function requireCertificate(request: FastifyRequest, bank: BerlinGroupBank): QualifiedCertificate {
  const peer = readPeer(request, bank.clock);
  if (peer.certificate !== undefined) request.bankCall.certificate = peer.certificate;
  switch (peer.kind) {
    case "qwac":
      return peer.certificate;
    case "missing":
      throw tppMessage(401, "CERTIFICATE_MISSING", peer.reason);
    case "expired":
      throw tppMessage(401, "CERTIFICATE_EXPIRED", peer.reason);
    case "untrusted":
    case "not-a-qwac":
      throw tppMessage(401, "CERTIFICATE_INVALID", peer.reason);
    default:
      return peer satisfies never;
  }
}

/** Remembers the certificate; true where it was new. */
function register({ organizationIdentifier, thumbprint, subject }: QualifiedCertificate, { thirdParties, clock }: BerlinGroupBank): boolean {
  const known = thirdParties.get(organizationIdentifier);
  if (known?.qwacs.includes(thumbprint) === true) return false;
  thirdParties.put(organizationIdentifier, {
    organizationIdentifier,
    name: subject.find((part) => part.oid === organisationOid)?.value ?? "",
    qwacs: [...(known?.qwacs ?? []), thumbprint],
    firstSeenAt: known?.firstSeenAt ?? clock.now().toString(),
  });
  return true;
}
