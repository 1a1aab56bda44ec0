import { randomBytes, type KeyObject } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { SandboxConfig } from "../config.ts";
import type { Authority } from "./authority.ts";
import type { KeyPool } from "./key-pool.ts";
import { newEcKey, privateJwk, type JsonWebKey } from "./keys.ts";
import { psd2QcStatements, qcStatementsOid, type TppRole } from "./psd2-statement.ts";
import { x509 } from "./x509.ts";

/** Organisational unit that tells a QWAC from a QSealC in this bank's test certificates. */
export const qwacUnit = "PSD2 Qualified Website Authentication";

export interface TppSubject {
  readonly tppId: string;
  readonly country: string;
  readonly commonName: string;
  readonly roles: readonly TppRole[];
}

/** A generated key as the bank returns it. */
export interface TppJwk extends JsonWebKey {
  readonly kid: string;
  readonly x5c: string[];
}

type KeyUse = "qwac" | "qeseal";
interface KeyPlan {
  readonly use: KeyUse;
  readonly type: "RSA" | "EC";
  readonly alg: "RS256" | "ES256" | "PS256";
}

/** The keys of one third party, in the order in which the generator has always answered them. */
const keyPlan: readonly KeyPlan[] = [
  { use: "qwac", type: "RSA", alg: "RS256" },
  { use: "qeseal", type: "EC", alg: "ES256" },
  { use: "qwac", type: "EC", alg: "ES256" },
  { use: "qeseal", type: "RSA", alg: "PS256" },
];

interface IssueDeps {
  readonly authority: Authority;
  readonly keyPool: KeyPool;
  readonly clock: Clock;
  readonly config: Pick<SandboxConfig, "SANDBOX_CERTIFICATE_DAYS" | "SANDBOX_CERT_LIFETIME_SECONDS">;
}

/** New keys with certificates. Like those of the real generator they begin five hours ago and last five years. */
export async function issueTppKeys(subject: TppSubject, deps: IssueDeps): Promise<TppJwk[]> {
  return Promise.all(keyPlan.map((plan) => issueKey(subject, plan, deps)));
}

async function issueKey(subject: TppSubject, plan: KeyPlan, deps: IssueDeps): Promise<TppJwk> {
  const key = plan.type === "RSA" ? await deps.keyPool.take() : await newEcKey();
  const now = deps.clock.now();
  const { x5c, serial } = await deps.authority.issue({
    subject: subjectName(subject, plan.use),
    key,
    notBefore: now.subtract({ hours: 5 }),
    notAfter: endOfLife(now, { config: deps.config, years: 5 }),
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.CertificatePolicyExtension(["0.4.0.194112.1.1"]),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.Extension(qcStatementsOid, false, psd2QcStatements(subject.roles)),
    ],
  });
  return { ...bareJwk(key), use: "sig", kid: `${plan.use}-${serial.toString("base64url")}`, alg: plan.alg, x5c: [...x5c] };
}

/** When a certificate issued now ends: as the settings say, else after so many years. */
export function endOfLife(now: Temporal.Instant, { config, years }: { config: IssueDeps["config"]; years: number }): Temporal.Instant {
  const { SANDBOX_CERT_LIFETIME_SECONDS: seconds, SANDBOX_CERTIFICATE_DAYS: days } = config;
  if (seconds > 0) return now.add({ seconds });
  return days === 0 ? now.toZonedDateTimeISO("UTC").add({ years }).toInstant() : now.add({ hours: 24 * days });
}

function subjectName({ country, commonName, tppId }: TppSubject, use: KeyUse): { [attribute: string]: string[] }[] {
  const seal = [{ C: [country] }, { CN: [commonName] }, { "2.5.4.97": [`PSD${tppId}`] }];
  const website = [{ L: ["Helsinki"] }, { "2.5.4.15": ["Private Organization"] }, { "2.5.4.5": ["YTUNNUS"] }, { OU: [qwacUnit] }];
  return use === "qwac" ? [...seal, ...website] : seal;
}

/** RSA keys leave without p, q, dp, dq and qi: the bank's generator never returned them. */
function bareJwk(key: KeyObject): JsonWebKey {
  const { kty, n, e, d, crv, x, y } = privateJwk(key);
  const parts = kty === "RSA" ? { kty, n, e, d } : { kty, crv, x, y, d };
  return parts as JsonWebKey;
}

/** The half of a generated key that everybody may see. */
export function publicPart(jwk: TppJwk): Omit<TppJwk, "d"> {
  const { d: _, ...rest } = jwk;
  return rest;
}

export function newTppId(): string {
  const hex = randomBytes(6).toString("hex");
  return `OP-SANDBOX-TPP-${hex.slice(0, 8)}-${hex.slice(8)}`;
}
