import { z } from "zod";
import { aspspAccount, rawReference } from "../model/account.ts";
import { aspsp } from "../model/aspsp.ts";
import { aspspBalance } from "../model/balance.ts";
import { aspspId, cursor, isoInstant, sha256Hex, uuid } from "../model/ids.ts";
import { unsignedReceipt } from "../model/consent-receipt.ts";
import { certificate, clientInformation, registrationTerms, tppRole } from "../model/registration.ts";
import { certificatePurpose, certificateSubject, ownCertificate } from "../model/own-certificate.ts";
import { loginHint } from "../model/consent.ts";
import { aspspTransaction } from "../model/transaction.ts";
import { defineRoute } from "./route.ts";

const registrationParams = z.strictObject({ registrationId: uuid });
const consentParams = z.strictObject({ consentId: uuid });
const registryStep = { callers: ["tpp-registry"], psu: "none", method: "POST", idempotent: true, status: 200, params: registrationParams } as const;
/** Each step answers the same when asked again with the same registration. */
const slowBankMs = 60_000;

export const listAspsps = defineRoute({
  operationId: "listAspsps",
  summary: "The banks there are, with what each can do and how it is.",
  method: "GET",
  path: "/aspsps",
  callers: ["bff", "consent", "ingest", "tpp-registry", "operator"],
  psu: "none",
  idempotent: true,
  status: 200,
  response: z.object({ aspsps: z.array(aspsp) }),
});

export const issueCertificates = defineRoute({
  ...registryStep,
  operationId: "issueCertificates",
  summary: "Get QWAC and QSealC for one bank; the keys stay here, sealed.",
  path: "/registrations/:registrationId/certificates",
  timeoutMs: slowBankMs,
  body: z.strictObject({ aspspId, country: z.string().length(2), commonName: z.string().min(1).max(64), roles: z.array(tppRole).min(1) }),
  response: z.object({
    tppId: z.string(),
    organizationIdentifier: z.string(),
    publicJwksUrl: z.string(),
    certificates: z.array(certificate.omit({ certificateId: true, status: true }).extend({ inUse: z.boolean() })),
  }),
});
export const buildSoftwareStatement = defineRoute({
  ...registryStep,
  operationId: "buildSoftwareStatement",
  summary: "Build and sign the software statement (SSA), or have the directory of the bank's scheme sign one.",
  path: "/registrations/:registrationId/software-statement",
  body: z.strictObject({
    aspspId,
    softwareClientId: uuid,
    terms: registrationTerms,
  }),
  response: z.object({ softwareStatement: z.string(), kid: z.string(), algorithm: z.string(), expiresAt: isoInstant }),
});
export const buildRegistrationRequest = defineRoute({
  ...registryStep,
  operationId: "buildRegistrationRequest",
  summary: "Build and sign the registration JWT around the SSA.",
  path: "/registrations/:registrationId/registration-request",
  body: z.strictObject({ aspspId, terms: registrationTerms }),
  response: z.object({ registrationRequest: z.string(), kid: z.string(), algorithm: z.string(), expiresAt: isoInstant }),
});
/** Not repeated by the client: what happens to a request without an answer is decided by the gateway, which knows the scheme. */
export const submitRegistration = defineRoute({
  ...registryStep,
  idempotent: false,
  operationId: "submitRegistration",
  summary:
    "Send the registration to the bank, or change the one it `replaces` where the bank lets us; secrets stay here. `manual`: waits for the credentials, or goes on with those of an `unchanged` one.",
  path: "/registrations/:registrationId/submission",
  timeoutMs: slowBankMs,
  body: z.strictObject({
    aspspId,
    replaces: uuid.nullable(),
    unchanged: z.boolean().optional().describe("Scheme and terms are those of the one it `replaces`; only the certificates are others."),
  }),
  response: z.object({ client: clientInformation }),
});
export const validateRegistration = defineRoute({
  ...registryStep,
  operationId: "validateRegistration",
  summary: "Prove the registration with one token call per scope, or where the certificate is enough with one call it opens.",
  path: "/registrations/:registrationId/validation",
  timeoutMs: slowBankMs,
  body: z.strictObject({ aspspId, scopes: z.array(z.string()).min(1) }),
  response: z.object({ validated: z.array(z.object({ scope: z.string(), at: isoInstant })) }),
});
export const activateRegistration = defineRoute({
  ...registryStep,
  operationId: "activateRegistration",
  summary: "Use this registration from now on for every call to the bank.",
  path: "/registrations/:registrationId/activation",
  body: z.strictObject({ aspspId }),
  response: z.object({ activatedAt: isoInstant }),
});

export const readRegistration = defineRoute({
  operationId: "readRegistration",
  summary: "What the bank itself says of our registration now. Where it cannot be asked, a token call tells whether we are still known.",
  method: "GET",
  path: "/registrations/:registrationId/client",
  callers: ["tpp-registry"],
  psu: "none",
  idempotent: true,
  status: 200,
  timeoutMs: slowBankMs,
  params: registrationParams,
  response: z.object({
    /** `known`: as `client` says. `unreadable`: known, but the bank does not show it. `unknown`: the bank does not know us (any more). */
    standing: z.enum(["known", "unreadable", "unknown"]),
    client: clientInformation.nullable(),
    checkedAt: isoInstant,
  }),
});
export const endRegistration = defineRoute({
  ...registryStep,
  operationId: "endRegistration",
  summary: "Leave the bank: delete the client there where the bank lets us, and serve no new consent under it. Asking again is harmless.",
  path: "/registrations/:registrationId/end",
  timeoutMs: slowBankMs,
  body: z.strictObject({ aspspId }),
  response: z.object({ aspspTold: z.boolean(), endedAt: isoInstant }),
});
/** What a bank gave out by hand. */
export const bankCredentials = z.strictObject({
  aspspId,
  clientId: z.string().min(1).max(500),
  clientSecret: z.string().min(1).max(2000).nullable(),
  apiKey: z.string().min(1).max(2000).nullable(),
});
export const enterCredentials = defineRoute({
  operationId: "enterCredentials",
  summary: "Credentials that a bank gave out by hand; sealed here, never shown again.",
  method: "PUT",
  path: "/registrations/:registrationId/credentials",
  callers: ["operator", "bff"],
  psu: "none",
  idempotent: true,
  params: registrationParams,
  body: bankCredentials,
  status: 204,
  response: null,
});

const certificateParams = z.strictObject({ certificateId: uuid });
const keeper = { callers: ["operator", "bff", "tpp-registry"], psu: "none" } as const;
/** A chain is a few certificates; a PKCS#12 file holds little more. */
const maxFileText = 200_000;
export const certificateRequest = z.strictObject({ purpose: certificatePurpose, keyType: z.enum(["rsa", "ec"]), subject: certificateSubject });
export const issuedChain = z.strictObject({ chain: z.string().min(1).max(maxFileText) });
export const pkcs12File = z.strictObject({ purpose: certificatePurpose, pkcs12: z.base64().max(maxFileText), passphrase: z.string().max(1000) });

export const listOwnCertificates = defineRoute({
  ...keeper,
  operationId: "listOwnCertificates",
  summary: "Our own certificates from trust service providers: requested, in use and retired; public parts only.",
  method: "GET",
  path: "/certificates",
  idempotent: true,
  status: 200,
  response: z.object({
    certificates: z.array(ownCertificate),
    /** Whether a trust service provider is connected, so that requests are sent to it and answered without an operator. */
    enrolment: z.boolean(),
  }),
});
export const requestCertificate = defineRoute({
  ...keeper,
  operationId: "requestCertificate",
  summary: "Make a key and a certificate request (PKCS#10 with PSD2 QCStatements) for it; sent to the trust service provider where one is connected.",
  method: "POST",
  path: "/certificates",
  idempotent: false,
  timeoutMs: slowBankMs,
  body: certificateRequest,
  status: 201,
  response: ownCertificate,
});
export const importIssuedCertificate = defineRoute({
  ...keeper,
  operationId: "importIssuedCertificate",
  summary: "The certificate a provider issued for a request, with its chain: PEM, PKCS#7 or base64 DER.",
  method: "PUT",
  path: "/certificates/:certificateId/chain",
  idempotent: true,
  params: certificateParams,
  body: issuedChain,
  status: 200,
  response: ownCertificate,
});
export const importPkcs12 = defineRoute({
  ...keeper,
  operationId: "importPkcs12",
  summary: "A certificate that was brought along, with its key, as a PKCS#12 file in base64.",
  method: "POST",
  path: "/certificates/pkcs12",
  idempotent: false,
  body: pkcs12File,
  status: 201,
  response: ownCertificate,
});
export const retireCertificate = defineRoute({
  ...keeper,
  operationId: "retireCertificate",
  summary: "Use one of our own certificates for no new registration; its public key stays published for a while.",
  method: "POST",
  path: "/certificates/:certificateId/retirement",
  idempotent: true,
  params: certificateParams,
  status: 200,
  response: ownCertificate,
});
export const listPublicKeys = defineRoute({
  operationId: "listPublicKeys",
  summary: "The public keys of our QSealCs, for banks that read them from us, and of receipts; retired ones stay for a while, or for good.",
  method: "GET",
  path: "/public-keys",
  callers: ["tpp-registry"],
  psu: "none",
  idempotent: true,
  status: 200,
  response: z.object({
    /** JSON Web Keys (RFC 7517) with `x5c`. */
    keys: z.array(
      z.object({
        jwk: z.record(z.string(), z.unknown()),
        retiredAt: isoInstant.nullable(),
        /** True where it has to stay after its retirement, because its signatures are shown years later. */
        lasting: z.boolean().optional(),
      }),
    ),
  }),
});

export const createAspspConsent = defineRoute({
  operationId: "createAspspConsent",
  summary: "Create the consent at the bank and say where to send the person.",
  method: "POST",
  path: "/consents/:consentId",
  callers: ["consent"],
  psu: "required",
  idempotent: false,
  params: consentParams,
  timeoutMs: 30_000,
  body: z.strictObject({
    aspspId,
    validUntil: isoInstant,
    redirectUri: z.url(),
    state: z.string().min(22).max(200),
    nonce: z.string().min(22).max(200),
    /** How the bank knows the person, where it asks them in its app. Passed on, never kept. */
    loginHint: loginHint.optional(),
  }),
  status: 201,
  response: z.object({
    aspspConsentId: z.string(),
    /** Null where the bank asks the person in its own app: then `pollAuthorization` tells the outcome. */
    redirectUrl: z.url().nullable(),
    /** Until when the attempt can go on: where the request travels in the address, the life of that request, in which the person must arrive; else until when the bank may answer. */
    expiresAt: isoInstant,
    /** How often asking for the outcome makes sense. */
    pollIntervalSeconds: z.int().positive().nullable().optional(),
    /** What the return must look like, so that it is checked before anything of it is sent anywhere. */
    authorizationServer: z
      .object({
        issuer: z.string(),
        /** The bank always sends `iss` with the return (RFC 9207). */
        issInResponse: z.boolean(),
        responseType: z.enum(["code", "code id_token"]),
        /** `jwt`: the return is one signed `response` (JARM), and nothing else is believed. */
        responseMode: z.enum(["fragment", "query", "jwt"]).optional(),
      })
      .optional(),
  }),
});
export const exchangeCode = defineRoute({
  operationId: "exchangeCode",
  summary: "Check what came back with the person and exchange the code; the tokens stay here, sealed.",
  method: "POST",
  path: "/consents/:consentId/exchange",
  callers: ["consent"],
  psu: "required",
  idempotent: false,
  params: consentParams,
  timeoutMs: 30_000,
  body: z.strictObject({
    aspspId,
    redirectUri: z.url(),
    state: z.string().max(200),
    nonce: z.string().max(200),
    /** Null where the bank's answer is signed: then it stands in `response`. */
    code: z.string().min(1).max(4096).nullable(),
    idToken: z.string().max(16_384).nullable(),
    issuer: z.string().max(500).nullable(),
    response: z.string().max(16_384).optional(),
  }),
  status: 200,
  response: z.object({ scope: z.array(z.string()), authorisedAt: isoInstant, validUntil: isoInstant }),
});
/** Asking again is harmless: the bank is asked once per interval, and the outcome stays the same. */
export const pollAuthorization = defineRoute({
  operationId: "pollAuthorization",
  summary: "Whether the person has answered in the bank's app; the tokens stay here, sealed.",
  method: "POST",
  path: "/consents/:consentId/poll",
  callers: ["consent"],
  psu: "none",
  idempotent: true,
  params: consentParams,
  timeoutMs: 30_000,
  body: z.strictObject({ aspspId }),
  status: 200,
  response: z.discriminatedUnion("status", [
    z.object({ status: z.literal("pending"), nextPollAt: isoInstant }),
    z.object({ status: z.literal("authorised"), scope: z.array(z.string()), authorisedAt: isoInstant, validUntil: isoInstant }),
  ]),
});
export const revokeAspspConsent = defineRoute({
  operationId: "revokeAspspConsent",
  summary: "Forget the tokens and tell the bank. Answers also when the bank is down: it is told later.",
  method: "POST",
  path: "/consents/:consentId/revocation",
  callers: ["consent"],
  psu: "optional",
  idempotent: true,
  params: consentParams,
  timeoutMs: 30_000,
  body: z.strictObject({ aspspId }),
  status: 200,
  response: z.object({ tokensForgotten: z.boolean(), aspspTold: z.boolean() }),
});

/** Not repeated by the client: a read without the person counts at the bank, four a day. */
export const fetchAccounts = defineRoute({
  operationId: "fetchAccounts",
  summary: "Accounts and cards the consent covers, with their balances.",
  method: "GET",
  path: "/consents/:consentId/accounts",
  callers: ["ingest"],
  psu: "optional",
  idempotent: false,
  params: consentParams,
  timeoutMs: 45_000,
  status: 200,
  response: z.object({ fetchedAt: isoInstant, accounts: z.array(z.object({ account: aspspAccount, balances: z.array(aspspBalance) })) }),
});
export const fetchTransactions = defineRoute({
  operationId: "fetchTransactions",
  summary: "One bounded page of transactions; no cursor in the answer means the end.",
  method: "GET",
  path: "/consents/:consentId/accounts/:resourceId/transactions",
  callers: ["ingest"],
  psu: "optional",
  idempotent: false,
  timeoutMs: 45_000,
  params: z.strictObject({ consentId: uuid, resourceId: z.string().min(1).max(200) }),
  query: z.strictObject({ cursor: cursor.optional() }),
  status: 200,
  response: z.object({
    fetchedAt: isoInstant,
    transactions: z.array(aspspTransaction),
    nextCursor: cursor.nullable(),
    /** False where the bank makes new ids at each reading: then only the content identifies an entry. */
    entryReferencesStable: z.boolean(),
  }),
});
export const getRawMessage = defineRoute({
  operationId: "getRawMessage",
  summary: "What the bank really said: one item of an archived message.",
  method: "GET",
  path: "/raw-messages/:hash",
  callers: ["bff"],
  psu: "required",
  idempotent: true,
  params: z.strictObject({ hash: sha256Hex }),
  query: z.strictObject({ pointer: rawReference.shape.pointer.optional() }),
  status: 200,
  response: z.object({
    hash: sha256Hex,
    aspspId,
    receivedAt: isoInstant,
    url: z.string(),
    statusCode: z.int(),
    contentType: z.string().nullable(),
    interactionId: z.string().nullable(),
    certificateThumbprint: z.string().nullable(),
    /** The bytes at the pointer, as text, exactly as received. */
    content: z.string(),
  }),
});

const aspspParams = z.strictObject({ aspspId });
/** One state of a server's metadata: what it says, and the name an operator approves it by. */
const serverState = z.object({ fingerprint: sha256Hex, metadata: z.record(z.string(), z.unknown()) });
/** `unproven`: it was turned away, but so was the right verifier after it; the bank may end a code at the first wrong try. */
const verifierProbe = z.object({ outcome: z.enum(["taken", "refused", "unproven"]), probedAt: isoInstant });
const verifierLie = z.enum(["absent", "wrong"]);
const authorizationServer = z.object({
  aspspId,
  /** What the bank is called by; null where nothing was ever believed. */
  accepted: serverState.extend({ acceptedAt: isoInstant, acceptedBy: z.string().nullable() }).nullable(),
  quarantine: z
    .object({
      since: isoInstant,
      /** The rule that refused, or `changed`. */
      reason: z.string(),
      /** Members that are not as they were accepted. */
      changed: z.array(z.string()),
      offered: serverState.nullable(),
    })
    .nullable(),
  /** Whether requests without PKCE were turned away, when that was last tried. */
  pkce: z.object({ enforced: z.boolean(), probedAt: isoInstant }).nullable(),
  /** What the token endpoint did with a code whose verifier was left out, or wrong, when that was last tried. */
  verifier: z.object({ absent: verifierProbe.nullable(), wrong: verifierProbe.nullable() }),
});
const operatorAtBank = {
  callers: ["operator", "bff"],
  namedOperator: true,
  psu: "optional",
  params: aspspParams,
  status: 200,
  response: authorizationServer,
} as const;

export const listQuarantines = defineRoute({
  callers: ["operator", "bff"],
  psu: "none",
  operationId: "listQuarantines",
  summary: "The authorization servers that are not believed, as they were last read.",
  method: "GET",
  path: "/authorization-servers/quarantined",
  idempotent: true,
  status: 200,
  response: z.object({ authorizationServers: z.array(authorizationServer) }),
});

export const getAuthorizationServer = defineRoute({
  ...operatorAtBank,
  operationId: "getAuthorizationServer",
  summary: "What the authorization server of a bank says of itself, and what of it is not believed.",
  method: "GET",
  path: "/aspsps/:aspspId/authorization-server",
  idempotent: true,
});
export const readAuthorizationServer = defineRoute({
  ...operatorAtBank,
  operationId: "readAuthorizationServer",
  summary: "Read it again now.",
  method: "POST",
  path: "/aspsps/:aspspId/authorization-server/reading",
  idempotent: true,
});
export const approveAuthorizationServer = defineRoute({
  ...operatorAtBank,
  operationId: "approveAuthorizationServer",
  summary: "Go by what it says now, if that still is what was looked at; ends the quarantine.",
  method: "POST",
  path: "/aspsps/:aspspId/authorization-server/approval",
  idempotent: false,
  /** What a probe found out (`pkce-not-enforced`) is set aside only where it is named as what was looked at. */
  body: z.strictObject({ fingerprint: sha256Hex, reason: z.string().optional() }),
});
export const probeAuthorizationServer = defineRoute({
  ...operatorAtBank,
  operationId: "probeAuthorizationServer",
  summary: "Try whether the bank turns away requests that lack PKCE; one that takes them goes into quarantine.",
  method: "POST",
  path: "/aspsps/:aspspId/authorization-server/probe",
  idempotent: true,
  timeoutMs: slowBankMs,
});
export const beginVerifierProbe = defineRoute({
  ...operatorAtBank,
  operationId: "beginVerifierProbe",
  summary: "Begin to try whether the bank compares PKCE's verifier: where to approve a consent of our own, as a customer of the bank.",
  method: "POST",
  path: "/aspsps/:aspspId/authorization-server/verifier-probe",
  idempotent: false,
  timeoutMs: slowBankMs,
  body: z.strictObject({ lie: verifierLie }),
  response: z.object({ redirectUrl: z.url(), expiresAt: isoInstant }),
});
export const finishVerifierProbe = defineRoute({
  ...operatorAtBank,
  operationId: "finishVerifierProbe",
  summary: "End it with the address the bank sent the browser to; a bank that takes the code with the lie goes into quarantine.",
  method: "POST",
  path: "/aspsps/:aspspId/authorization-server/verifier-probe/return",
  idempotent: false,
  timeoutMs: slowBankMs,
  body: z.strictObject({ lie: verifierLie, address: z.url().max(20_000) }),
});

const keyExport = z.object({
  exportId: uuid,
  registrationId: uuid,
  kid: z.string(),
  reason: z.string(),
  status: z.enum(["requested", "approved", "refused", "collected", "expired"]),
  requestedBy: z.string(),
  approvedBy: z.string().nullable(),
  requestedAt: isoInstant,
  endsAt: isoInstant,
});
const keyExportParams = z.strictObject({ exportId: uuid });
const operatorOnly = { callers: ["operator"], namedOperator: true, psu: "none" } as const;
const keyExportStep = { ...operatorOnly, method: "POST", idempotent: false, params: keyExportParams, status: 200 } as const;

export const requestKeyExport = defineRoute({
  ...operatorOnly,
  operationId: "requestKeyExport",
  summary: "Ask for one of our private keys. Another operator has to approve, and it ends after a quarter of an hour.",
  method: "POST",
  path: "/key-exports",
  idempotent: false,
  body: z.strictObject({ registrationId: uuid, kid: z.string().min(1).max(200), reason: z.string().trim().min(10).max(500) }),
  status: 201,
  response: keyExport,
});
export const getKeyExport = defineRoute({
  ...operatorOnly,
  operationId: "getKeyExport",
  summary: "Who asked for which key, why, and how far it is.",
  method: "GET",
  path: "/key-exports/:exportId",
  idempotent: true,
  params: keyExportParams,
  status: 200,
  response: keyExport,
});
export const approveKeyExport = defineRoute({
  ...keyExportStep,
  operationId: "approveKeyExport",
  summary: "Approve it, as another operator than the one who asked.",
  path: "/key-exports/:exportId/approval",
  response: keyExport,
});
export const refuseKeyExport = defineRoute({
  ...keyExportStep,
  operationId: "refuseKeyExport",
  summary: "Refuse it, or withdraw it.",
  path: "/key-exports/:exportId/refusal",
  response: keyExport,
});
export const collectKeyExport = defineRoute({
  ...keyExportStep,
  operationId: "collectKeyExport",
  summary: "Take the key and its chain, once, as the operator who asked.",
  path: "/key-exports/:exportId/collection",
  body: z.strictObject({
    /** Readers differ about other characters. */
    passphrase: z.string().regex(/^[\x20-\x7e]{12,200}$/, "expected 12 to 200 printable ASCII characters"),
  }),
  response: z.object({ exportId: uuid, kid: z.string(), thumbprint: z.string(), pkcs12: z.base64() }),
});
export const verifyKeyAudit = defineRoute({
  ...operatorOnly,
  operationId: "verifyKeyAudit",
  summary: "Follow the audit of key exports from row to row; with the place and hash that a fact carried out, whether that row is still the same.",
  method: "GET",
  path: "/key-audit/verification",
  idempotent: true,
  timeoutMs: 60_000,
  query: z.strictObject({ position: z.coerce.number().int().positive().optional(), hash: sha256Hex.optional() }),
  status: 200,
  response: z.object({
    rows: z.int(),
    head: z.object({ position: z.int(), hash: sha256Hex }).nullable(),
    broken: z.object({ position: z.int(), why: z.enum(["missing", "changed", "not-as-anchored"]) }).nullable(),
  }),
});

export const signReceipt = defineRoute({
  operationId: "signReceipt",
  summary: "Sign a receipt about a consent, with a key that signs nothing else.",
  method: "POST",
  path: "/receipts/signature",
  callers: ["consent"],
  psu: "none",
  idempotent: true,
  body: unsignedReceipt,
  status: 200,
  response: z.object({ jws: z.string(), kid: z.string() }),
});

export const bankGatewayRoutes = {
  listAspsps,
  issueCertificates,
  buildSoftwareStatement,
  buildRegistrationRequest,
  submitRegistration,
  validateRegistration,
  activateRegistration,
  readRegistration,
  endRegistration,
  enterCredentials,
  listOwnCertificates,
  requestCertificate,
  importIssuedCertificate,
  importPkcs12,
  retireCertificate,
  listPublicKeys,
  createAspspConsent,
  exchangeCode,
  pollAuthorization,
  revokeAspspConsent,
  fetchAccounts,
  fetchTransactions,
  getRawMessage,
  getAuthorizationServer,
  readAuthorizationServer,
  listQuarantines,
  approveAuthorizationServer,
  probeAuthorizationServer,
  beginVerifierProbe,
  finishVerifierProbe,
  requestKeyExport,
  getKeyExport,
  approveKeyExport,
  refuseKeyExport,
  collectKeyExport,
  verifyKeyAudit,
  signReceipt,
};
