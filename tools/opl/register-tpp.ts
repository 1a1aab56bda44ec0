import { isOplError } from "@opl/errors";
import {
  translateGeneratedTpp,
  translateRegisteredClient,
  opGeneratedTpp,
  opRegisteredClient,
} from "../../services/bank-gateway/src/standards/op/registration.ts";
import type { OpRegisteredClient } from "../../services/bank-gateway/src/standards/op/registration.ts";
import type { IssuedCertificates } from "../../services/bank-gateway/src/registration-schemes/scheme.ts";
import { signWith } from "../../services/bank-gateway/src/banks/bank.ts";
import { clientIdentity, readTppKeys } from "../../services/bank-gateway/src/banks/keys.ts";
import type { TppKey } from "../../services/bank-gateway/src/banks/keys.ts";
import { createBankCalls } from "../../services/bank-gateway/src/egress/bank-calls.ts";
import type { BankAnswer } from "../../services/bank-gateway/src/egress/bank-request.ts";
import { createTokenEndpoint } from "../../services/bank-gateway/src/oauth/token-endpoint.ts";
import { openBankLine } from "./bank/bank-line.ts";
import type { BankLine, LineOptions } from "./bank/bank-line.ts";
import { checkClock, explainFailure, neverArrived } from "./bank/explain-failure.ts";
import type { CallPlace } from "./bank/explain-failure.ts";
import { opBank } from "./bank/op-bank.ts";
import { checkKeys } from "./certificates/check-keys.ts";
import type { CheckedKeys } from "./certificates/check-keys.ts";
import { readOwnCertificates } from "./certificates/own-certificates.ts";
import { errors } from "./errors.ts";
import type { RunFolder } from "./folder/run-folder.ts";
import { filesOf, keptFiles } from "./folder/written-files.ts";
import type { Masker, Report, Step } from "./report/reporter.ts";
import { softwareFacts } from "./software-facts.ts";
import type { Settings } from "./settings/read-settings.ts";

export interface RegistrationRun {
  readonly settings: Settings;
  readonly folder: RunFolder;
  readonly report: Report;
  readonly masker: Masker;
  readonly trustedRootsPem: string | undefined;
  readonly timeoutMs: number;
  /** Sends although the outcome of an earlier sending is unknown. */
  readonly registerAgain: boolean;
  readonly now: () => Temporal.Instant;
  readonly monotonicMs: () => number;
  readonly newId: () => string;
}

interface Tpp {
  readonly keys: readonly TppKey[];
  readonly tppId: string | undefined;
  readonly publicJwksUrl: string;
}

const knownScopes = ["accounts", "payments", "fundsconfirmations"] as const;
const scopeOfRole = { AIS: "accounts", PIS: "payments", CBPII: "fundsconfirmations" } as const;

/**
 * Registers the TPP: certificates, statement, request, registration, a token for each granted scope. Whatever an earlier run in the same
 * folder has finished is kept; the registration is sent once, or again only when `registerAgain` says so.
 * @throws the errors of this command, see errors.ts
 */
export async function registerTpp(run: RegistrationRun): Promise<void> {
  const { settings, folder, report } = run;
  const began = run.monotonicMs();
  const adapter = opBank(settings);
  begin(run);
  const tpp = await step(run, "certificates", () => certificates(run));
  const checked = await step(run, "keys", async () => keys(run, tpp));
  const client = await registered(run, tpp, checked);
  run.masker.hide(client.clientSecret);
  run.masker.hide(client.apiKey);
  const scopes = grantedScopes(settings, client);
  await step(run, "validation", () => validate(run, adapter, checked, client, scopes));
  await step(run, "files", async () => {
    for (const [name, text] of filesOf({ settings, tppId: checked.tppId, publicJwksUrl: tpp.publicJwksUrl, keys: checked, client, folder, scopes }))
      folder.save(name, text);
    folder.saveState({ finishedAt: run.now().toString() });
    return { result: undefined, detail: "registration.json, curl.conf" };
  });
  report({
    event: "registered",
    clientId: client.client.clientId,
    tppId: checked.tppId,
    scopes,
    qwacEnds: checked.qwac.certificate.notAfter.toString(),
    out: folder.path,
    files: keptFiles(folder),
    ms: Math.round(run.monotonicMs() - began),
  });
}

interface StepResult<T> {
  readonly result: T;
  readonly detail: string;
  readonly kept?: boolean;
}

async function step<T>({ report, monotonicMs }: RegistrationRun, name: Step, work: () => Promise<StepResult<T>>): Promise<T> {
  const started = monotonicMs();
  report({ event: "step", step: name, status: "started" });
  const { result, detail, kept } = await work();
  report({ event: "step", step: name, status: kept === true ? "kept" : "done", ms: Math.round(monotonicMs() - started), detail });
  return result;
}

function begin({ settings, folder, now, newId }: RegistrationRun): void {
  const { state } = folder;
  const wanted = {
    environment: settings.OP_ENVIRONMENT,
    source: settings.ownCertificates ? ("own" as const) : ("generator" as const),
    country: settings.ownCertificates ? null : (settings.OP_COUNTRY ?? null),
    tppName: settings.ownCertificates ? null : (settings.OP_TPP_NAME ?? null),
  };
  const names = { environment: "OP_ENVIRONMENT", source: "the kind of certificates", country: "OP_COUNTRY", tppName: "OP_TPP_NAME" } as const;
  const changed = (Object.keys(names) as (keyof typeof names)[]).filter((name) => state.certifiedFor !== null && state.certifiedFor[name] !== wanted[name]);
  if (changed.length > 0) {
    throw errors.ERR_OPL_SETTINGS({
      message: `${changed.map((name) => names[name]).join(" and ")} changed since the run in ${folder.path} began, and its certificates cannot follow; restore it, or name a new folder in --out.`,
    });
  }
  folder.saveState({
    startedAt: state.startedAt ?? now().toString(),
    certifiedFor: wanted,
    softwareClientId: settings.OP_SOFTWARE_CLIENT_ID ?? state.softwareClientId ?? newId(),
  });
  // The folder may lie in somebody's repository; its keys must not get into a commit.
  folder.save(".gitignore", "*\n");
}

async function certificates(run: RegistrationRun): Promise<StepResult<Tpp>> {
  const { settings, folder } = run;
  if (settings.ownCertificates) {
    const keys = readOwnCertificates(settings);
    return { result: { keys, tppId: undefined, publicJwksUrl: settings.OP_PUBLIC_JWKS_URL ?? "" }, detail: "your own" };
  }
  const stored = folder.read("certificates.json");
  const issued = stored === undefined ? await issue(run) : translateGeneratedTpp(opGeneratedTpp.parse(JSON.parse(stored)));
  return { result: { ...issued, keys: readKeys(issued) }, detail: `for ${issued.tppId ?? settings.OP_TPP_NAME}`, kept: stored !== undefined };
}

async function issue(run: RegistrationRun): Promise<IssuedCertificates> {
  const { settings, folder, now } = run;
  const adapter = opBank(settings);
  const place = { doing: "the call of the certificate generator", setting: "OP_CERT_GENERATION_URL", url: settings.OP_CERT_GENERATION_URL ?? "" } as const;
  await using line = lineOf(run);
  const issued = await explained(run, place, line, () =>
    adapter.registration.issueCertificates(createBankCalls({ adapter, egress: line.egress, apiKey: settings.OP_API_KEY, identified: false }), {
      country: settings.OP_COUNTRY ?? "",
      commonName: settings.OP_TPP_NAME ?? "",
      roles: settings.OP_ROLES,
    }),
  );
  // Shown once only: kept before anything else is done with it.
  folder.save(
    "certificates.json",
    `${JSON.stringify({ tppId: issued.tppId, publicJwksUrl: issued.publicJwksUrl, privateJwks: { keys: issued.privateKeys } }, null, 2)}\n`,
  );
  checkClock(line.last(), now());
  return issued;
}

function readKeys({ privateKeys }: IssuedCertificates): TppKey[] {
  try {
    return readTppKeys(privateKeys);
  } catch (cause) {
    if (!isOplError(cause)) throw cause;
    const reason = cause.details?.["reason"];
    const what = reason === "key-mismatch" ? "a key together with the certificate of another key" : "a key or certificate that cannot be read";
    throw errors.ERR_OPL_CERTIFICATE({
      message: `The certificate generator gave ${what} (certificates.json); start anew with another --out folder, and tell the bank if it stays.`,
      cause,
    });
  }
}

function keys({ settings, folder, report, now }: RegistrationRun, { keys, tppId }: Tpp): StepResult<CheckedKeys> {
  const checked = checkKeys(keys, tppId, settings, now());
  for (const message of checked.warnings) report({ event: "warning", message });
  // Keys of one's own stay where they are.
  if (!settings.ownCertificates) {
    for (const [name, key] of [
      ["qwac", checked.qwac],
      ["qsealc", checked.seal],
    ] as const) {
      folder.save(`${name}.pem`, key.chainPem.join(""));
      folder.save(`${name}.key.pem`, clientIdentity(key).privateKeyPem);
    }
  }
  return { result: checked, detail: `QWAC ${checked.qwac.kid}, QSealC ${checked.seal.kid} (${checked.algorithm}), checked against their certificates` };
}

/** The client the bank knows us as: kept from an earlier run, or registered now. */
async function registered(run: RegistrationRun, tpp: Tpp, checked: CheckedKeys): Promise<OpRegisteredClient> {
  const { settings, folder } = run;
  const stored = folder.read("client.json");
  if (stored !== undefined) {
    if (folder.state.sending !== null) folder.saveState({ sending: null });
    return step(run, "submission", async () => ({ result: readClient(stored, folder), detail: "registered by the run before", kept: true }));
  }
  if (folder.state.sending !== null && !run.registerAgain) throw outcomeUnknown(folder, checked.tppId);
  const adapter = opBank(settings);
  const sign = signWith(tpp.keys, adapter, { now: run.now });
  const statement = await step(run, "software-statement", async () => {
    const { claims } = adapter.registration.softwareStatement(
      softwareFacts(settings, {
        tppId: checked.tppId,
        organizationIdentifier: checked.organizationIdentifier,
        publicJwksUrl: tpp.publicJwksUrl,
        softwareClientId: folder.state.softwareClientId ?? "",
      }),
      { now: run.now(), jti: run.newId() },
    );
    const { jws, algorithm } = await sign(claims);
    folder.save("software-statement.jwt", jws);
    return { result: jws, detail: `signed with ${algorithm}` };
  });
  const jti = run.newId();
  const request = await step(run, "registration-request", async () => {
    const { claims } = adapter.registration.registrationRequest(
      { softwareStatement: statement, redirectUris: settings.OP_REDIRECT_URIS },
      { now: run.now(), jti },
    );
    const { jws, algorithm } = await sign(claims);
    folder.save("registration-request.jwt", jws);
    return { result: jws, detail: `signed with ${algorithm}` };
  });
  return step(run, "submission", async () => {
    const client = await submit(run, checked, { request, jti });
    return { result: client, detail: `client ${client.client.clientId}` };
  });
}

async function submit(run: RegistrationRun, checked: CheckedKeys, { request, jti }: { request: string; jti: string }): Promise<OpRegisteredClient> {
  const { settings, folder } = run;
  const adapter = opBank(settings);
  const place = { doing: "the registration", setting: "OP_REGISTRATION_URL", url: settings.OP_REGISTRATION_URL } as const;
  await using line = lineOf(run, {
    identity: clientIdentity(checked.qwac),
    onAnswer: (_request, answer) => keepAnswer(folder, answer),
  });
  folder.saveState({ sending: { at: run.now().toString(), jti } });
  try {
    const client = await explained(run, place, line, () =>
      adapter.registration.submit(createBankCalls({ adapter, egress: line.egress, apiKey: settings.OP_API_KEY, identified: true }), request),
    );
    folder.saveState({ sending: null });
    return client;
  } catch (error) {
    const status = line.last()?.answer?.status;
    const saidNo = status !== undefined && status >= 400 && status < 500;
    if (saidNo || (status === undefined && isOplError(error) && (neverArrived(error) || error.details?.["reason"] === "redirect"))) {
      folder.saveState({ sending: null });
      throw error;
    }
    if (folder.read("client.json") !== undefined || !isOplError(error)) throw error;
    throw outcomeUnknown(folder, checked.tppId, error.message, error);
  }
}

/** An answer that says yes is on the disk before anybody reads it. */
function keepAnswer(folder: RunFolder, { status, body }: BankAnswer): void {
  if (status < 200 || status > 299) return;
  const text = body.toString("utf8");
  folder.save(holdsClient(text) ? "client.json" : "registration-answer.txt", text);
}

function holdsClient(text: string): boolean {
  try {
    const { client_id, client_secret } = JSON.parse(text) as Record<string, unknown>;
    return typeof client_id === "string" && typeof client_secret === "string";
  } catch {
    return false;
  }
}

function readClient(text: string, folder: RunFolder): OpRegisteredClient {
  const parsed = opRegisteredClient.safeParse(JSON.parse(text));
  if (parsed.success) return translateRegisteredClient(parsed.data);
  const place = parsed.error.issues[0]?.path.join(".") ?? "";
  throw errors.ERR_OPL_ANSWER({
    message: `The bank registered the TPP, but ${folder.path}/client.json, its answer, is not as expected at ${place}; correct that member by hand and go on with --resume.`,
  });
}

function outcomeUnknown(folder: RunFolder, tppId: string, why = "", cause?: unknown) {
  const { sending } = folder.state;
  return errors.ERR_OPL_OUTCOME_UNKNOWN({
    message: `${why === "" ? "" : `${why} `}The registration of ${tppId} was sent at ${sending?.at ?? "an earlier time"} and no usable answer was kept, so the bank may hold a registration whose secret nobody has; OP has no call to look it up or take it back, so ask OP's support about jti ${sending?.jti}, or accept a second registration with --resume --register-again.`,
    details: { sentAt: sending?.at ?? null, jti: sending?.jti ?? null },
    ...(cause === undefined ? {} : { cause }),
  });
}

function grantedScopes({ OP_ROLES }: Settings, { client }: OpRegisteredClient): string[] {
  const named = (client.scope ?? "").split(" ").filter((scope) => (knownScopes as readonly string[]).includes(scope));
  return named.length > 0 ? named : OP_ROLES.map((role) => scopeOfRole[role]);
}

async function validate(
  run: RegistrationRun,
  adapter: ReturnType<typeof opBank>,
  { qwac }: CheckedKeys,
  { client, clientSecret, apiKey }: OpRegisteredClient,
  scopes: readonly string[],
): Promise<StepResult<undefined>> {
  const { settings, folder, report, now } = run;
  const missing = settings.OP_ROLES.map((role) => scopeOfRole[role]).filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) report({ event: "warning", message: `The bank did not grant ${missing.join(", ")}, although OP_ROLES asks for it.` });
  await using line = lineOf(run, { identity: clientIdentity(qwac) });
  const tokens = createTokenEndpoint({
    oauth: adapter.oauth,
    clientId: client.clientId,
    proof: { method: "client_secret_post", clientSecret },
    apiKey: apiKey ?? settings.OP_API_KEY,
    egress: line.egress,
  });
  for (const scope of scopes) {
    if (folder.state.validated.some((each) => each.scope === scope)) continue;
    const place = { doing: `the token call for ${scope}`, setting: "OP_TOKEN_URL", url: settings.OP_TOKEN_URL } as const;
    const granted = await explained(run, place, line, () => tokens.clientCredentials(scope));
    run.masker.hide(granted.accessToken);
    folder.saveState({ validated: [...folder.state.validated, { scope, at: now().toString() }] });
  }
  return { result: undefined, detail: `a token for ${scopes.join(", ")}` };
}

function lineOf({ settings, trustedRootsPem, timeoutMs, now, newId }: RegistrationRun, more: Pick<LineOptions, "identity" | "onAnswer"> = {}): BankLine {
  return openBankLine({ settings, trustedRootsPem, timeoutMs, now, newId, ...more });
}

async function explained<T>({ timeoutMs, now }: RegistrationRun, place: CallPlace, line: BankLine, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainFailure(error, { place, exchange: line.last(), timeoutMs, now: now() });
  }
}
