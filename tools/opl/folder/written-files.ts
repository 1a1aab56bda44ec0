import type { OpRegisteredClient } from "../../../services/bank-gateway/src/standards/op/registration.ts";
import { chainOf } from "../certificates/check-keys.ts";
import type { CheckedKeys } from "../certificates/check-keys.ts";
import type { Settings } from "../settings/read-settings.ts";
import type { RunFolder } from "./run-folder.ts";

interface FinishedRun {
  readonly settings: Settings;
  readonly tppId: string;
  readonly publicJwksUrl: string;
  readonly keys: CheckedKeys;
  readonly client: OpRegisteredClient;
  readonly folder: RunFolder;
  readonly scopes: readonly string[];
}

const names = [
  "client.json",
  "registration.json",
  "qwac.pem",
  "qwac.key.pem",
  "qsealc.pem",
  "qsealc.key.pem",
  "certificates.json",
  "software-statement.jwt",
  "registration-request.jwt",
  "curl.conf",
  "state.json",
];

/** The files of a finished run, those with secrets included. */
export function keptFiles(folder: Pick<RunFolder, "read">): string[] {
  return names.filter((name) => folder.read(name) !== undefined);
}

/** What is written at the end: a description without secrets, and files that let curl call the bank. */
export function filesOf(run: FinishedRun): (readonly [name: string, text: string])[] {
  return [
    ["registration.json", `${JSON.stringify(description(run), null, 2)}\n`],
    ["curl.conf", curlConfig(run)],
    ...run.scopes.map((scope) => [`token-${scope}.form`, tokenForm(run.client, scope)] as const),
  ];
}

function description({ settings, tppId, publicJwksUrl, keys, client, folder, scopes }: FinishedRun) {
  const describe = (key: CheckedKeys["qwac"]) => ({
    kid: key.kid,
    thumbprint: key.certificate.thumbprint,
    organizationIdentifier: key.certificate.organizationIdentifier,
    notBefore: key.certificate.notBefore.toString(),
    notAfter: key.certificate.notAfter.toString(),
    chain: chainOf(key).map(({ subject }) => subject),
  });
  return {
    environment: settings.OP_ENVIRONMENT,
    tppId,
    publicJwksUrl,
    softwareClientId: folder.state.softwareClientId,
    client: client.client,
    validated: folder.state.validated,
    scopes,
    qwac: describe(keys.qwac),
    qsealc: { ...describe(keys.seal), algorithm: keys.algorithm },
    requestObjectAudience: settings.OP_REQUEST_OBJECT_AUD,
    financialId: settings.OP_FAPI_FINANCIAL_ID,
    endpoints: {
      registration: settings.OP_REGISTRATION_URL,
      token: settings.OP_TOKEN_URL,
      accounts: settings.OP_AIS_BASE_URL,
      payments: settings.OP_PIS_BASE_URL,
      confirmationOfFunds: settings.OP_COF_BASE_URL,
      authorize: settings.OP_AUTHORIZE_URL,
      issuer: settings.OP_ISSUER,
      idTokenKeys: settings.OP_OIDC_JWKS_URL,
      paymentKeys: settings.OP_PAYMENTS_JWKS_URL ?? null,
    },
  };
}

function curlConfig({ settings, client, folder }: FinishedRun): string {
  const quote = (value: string): string => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  const bundle = settings.OP_QWAC_P12_PATH;
  const lines = [
    `cert = ${quote(bundle ?? settings.OP_QWAC_CERT_PATH ?? `${folder.path}/qwac.pem`)}`,
    bundle === undefined ? `key = ${quote(settings.OP_QWAC_KEY_PATH ?? `${folder.path}/qwac.key.pem`)}` : "cert-type = P12",
    ...(settings.OP_CERT_PASSPHRASE !== undefined && settings.ownCertificates ? ["# curl asks for the passphrase of the key"] : []),
    ...(settings.OP_CA_BUNDLE_PATH === undefined ? [] : [`cacert = ${quote(settings.OP_CA_BUNDLE_PATH)}`]),
    `header = ${quote("accept: application/json")}`,
    `header = ${quote(`x-api-key: ${client.apiKey ?? settings.OP_API_KEY}`)}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** The body of a token call; in a file, so that the secret never stands on a command line. */
function tokenForm({ client, clientSecret }: OpRegisteredClient, scope: string): string {
  return new URLSearchParams({ grant_type: "client_credentials", scope, client_id: client.clientId, client_secret: clientSecret }).toString();
}
