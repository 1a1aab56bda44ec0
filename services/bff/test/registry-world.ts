import type { ResponseOf } from "@opl/contracts/http";
import type { listQuarantines } from "@opl/contracts/http/bank-gateway";
import type { getDesiredState, listCertificates } from "@opl/contracts/http/tpp-registry";
import { registrationStep } from "@opl/contracts/model";
import type { OwnCertificate, Registration } from "@opl/contracts/model";
import { newId } from "@opl/service";
import { bank } from "./world.ts";

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
/** What must never be on an operator's page: each stands somewhere in what the registry or the gateway could answer. */
export const registrySecrets = { signature: "c2lnbmF0dXJlLWNhbmFyeQ", clientSecret: "client-secret-canary", accessToken: "registration-token-canary" };
export const signedJwt = (claims: object): string => `${part({ alg: "PS256", kid: "kid-1" })}.${part(claims)}.${registrySecrets.signature}`;

/** A completed registration at the one bank, whose artefacts hold more than they should. */
export function aRegistration(changes: Partial<Registration> = {}): Registration {
  const artefacts: Partial<Record<string, Record<string, unknown>>> = {
    "software-statement": { softwareStatement: signedJwt({ software_client_name: "One Point Ledger" }), kid: "kid-1" },
    submission: {
      client: { clientId: "client-1", client_secret: registrySecrets.clientSecret, registrationAccessToken: registrySecrets.accessToken },
    },
  };
  return {
    registrationId: newId(),
    aspspId: bank.aspspId,
    scheme: "op",
    replaces: null,
    status: "completed",
    step: "activation",
    startedAt: "2026-11-22T08:00:00Z",
    completedAt: "2026-11-22T08:00:06Z",
    redirectUris: ["https://ledger.example/connect/return/op-fi"],
    lastError: null,
    steps: registrationStep.options.map((step) => ({
      step,
      status: "done",
      finishedAt: "2026-11-22T08:00:05Z",
      durationMs: 900,
      artefact: artefacts[step] ?? {},
    })),
    ...changes,
  };
}

type AuthorizationServer = ResponseOf<typeof listQuarantines>["authorizationServers"][number];

/** The one bank, whose server describes itself otherwise than it was accepted. */
export function aQuarantine(changes: Partial<NonNullable<AuthorizationServer["quarantine"]>> = {}): AuthorizationServer {
  const issuer = "https://as.bank.example";
  const token = `${issuer}/token`;
  return {
    aspspId: bank.aspspId,
    accepted: {
      fingerprint: "a".repeat(64),
      metadata: { issuer, token_endpoint: token, id_token_signing_alg_values_supported: ["ES256", "PS256"] },
      acceptedAt: "2026-11-01T09:00:00Z",
      acceptedBy: null,
    },
    quarantine: {
      since: "2026-11-22T09:00:00Z",
      reason: "changed",
      changed: ["token_endpoint", "id_token_signing_alg_values_supported", "mtls_endpoint_aliases"],
      offered: {
        fingerprint: "b".repeat(64),
        metadata: { issuer, token_endpoint: `${token}/v2`, mtls_endpoint_aliases: { token_endpoint: "https://mtls.bank.example/token" } },
      },
      ...changes,
    },
    pkce: null,
    verifier: { absent: null, wrong: null },
  };
}

type KnownCertificate = ResponseOf<typeof listCertificates>["certificates"][number];

/** The certificate a registration uses. */
export function aCertificate({ registrationId, aspspId }: Registration): KnownCertificate {
  return {
    certificateId: newId(),
    purpose: "qwac",
    ...issued,
    own: true,
    status: "active",
    daysLeft: 40,
    usedAt: [{ aspspId, registrationId, current: true }],
  };
}

const issued = {
  kid: "kid-1",
  algorithm: "PS256",
  subject: "CN=One Point Ledger",
  issuer: "CN=Trust",
  serialNumber: "01",
  organizationIdentifier: "PSDFI-FINFSA-1234567-8",
  authorityId: "FI-FINFSA",
  roles: ["PSP_AI"],
  notBefore: "2026-01-01T00:00:00Z",
  notAfter: "2027-01-01T00:00:00Z",
  thumbprint: "thumbprint",
  chainPem: ["-----BEGIN CERTIFICATE-----"],
  problems: [],
} as const satisfies Partial<KnownCertificate>;

/** One of our own, issued and ready. */
export function anOwnCertificate(): OwnCertificate {
  return {
    certificateId: newId(),
    purpose: "qsealc",
    keyType: "rsa",
    status: "ready",
    createdAt: "2026-11-01T00:00:00Z",
    retiredAt: null,
    csrPem: "-----BEGIN CERTIFICATE REQUEST-----",
    issued: { ...issued, roles: [...issued.roles], chainPem: [...issued.chainPem], problems: [] },
  };
}

export const desiredState: ResponseOf<typeof getDesiredState> = {
  revision: 0,
  appliedAt: null,
  document: {
    version: 1,
    tpp: {
      name: "One Point Ledger",
      country: "FI",
      organisationName: "One Point Ledger Oy",
      roles: ["AIS"],
      contacts: [{ name: "Support", email: "support@ledger.example", phone: "", type: "Support" }],
      software: { name: "One Point Ledger", uri: "https://ledger.example" },
      publicOrigin: "https://ledger.example",
    },
    banks: [{ aspsp: bank.aspspId, state: "registered", onDrift: "repair" }],
  },
  publicOrigin: "https://ledger.example",
  drift: [],
  checkedAt: null,
};

/** Where the bank's own record is not what a registration says. */
export function driftAt(registration: Registration | undefined): ResponseOf<typeof getDesiredState>["drift"] {
  if (registration === undefined) return [];
  const { aspspId, registrationId } = registration;
  return [{ aspspId, registrationId, since: "2026-11-22T09:00:00Z", differences: [{ field: "roles", from: "PIS", to: "AIS" }] }];
}
