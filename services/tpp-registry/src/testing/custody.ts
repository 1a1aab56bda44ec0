import { createPublicKey, type KeyObject, webcrypto } from "node:crypto";
import type { BodyOf } from "@opl/contracts/http";
import type { requestCertificate } from "@opl/contracts/http/bank-gateway";
import type { CertificatePurpose, KeyType, OwnCertificate, PublicJwk } from "@opl/contracts/model";
// First: it brings what the certificate library needs to be there.
import { createCertificateRequest, keyIdRules, parseCertificate } from "@opl/eidas";
import { OplError } from "@opl/errors";
import * as x509 from "@peculiar/x509";
import type { BankGateway } from "../clients/bank-gateway.ts";

type Wanted = BodyOf<typeof requestCertificate>;

/** The part of the gateway that keeps our own certificates, and the provider that issues them. */
export interface StandInCustody {
  readonly operations: Pick<BankGateway, "listOwnCertificates" | "listPublicKeys" | "requestCertificate" | "retireCertificate">;
  /** Whether the provider answers requests at once, how long what it issues lasts, whether the gateway answers at all. */
  enrolment: boolean;
  lifeSeconds: number;
  down: boolean;
  /** What the gateway adds to each key of its answer. */
  poison: Readonly<Record<string, unknown>>;
  /** Requests that came in. */
  readonly requests: Wanted[];
  readonly held: readonly OwnCertificate[];
  /** An operator hands in what the provider issued. */
  issue(certificateId: string): Promise<void>;
  /** What a registration gets now. */
  newestPair(aspspId: string): Awaited<ReturnType<BankGateway["issueCertificates"]>>["certificates"];
}

export const ourSubject: Wanted["subject"] = {
  commonName: "tpp.ledger.example",
  organisationName: "Example Ledger Oy",
  country: "FI",
  organizationIdentifier: "PSDFI-FINFSA-1234567-8",
  authority: { id: "FI-FINFSA", name: "Finnish Financial Supervisory Authority" },
  roles: ["AIS"],
};
const roleNames = { AIS: "PSP_AI", PIS: "PSP_PI", CBPII: "PSP_IC" } as const;
const away = new OplError({ code: "ERR_BANK_GATEWAY_UNAVAILABLE", kind: "unavailable", message: "no answer" });
const ecdsa = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

export async function standInCustody(clock: { now(): Temporal.Instant }, newId: () => string): Promise<StandInCustody> {
  const provider = await webcrypto.subtle.generateKey(ecdsa, true, ["sign", "verify"]);
  const held: OwnCertificate[] = [];
  const keys = new Map<string, KeyObject>();
  const update = (certificateId: string, change: Partial<OwnCertificate>): OwnCertificate => {
    const index = held.findIndex((one) => one.certificateId === certificateId);
    const found = held[index];
    if (found === undefined) throw new TypeError("no such certificate");
    return (held[index] = { ...found, ...change });
  };
  const answering = (): void => {
    if (custody.down) throw away;
  };
  const custody: StandInCustody = {
    enrolment: false,
    lifeSeconds: 365 * 86_400,
    down: false,
    poison: {},
    requests: [],
    held,
    async issue(certificateId) {
      const { csrPem } = held.find((one) => one.certificateId === certificateId) ?? {};
      const request = new x509.Pkcs10CertificateRequest(csrPem ?? "");
      const now = clock.now();
      const made = await x509.X509CertificateGenerator.create({
        serialNumber: certificateId.replaceAll("-", ""),
        subject: request.subject,
        issuer: "CN=Provider, C=FI",
        notBefore: new Date(now.epochMilliseconds),
        notAfter: new Date(now.epochMilliseconds + custody.lifeSeconds * 1_000),
        signingAlgorithm: ecdsa,
        publicKey: request.publicKey,
        signingKey: provider.privateKey,
        extensions: request.extensions,
      });
      const { subject, issuer, serialNumber, organizationIdentifier, psd2, notBefore, notAfter, thumbprint, pem } = parseCertificate(
        new Uint8Array(made.rawData),
      );
      update(certificateId, {
        status: "ready",
        issued: {
          kid: keyIdRules["certificate-thumbprint"](parseCertificate(pem), "qsealc"),
          algorithm: "ES256",
          subject,
          issuer,
          serialNumber,
          organizationIdentifier: organizationIdentifier ?? null,
          authorityId: psd2?.ncaId ?? null,
          roles: [...(psd2?.roles ?? [])],
          notBefore: notBefore.toString(),
          notAfter: notAfter.toString(),
          thumbprint,
          chainPem: [pem],
          problems: [],
        },
      });
    },
    newestPair: (aspspId) =>
      (["qwac", "qsealc"] as const).map((purpose) => {
        const { issued } = held.findLast((one) => one.purpose === purpose && one.status === "ready") ?? {};
        if (issued === undefined || issued === null) throw new TypeError(`no ${purpose} is ready`);
        const { issuer: _issuer, serialNumber: _serial, authorityId: _authority, problems: _problems, ...certificate } = issued;
        return { ...certificate, aspspId, purpose, inUse: true };
      }),
    operations: {
      async listOwnCertificates() {
        answering();
        return { certificates: [...held], enrolment: custody.enrolment };
      },
      async listPublicKeys() {
        answering();
        return {
          keys: held.flatMap(({ certificateId, purpose, issued, retiredAt }) =>
            issued === null || purpose !== "qsealc" ? [] : [{ jwk: { ...jwkOf(keys.get(certificateId), issued.kid), ...custody.poison }, retiredAt }],
          ),
        };
      },
      async requestCertificate({ body }) {
        answering();
        custody.requests.push(body);
        const certificateId = newId();
        const { purpose, keyType } = body;
        // Held from here on, in the order in which they were asked for: keys are made beside each other.
        held.push({ certificateId, purpose, keyType, status: "requested", createdAt: clock.now().toString(), retiredAt: null, csrPem: null, issued: null });
        const { authority, roles, organisationName, ...subject } = body.subject;
        const { csrPem, privateKey } = await createCertificateRequest({
          purpose: body.purpose,
          key: "p-256",
          subject: { ...subject, organization: organisationName },
          psd2: { roles: roles.map((role) => roleNames[role]), ncaName: authority.name, ncaId: authority.id },
        });
        keys.set(certificateId, privateKey);
        update(certificateId, { csrPem });
        if (custody.enrolment) await custody.issue(certificateId);
        return held.find((one) => one.certificateId === certificateId) as OwnCertificate;
      },
      async retireCertificate({ params }) {
        answering();
        return update(params.certificateId, { status: "retired", retiredAt: clock.now().toString() });
      },
    },
  };
  return custody;
}

/** A pair of ours, issued. */
export async function holdPair(custody: StandInCustody, keyType: KeyType = "ec"): Promise<void> {
  for (const purpose of ["qwac", "qsealc"] satisfies CertificatePurpose[]) {
    const { certificateId, status } = await custody.operations.requestCertificate({ body: { purpose, keyType, subject: ourSubject } });
    if (status === "requested") await custody.issue(certificateId);
  }
}

function jwkOf(key: KeyObject | undefined, kid: string): PublicJwk {
  if (key === undefined) throw new TypeError("no such key");
  const { crv, x, y } = createPublicKey(key).export({ format: "jwk" });
  return { kty: "EC", crv: crv as "P-256", x: x ?? "", y: y ?? "", kid, use: "sig", alg: "ES256" };
}
