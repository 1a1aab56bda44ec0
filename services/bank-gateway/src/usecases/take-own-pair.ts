import type { TppRole } from "@opl/contracts/model";
import { certifiedJwk, judgeCertificate, keyIdRules, toleratedInSandbox } from "@opl/eidas";
import type { EidasCertificate } from "@opl/eidas";
import { fitsAlgorithm } from "@opl/fapi";
import type { Jwk, JwsAlgorithm } from "@opl/fapi";
import type { AspspProfile } from "../adapters/bank-adapter.ts";
import { listOwnCertificates } from "../db/own-certificate-store.ts";
import type { OwnCertificateRow } from "../db/own-certificate-store.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { certifiedRoles, openOwnKey } from "./own-certificate.ts";
import { enrol, requestCertificate } from "./request-certificate.ts";

type Context = Pick<GatewayContext, "db" | "clock" | "newId" | "vault" | "own">;

interface Usable {
  readonly row: OwnCertificateRow & { readonly chainPem: readonly string[] };
  readonly certificate: EidasCertificate;
}

/** With a provider connected, a certificate that ends within this time is not built upon: another one is requested. */
const freshDays = 30;

/**
 * The newest QWAC and QSealC of ours that this bank may be shown, as private JWKs with their chains. What is missing is requested where
 * a provider is connected and we know whom to name. @throws ERR_OWN_CERTIFICATE_MISSING
 */
export async function takeOwnPair(ctx: Context, profile: AspspProfile, roles: readonly TppRole[]): Promise<readonly Jwk[]> {
  const pair = choosePair(await usable(ctx, profile, roles), profile);
  if (pair !== undefined) return asJwks(ctx, pair, profile);
  await requestMissing(ctx, profile, roles);
  const issued = choosePair(await usable(ctx, profile, roles), profile);
  if (issued === undefined) throw errors.ERR_OWN_CERTIFICATE_MISSING();
  return asJwks(ctx, issued, profile);
}

async function usable(ctx: Context, { environment }: AspspProfile, roles: readonly TppRole[]): Promise<Usable[]> {
  const now = ctx.clock.now();
  const tolerated = environment === "sandbox" ? toleratedInSandbox : [];
  return (await listOwnCertificates(ctx.db)).flatMap((row) => {
    if (row.chainPem === null || row.retiredAt !== null) return [];
    const { certificate, problems } = judgeCertificate(row.chainPem, {
      now,
      purpose: row.purpose,
      roles: row.purpose === "qwac" ? roles.map((role) => certifiedRoles[role]) : [],
      tolerated,
    });
    if (certificate === undefined || problems.some(({ severity }) => severity === "error")) return [];
    const isFresh = Temporal.Instant.compare(certificate.notAfter, now.add({ hours: 24 * freshDays })) > 0;
    return isFresh || !canRequest(ctx) ? [{ row: { ...row, chainPem: row.chainPem }, certificate }] : [];
  });
}

/** Both of one organisation. */
function choosePair(ready: readonly Usable[], { signingAlgorithms }: AspspProfile): [Usable, Usable] | undefined {
  const seals = ready.filter(({ row }) => row.purpose === "qsealc" && algorithmOf(row.keyType, signingAlgorithms) !== undefined);
  for (const qwac of ready.filter(({ row }) => row.purpose === "qwac")) {
    const seal = seals.find(({ certificate }) => certificate.organizationIdentifier === qwac.certificate.organizationIdentifier);
    if (seal !== undefined) return [qwac, seal];
  }
  return undefined;
}

function algorithmOf(keyType: "rsa" | "ec", algorithms: readonly JwsAlgorithm[]): JwsAlgorithm | undefined {
  const shape = (keyType === "rsa" ? { kty: "RSA" } : { kty: "EC", crv: "P-256" }) as Jwk;
  return algorithms.find((algorithm) => fitsAlgorithm(shape, algorithm));
}

function canRequest({ own }: Pick<Context, "own">): boolean {
  return own.enrolment !== undefined && own.subject !== undefined;
}

/** Requests that wait are sent again; only where none does, another one is made. */
async function requestMissing(ctx: Context, profile: AspspProfile, roles: readonly TppRole[]): Promise<void> {
  const { subject } = ctx.own;
  if (ctx.own.enrolment === undefined || subject === undefined) return;
  const ready = await usable(ctx, profile, roles);
  const waiting = (await listOwnCertificates(ctx.db)).filter((row) => row.chainPem === null && row.retiredAt === null);
  const sealKey = algorithmOf("rsa", profile.signingAlgorithms) === undefined ? "ec" : "rsa";
  for (const { purpose, keyType } of [
    { purpose: "qwac", keyType: "rsa" },
    { purpose: "qsealc", keyType: sealKey },
  ] as const) {
    if (ready.some(({ row }) => row.purpose === purpose && (purpose === "qwac" || algorithmOf(row.keyType, profile.signingAlgorithms) !== undefined))) continue;
    const awaited = waiting.find((row) => row.purpose === purpose && row.keyType === keyType);
    if (awaited === undefined) await requestCertificate(ctx, { purpose, keyType, subject });
    else await enrol(ctx, awaited);
  }
}

async function asJwks({ vault }: Context, pair: readonly Usable[], { keyIds = "jwk-thumbprint", signingAlgorithms }: AspspProfile): Promise<readonly Jwk[]> {
  return Promise.all(
    pair.map(async ({ row, certificate }) => {
      const key = await openOwnKey(vault, row);
      const kid = keyIdRules[keyIds](certificate, row.purpose);
      const alg = algorithmOf(row.keyType, signingAlgorithms) ?? (row.keyType === "rsa" ? "RS256" : "ES256");
      return { ...key.export({ format: "jwk" }), ...certifiedJwk({ chainPem: row.chainPem, kid, use: "sig", alg, key }) } as unknown as Jwk;
    }),
  );
}
