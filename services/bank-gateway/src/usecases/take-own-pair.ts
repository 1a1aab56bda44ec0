import type { TppRole } from "@opl/contracts/model";
import { certifiedJwk, judgeCertificate, keyIdRules, toleratedInSandbox } from "@opl/eidas";
import type { EidasCertificate } from "@opl/eidas";
import { fitsAlgorithm } from "@opl/fapi";
import type { Jwk, JwsAlgorithm } from "@opl/fapi";
import type { AspspProfile } from "../adapters/bank-adapter.ts";
import { listOwnCertificates } from "../db/own-certificate-store.ts";
import type { OwnCertificateRow } from "../db/own-certificate-store.ts";
import { isFresh } from "../domain/own-certificate.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { certifiedKeyOf, certifiedRoles, openOwnKey, usualKeyId } from "./own-certificate.ts";
import { enrol, makeRequest, requestingAlone } from "./request-certificate.ts";

type Context = Pick<GatewayContext, "db" | "clock" | "newId" | "vault" | "own">;

interface Usable {
  readonly row: OwnCertificateRow & { readonly chainPem: readonly string[] };
  readonly certificate: EidasCertificate;
  /** The certified key, by which it is told what it can sign with. */
  readonly publicKey: Jwk;
}

/**
 * The newest QWAC and QSealC of ours that this bank may be shown, as private JWKs with their chains. What is missing is requested where
 * a provider is connected and we know whom to name. @throws ERR_OWN_CERTIFICATE_MISSING
 */
export async function takeOwnPair(ctx: Context, profile: AspspProfile, roles: readonly TppRole[]): Promise<readonly Jwk[]> {
  const pair = choosePair(await fresh(ctx, profile, roles), profile) ?? (await requestOnce(ctx, profile, roles));
  if (pair === undefined) throw errors.ERR_OWN_CERTIFICATE_MISSING();
  return asJwks(ctx, pair, profile);
}

/** Banks that need a pair at the same moment share one: whoever finds another at it comes again. @throws ERR_REGISTRATION_STEP_RUNNING */
async function requestOnce(ctx: Context, profile: AspspProfile, roles: readonly TppRole[]): Promise<[Usable, Usable] | undefined> {
  return requestingAlone(ctx, async () => {
    const ready = await fresh(ctx, profile, roles);
    return choosePair(ready, profile) ?? choosePair(await requestMissing(ctx, profile, roles, ready), profile);
  });
}

/** Where another one can be had, one that ends soon is not begun with. */
async function fresh(ctx: Context, profile: AspspProfile, roles: readonly TppRole[]): Promise<Usable[]> {
  const ready = await usable(ctx, profile, roles);
  return canRequest(ctx.own, roles) ? ready.filter(({ certificate }) => isFresh(certificate, ctx.clock.now())) : ready;
}

async function usable(ctx: Context, { environment }: AspspProfile, roles: readonly TppRole[]): Promise<Usable[]> {
  const now = ctx.clock.now();
  // Sandboxes take certificates of testing authorities.
  const strictness = environment === "sandbox" ? { tolerated: toleratedInSandbox } : { trustAnchors: ctx.own.trustAnchors };
  return (await listOwnCertificates(ctx.db)).flatMap((row) => {
    if (row.chainPem === null || row.retiredAt !== null) return [];
    const { certificate, problems } = judgeCertificate(row.chainPem, {
      now,
      purpose: row.purpose,
      roles: row.purpose === "qwac" ? roles.map((role) => certifiedRoles[role]) : [],
      ...strictness,
    });
    if (certificate === undefined || problems.some(({ severity }) => severity === "error")) return [];
    return [{ row: { ...row, chainPem: row.chainPem }, certificate, publicKey: certifiedKeyOf(row.chainPem) }];
  });
}

/** Both of one organisation. */
function choosePair(ready: readonly Usable[], { signingAlgorithms }: AspspProfile): [Usable, Usable] | undefined {
  const seals = ready.filter((one) => canSeal(one, signingAlgorithms));
  for (const qwac of ready.filter(({ row }) => row.purpose === "qwac")) {
    const seal = seals.find(({ certificate }) => certificate.organizationIdentifier === qwac.certificate.organizationIdentifier);
    if (seal !== undefined) return [qwac, seal];
  }
  return undefined;
}

/** The shape of an RSA key is all that counts when one is to be made. */
const rsaKey: Jwk = { kty: "RSA" };

function algorithmOf(key: Jwk, algorithms: readonly JwsAlgorithm[]): JwsAlgorithm | undefined {
  return algorithms.find((algorithm) => fitsAlgorithm(key, algorithm));
}

function canSeal({ row, publicKey }: Usable, algorithms: readonly JwsAlgorithm[]): boolean {
  return row.purpose === "qsealc" && algorithmOf(publicKey, algorithms) !== undefined;
}

/** A certificate without a role the registration needs would only be requested again and again. */
function canRequest({ enrolment, subject }: GatewayContext["own"], roles: readonly TppRole[]): boolean {
  return enrolment !== undefined && subject !== undefined && roles.every((role) => subject.roles.includes(role));
}

/** Requests that wait are sent again; only where none does, another one is made. @returns what can be used afterwards */
async function requestMissing(ctx: Context, profile: AspspProfile, roles: readonly TppRole[], ready: readonly Usable[]): Promise<Usable[]> {
  const { subject } = ctx.own;
  if (subject === undefined || !canRequest(ctx.own, roles)) return [];
  const waiting = (await listOwnCertificates(ctx.db)).filter((row) => row.chainPem === null && row.retiredAt === null);
  const sealKey = algorithmOf(rsaKey, profile.signingAlgorithms) === undefined ? "ec" : "rsa";
  for (const { purpose, keyType } of [
    { purpose: "qwac", keyType: "rsa" },
    { purpose: "qsealc", keyType: sealKey },
  ] as const) {
    if (ready.some((one) => (purpose === "qwac" ? one.row.purpose === "qwac" : canSeal(one, profile.signingAlgorithms)))) continue;
    const awaited = waiting.find((row) => row.purpose === purpose && row.keyType === keyType);
    if (awaited === undefined) await makeRequest(ctx, { purpose, keyType, subject });
    else await sendAgain(ctx, awaited);
  }
  return usable(ctx, profile, roles);
}

/** A refused one as well: a registration is begun, or tried again, by somebody who wants it. @throws ERR_TRUST_SERVICE_UNAVAILABLE before its time */
async function sendAgain(ctx: Context, awaited: OwnCertificateRow): Promise<void> {
  const waitSeconds = awaited.retryAt === null ? 0 : ctx.clock.now().until(awaited.retryAt).total("seconds");
  if (waitSeconds > 0)
    throw errors.ERR_TRUST_SERVICE_UNAVAILABLE({
      message: "The trust service provider has our request for a certificate and has not issued it yet; it is asked again in its time.",
      retryAfterSeconds: Math.ceil(waitSeconds),
    });
  await enrol(ctx, awaited);
}

async function asJwks({ vault }: Context, pair: readonly Usable[], { signingAlgorithms, keyId = usualKeyId }: AspspProfile): Promise<readonly Jwk[]> {
  return Promise.all(
    pair.map(async ({ row, certificate, publicKey }) => {
      const key = await openOwnKey(vault, row);
      // As `listPublicKeys` publishes them; a directory may give them other names.
      const kid = keyIdRules[keyId](certificate, row.purpose);
      const alg = algorithmOf(publicKey, signingAlgorithms) ?? (row.keyType === "rsa" ? "RS256" : "ES256");
      return { ...key.export({ format: "jwk" }), ...certifiedJwk({ chainPem: row.chainPem, kid, use: "sig", alg, key }) } as unknown as Jwk;
    }),
  );
}
