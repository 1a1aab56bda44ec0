import type { OplError } from "@opl/errors";
import { isOplError } from "@opl/errors";
import { errors } from "../errors.ts";
import type { SettingName } from "../settings/schema.ts";
import type { Exchange } from "./bank-line.ts";
import { readRefusalWords } from "./refusal-words.ts";

export interface CallPlace {
  /** What was being done, as in "the registration". */
  readonly doing: string;
  /** The setting that holds the address. */
  readonly setting: SettingName;
  readonly url: string;
}

export interface FailedCall {
  readonly place: CallPlace;
  readonly exchange: Exchange | undefined;
  readonly timeoutMs: number;
  readonly now: Temporal.Instant;
}

/** Beyond this the dates in our statements would be refused: they are dated back by 100 s and banks allow two minutes. */
const clockToleranceSeconds = 120;

/** Turns a failed call into one sentence: what is wrong, where, what to do. Errors that are our own already pass through. */
export function explainFailure(error: unknown, call: FailedCall): unknown {
  if (!isOplError(error) || error.code.startsWith("ERR_OPL_")) return error;
  const { answer } = call.exchange ?? {};
  const reason = typeof error.details?.["reason"] === "string" ? error.details["reason"] : "";
  if (answer === undefined) return unanswered(error, reason, call);
  return answer.status >= 200 && answer.status < 300 ? (isTokenRefusal(error) ? refused(error, call) : unreadable(error, reason, call)) : refused(error, call);
}

/** Whether a failed call certainly never reached the bank's application. */
export function neverArrived(error: unknown): boolean {
  const code = codeBelow(error);
  return (
    notSent.has(code) ||
    untrusted.has(code) ||
    refusedHandshake.test(code) ||
    (isOplError(error) && ["ERR_ASPSP_ORIGIN_REFUSED", "ERR_ASPSP_NOT_REGISTERED"].includes(error.code))
  );
}

const notSent: ReadonlySet<string> = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
  "EOPLPRIVATE",
  "EPROTO",
]);
const untrusted: ReadonlySet<string> = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_UNTRUSTED",
]);
/** Failures of the handshake; other ones of TLS may also come in the middle of an answer. */
const refusedHandshake =
  /^(?:CERT_|HOSTNAME_MISMATCH|ERR_TLS_CERT_|ERR_SSL_(?:\w*ALERT\w*|WRONG_VERSION\w*|PACKET_LENGTH\w*|HTTP_REQUEST|CA_MD_TOO_WEAK|EE_KEY_TOO_SMALL|UNSUPPORTED_PROTOCOL)$)/;

function isTlsFailure(code: string): boolean {
  return untrusted.has(code) || /^(?:ERR_TLS_|ERR_SSL_|CERT_|HOSTNAME_MISMATCH)/.test(code);
}

function unanswered(error: OplError, reason: string, { place, timeoutMs, now }: FailedCall) {
  const { host, hostname } = new URL(place.url);
  const at = `${host} (${place.setting})`;
  const code = codeBelow(error);
  const say = (message: string) =>
    errors.ERR_OPL_UNREACHABLE({ message, cause: error, details: { reason: code === "" ? reason : code, setting: place.setting } });
  const answered = (message: string) => errors.ERR_OPL_ANSWER({ message, cause: error, details: { reason, setting: place.setting } });
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return say(`The host name ${hostname} (${place.setting}) is not known to DNS; check its spelling and that this machine can resolve names.`);
  if (code === "ECONNREFUSED") return say(`Nothing listens at ${at}; check the address, or start the sandbox bank with npm run sandbox.`);
  if (code === "EOPLPRIVATE")
    return say(
      `The host name ${hostname} (${place.setting}) resolves to a private address, which no bank has; check DNS, or use localhost for a sandbox on this machine.`,
    );
  if (untrusted.has(code))
    return say(
      `The certificate of ${at} comes from an authority this machine does not trust; for a sandbox name its ca.pem in OP_CA_BUNDLE_PATH, otherwise do not go on.`,
    );
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return say(
      `The certificate of ${at} is ${code === "CERT_HAS_EXPIRED" ? "expired" : "not valid yet"} at ${now.round("second").toString()}, the time of this machine; set the clock if that is wrong, else tell the bank.`,
    );
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID" || code === "HOSTNAME_MISMATCH")
    return say(`The server at ${at} shows a certificate for another host name; check the address.`);
  if (code === "ERR_SSL_CA_MD_TOO_WEAK" || code === "ERR_SSL_EE_KEY_TOO_SMALL") {
    return errors.ERR_OPL_CERTIFICATE({ message: `Your QWAC or its chain is signed with SHA-1, which TLS refuses; ${sha1Remedy}.`, cause: error });
  }
  if (/ALERT|HANDSHAKE_FAILURE/.test(code))
    return say(`The server at ${at} refused our QWAC in the TLS handshake (${code}); use a certificate this bank trusts.`);
  if (/^ERR_SSL_(?:WRONG_VERSION|PACKET_LENGTH|HTTP_REQUEST)|^EPROTO$/.test(code))
    return say(`What listens at ${at} does not speak TLS; check port and address.`);
  if (isTlsFailure(code) || reason === "tls") return say(`No secure connection to ${at} came about (${code}); check the address.`);
  if (reason === "timeout") return say(`${at} did not answer ${place.doing} within ${timeoutMs / 1000} s; try again later, or allow more with --timeout.`);
  if (reason === "too-large" || reason === "headers-too-large")
    return answered(`${at} answered ${place.doing} with far more data than such an answer has; check that the address is the bank's.`);
  if (reason === "redirect") return answered(`${at} sent ${place.doing} elsewhere, which is never followed; set the final address.`);
  if (["truncated", "http", "content-encoding", "another-request"].includes(reason))
    return answered(`${at} sent a broken answer to ${place.doing} (${reason}); try again, and tell the bank if it stays.`);
  return say(`The connection to ${at} broke during ${place.doing}${code === "" ? "" : ` (${code})`}; check the network and try again.`);
}

function unreadable(error: OplError, reason: string, { place, exchange }: FailedCall) {
  const { host } = new URL(place.url);
  const pointer = error.details?.["pointer"];
  const what =
    reason === "content-type"
      ? `with ${kindOf(exchange)} instead of JSON; check that the address is the bank's interface, or wait until its maintenance is over`
      : reason === "schema"
        ? `without what belongs at ${typeof pointer === "string" && pointer !== "" ? pointer : "the top"}; tell the bank`
        : `with JSON that cannot be relied on (${reason === "" ? error.code : reason}); tell the bank`;
  return errors.ERR_OPL_ANSWER({
    message: `${host} (${place.setting}) answered ${place.doing} ${what}.`,
    cause: error,
    details: { reason, setting: place.setting },
  });
}

function kindOf(exchange: Exchange | undefined): string {
  const type = exchange?.answer?.headers["content-type"]?.split(";")[0]?.trim() ?? "";
  return type === "text/html" ? "an HTML page" : type === "" ? "a body of no stated type" : type.replaceAll(/[^\w/+.-]/g, "_");
}

function isTokenRefusal(error: OplError): boolean {
  return error.code === "ERR_ASPSP_TOKEN_INVALID";
}

function refused(error: OplError, { place, exchange, now }: FailedCall) {
  const answer = exchange?.answer;
  const status = answer?.status ?? 0;
  const words = readRefusalWords(answer?.body ?? Buffer.alloc(0));
  const remedy = remedyFor(status, words, place);
  const skew = remedy === undefined ? clockSkewTooGreat(exchange, now) : undefined;
  const said = words?.message ?? words?.code;
  const quoted =
    said === undefined
      ? `status ${status} and ${kindOf(exchange)}`
      : `${status}: ${said}${words?.code === undefined || words.code === said ? "" : ` (${words.code})`}`;
  const details = {
    status,
    setting: place.setting,
    ...(words?.code === undefined ? {} : { aspspCode: words.code }),
    ...(words?.errorId === undefined ? {} : { aspspErrorId: words.errorId }),
  };
  const where = words?.path === undefined ? "" : ` about ${words.path}`;
  const refusal = `The bank refused ${place.doing} with ${quoted}${where}`;
  if (skew === undefined) return errors.ERR_OPL_REFUSED({ message: `${refusal}; ${remedy ?? remedyElse(words)}.`, cause: error, details });
  const message = `${refusal}; set the clock of this machine, which is ${skewText(skew)} the bank's, and go on with --resume.`;
  return errors.ERR_OPL_CLOCK({ message, cause: error, details: { ...details, skewSeconds: skew } });
}

const claimSettings: Readonly<Record<string, SettingName>> = {
  software_roles: "OP_ROLES",
  redirect_uris: "OP_REDIRECT_URIS",
  software_redirect_uris: "OP_SOFTWARE_REDIRECT_URIS",
  software_client_id: "OP_SOFTWARE_CLIENT_ID",
  software_client_name: "OP_SOFTWARE_CLIENT_NAME",
  software_client_uri: "OP_SOFTWARE_CLIENT_URI",
  software_jwks_endpoint: "OP_PUBLIC_JWKS_URL",
  org_contacts: "OP_ORG_CONTACTS",
  org_name: "OP_ORG_NAME",
  grant_types: "OP_GRANT_TYPES",
  aud: "OP_REGISTRATION_AUD",
  c: "OP_COUNTRY",
  cn: "OP_TPP_NAME",
  roles: "OP_ROLES",
};

/** What helps where the bank says what it minds; a clock that is off explains only what it does not. */
function remedyFor(status: number, words: ReturnType<typeof readRefusalWords>, { setting }: CallPlace): string | undefined {
  const named = claimSettings[words?.path?.split(".").at(-1) ?? ""];
  if (named !== undefined) return `correct ${named} and go on with --resume`;
  if (/ApiKey|APIKey/i.test(words?.code ?? "") || /api.?key/i.test(words?.message ?? ""))
    return "check OP_API_KEY in the developer portal and go on with --resume";
  if (status === 429) return "wait a while and go on with --resume";
  if (status >= 500) return "the bank has a problem: go on with --resume later";
  if (status === 404 || status === 405) return `check the address in ${setting}`;
  return undefined;
}

function remedyElse(words: ReturnType<typeof readRefusalWords>): string {
  if (words?.errorId !== undefined) return `if that does not say enough, quote error ${words.errorId} to the bank's support`;
  return "correct that and go on with --resume";
}

/** Seconds that this machine is ahead of the answer's `date`; nothing where there is none. */
function clockSkewSeconds(date: string | undefined, now: Temporal.Instant): number | undefined {
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(theirs) ? undefined : Math.round((now.epochMilliseconds - theirs) / 1000);
}

function clockSkewTooGreat(exchange: Exchange | undefined, now: Temporal.Instant): number | undefined {
  const skew = clockSkewSeconds(exchange?.answer?.headers["date"], now);
  return skew === undefined || Math.abs(skew) <= clockToleranceSeconds ? undefined : skew;
}

/** @throws ERR_OPL_CLOCK when statements dated by this machine would be refused */
export function checkClock(exchange: Exchange | undefined, now: Temporal.Instant): void {
  const skew = clockSkewTooGreat(exchange, now);
  if (skew === undefined) return;
  throw errors.ERR_OPL_CLOCK({
    message: `The clock of this machine is ${skewText(skew)} the bank's, so what it dates would be refused; set the clock and go on with --resume.`,
    details: { skewSeconds: skew },
  });
}

function skewText(skew: number): string {
  const seconds = Math.abs(skew);
  return `${seconds < 600 ? `${seconds} s` : seconds < 36_000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`} ${skew > 0 ? "ahead of" : "behind"}`;
}

/** What helps against SHA-1, wherever it is noticed. */
export const sha1Remedy = "have it issued anew with SHA-256, or set OP_TLS_ALLOW_LEGACY_SHA1_CLIENT_CERT to true for an old sandbox";

/** The code that says most, found among the causes. */
function codeBelow(error: unknown): string {
  for (
    let each: unknown = error;
    typeof each === "object" && each !== null;
    each = "errors" in each && Array.isArray(each.errors) ? each.errors[0] : (each as { cause?: unknown }).cause
  ) {
    const { code } = each as { code?: unknown };
    if (typeof code === "string" && !code.startsWith("ERR_ASPSP_") && !code.startsWith("ERR_OPL_")) return code;
  }
  return "";
}
