import type { TLSSocket } from "node:tls";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { qcStatementsOid } from "../ca/psd2-statement.ts";
import { qcStatements } from "../ca/qc-statements.ts";
import { readQualifiedCertificate } from "../ca/qualified-certificate.ts";
import { endOfLife } from "../ca/tpp-certificates.ts";
import { x509 } from "../ca/x509.ts";
import { header } from "../http/call.ts";
import { passThroughFaults } from "../http/gate.ts";
import { digest, sameDigest } from "../identifiers.ts";
import { vetRequest, type VettedRequest } from "./certificate-request.ts";
import { sentence } from "./refusal.ts";
import type { Trust } from "./trust.ts";

/** Q1 to Q3: enrolment over secure transport (RFC 7030) for QWACs and QSealCs. */
export function enrolmentRoutes(server: FastifyInstance, trust: Trust): void {
  server.post("/.well-known/est/simpleenroll", { config: { endpoint: "Q1" } }, async (request, reply) => {
    requireSecret(request, trust.config.SANDBOX_QTSP_SECRET);
    if (await passThroughFaults(request, reply, trust)) return reply;
    requireType(request);
    return sendCertificates(reply, await issue(await vetRequest(request.body), trust), "certs-only");
  });

  server.post("/.well-known/est/simplereenroll", { config: { endpoint: "Q2" } }, async (request, reply) => {
    const current = requireCertificate(request);
    request.bankCall.certificate = current;
    if (await passThroughFaults(request, reply, trust)) return reply;
    requireType(request);
    const vetted = await vetRequest(request.body);
    const subject = new x509.Name(vetted.subject).toString();
    if (subject !== new x509.X509Certificate(current.x509.raw).subject) throw sentence(403, "Renewal keeps the subject of the certificate that asks for it");
    return sendCertificates(reply, await issue(vetted, trust), "certs-only");
  });

  server.get("/.well-known/est/cacerts", { config: { endpoint: "Q3" } }, async (request, reply) => {
    if (await passThroughFaults(request, reply, trust)) return reply;
    const { rootPem, intermediatePem } = trust.authority;
    return sendCertificates(reply, new x509.X509Certificates([rootPem, intermediatePem].map((pem) => new x509.X509Certificate(pem))));
  });
}

/** The secret comes as the password of HTTP Basic authentication, whatever the user name, or as an API key. */
function requireSecret(request: FastifyRequest, expected: string): void {
  const [scheme = "", credentials = ""] = (header(request, "authorization") ?? "").split(" ");
  const basic =
    scheme.toLowerCase() === "basic"
      ? Buffer.from(credentials, "base64")
          .toString("utf8")
          .replace(/^[^:]*:/, "")
      : undefined;
  const given = header(request, "x-api-key") ?? basic;
  if (given === undefined || !sameDigest(given, digest(expected))) {
    throw sentence(401, "Enrolment needs the secret of the account: HTTP Basic or x-api-key", { "www-authenticate": 'Basic realm="enrolment"' });
  }
}

function requireCertificate(request: FastifyRequest): ReturnType<typeof readQualifiedCertificate> {
  const socket = request.raw.socket as TLSSocket;
  const { raw } = socket.getPeerCertificate();
  if (raw === undefined) throw sentence(401, "Renewal needs a connection with the certificate that is to be renewed");
  if (!socket.authorized) throw sentence(401, `The client certificate is not accepted: ${String(socket.authorizationError)}`);
  return readQualifiedCertificate(raw);
}

function requireType(request: FastifyRequest): void {
  const type = header(request, "content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/pkcs10") throw sentence(400, "The body must be sent as application/pkcs10");
}

/** Certificate profiles of ETSI EN 319 412-3 and -4 with the statements of TS 119 495. */
async function issue({ type, subject, publicKey, statements, alternativeNames }: VettedRequest, trust: Trust): Promise<x509.X509Certificates> {
  const purpose =
    type === "web"
      ? [
          websiteUsages(publicKey),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
          new x509.CertificatePolicyExtension(["0.4.0.19495.3.1"]),
          ...(alternativeNames === undefined ? [] : [alternativeNames]),
        ]
      : [new x509.KeyUsagesExtension(x509.KeyUsageFlags.nonRepudiation, true), new x509.CertificatePolicyExtension(["0.4.0.194112.1.1"])];
  const now = trust.clock.now();
  const { x5c } = await trust.authority.issue({
    subject,
    key: publicKey,
    notBefore: now.subtract({ minutes: 5 }),
    notAfter: endOfLife(now, { config: trust.config, years: 2 }),
    extensions: [new x509.BasicConstraintsExtension(false), ...purpose, new x509.Extension(qcStatementsOid, false, qcStatements({ ...statements, type }))],
  });
  return new x509.X509Certificates(x5c.map((der) => new x509.X509Certificate(der)));
}

/** Only RSA keys encipher others (RFC 8813). */
function websiteUsages({ asymmetricKeyType }: VettedRequest["publicKey"]): x509.KeyUsagesExtension {
  const { digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
  return asymmetricKeyType === "rsa"
    ? new x509.KeyUsagesExtension(digitalSignature | keyEncipherment, true)
    : new x509.KeyUsagesExtension(digitalSignature, true);
}

function sendCertificates(reply: FastifyReply, certificates: x509.X509Certificates, mimeType?: "certs-only"): FastifyReply {
  const base64 = Buffer.from(certificates.export("raw")).toString("base64");
  return reply
    .header("content-type", `application/pkcs7-mime${mimeType === undefined ? "" : `; smime-type=${mimeType}`}`)
    .header("content-transfer-encoding", "base64")
    .send(`${base64.match(/.{1,76}/g)?.join("\r\n") ?? ""}\r\n`);
}
