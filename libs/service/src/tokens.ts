import { readFileSync } from "node:fs";
import { isIPv4, isIPv6 } from "node:net";
import { isOplError } from "@opl/errors";
import { signCompactJws, verifyCompactJws } from "@opl/fapi";
import type { Jwk, Jwks } from "@opl/fapi";
import { z } from "zod";
import { newId, systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { errors } from "./errors.ts";
import { keep } from "./kept.ts";
import type { Kept } from "./kept.ts";
import { Secret } from "./secret.ts";

/** Proof that a person is present, signed by bff. `token` is the signed form, forwarded downstream as it is. */
export interface PsuContext {
  readonly psuId: string;
  readonly sessionId: string;
  readonly ipAddress: string;
  readonly userAgent?: string;
  readonly token: string;
}

export interface ServiceTokens {
  /** A token that proves to `audience` who we are: EdDSA, at most a minute, made anew every half minute. */
  issue(audience: string): Promise<string>;
  /** @returns the calling service, and who in it where its key is one person's; @throws ERR_SERVICE_TOKEN_REFUSED */
  verify(token: string, audience: string): Promise<{ readonly issuer: string; readonly subject?: string }>;
  /** Only bff knows who is present. Valid for five minutes. */
  signPsuContext(context: Omit<PsuContext, "token">): Promise<PsuContext>;
  /** @throws ERR_PSU_CONTEXT_REFUSED */
  verifyPsuContext(token: string): Promise<PsuContext>;
}

export interface ServiceTokensOptions {
  readonly service: string;
  /** Private Ed25519 JWK: as object, as secret JSON text (`OPL_SERVICE_KEY_FILE`), or the path of its file. */
  readonly privateJwk?: Jwk | Secret;
  readonly privateKeyFile?: string;
  /** Public keys of all services; kid = service name, or `<service>:<anything>` while keys are rotated. */
  readonly jwks: Jwks | { readonly keys: readonly object[] };
  /** The person who holds the key, said in each token as `sub`; believed only of the key `<service>:<person>`. */
  readonly subject?: string;
  readonly clock?: Clock;
}

const serviceType = "opl-service+jwt";
const psuType = "opl-psu+jwt";
/** Who may say that a person is present. */
const psuIssuer = "bff";
const lifetimeSeconds = 60;
const reuseSeconds = 30;
const psuLifetimeSeconds = 300;
/** A person who asks again within this time is vouched for by the same token; services behind then know it already. */
const psuReuseSeconds = 60;
/** Tokens remembered at the most, of each kind. */
const remembered = 5_000;
/** Clocks of two machines may differ by so much. */
const skewSeconds = 5;

const registered = { iss: z.string(), iat: z.int(), exp: z.int() };
const serviceClaims = z.object({ ...registered, aud: z.string(), jti: z.string(), sub: z.string().min(1).max(100).optional() });
type ServiceClaims = z.output<typeof serviceClaims>;
const psuClaims = z.object({
  ...registered,
  sub: z.uuid(),
  sid: z.string().min(1).max(200),
  ip: z.string().refine((text) => isIPv4(text) || isIPv6(text)),
  ua: z.string().max(1000).optional(),
});
type PsuClaims = z.output<typeof psuClaims>;

export function createServiceTokens(options: ServiceTokensOptions): ServiceTokens {
  const { service, subject, clock = systemClock } = options;
  const jwks = options.jwks;
  const key = readPrivateKey(options);
  const now = (): number => Math.floor(clock.now().epochMilliseconds / 1000);
  const issued = new Map<string, { readonly token: Promise<string>; readonly since: number }>();
  /** A clock that was set back makes what it signed before a thing of the future, which nobody accepts. */
  const isFresh = (since: number, seconds: number): boolean => since <= now() && now() < since + seconds;

  /** `since`: one look at the clock. With two, a second may begin between them, and the token would be valid for a second too long. */
  const sign = (claims: object, { typ, since, seconds }: { typ: string; since: number; seconds: number }): Promise<string> =>
    signCompactJws({ iss: service, ...claims, iat: since, exp: since + seconds }, { key, alg: "EdDSA", kid: key.kid ?? service, typ });

  const held = { service: keep<Promise<ServiceClaims>>(remembered), psu: keep<Promise<PsuClaims>>(remembered) };
  const signed = keep<{ readonly context: Promise<PsuContext>; readonly since: number }>(remembered);

  /** The same token carries the same signature, so that is checked once; whether it still holds is asked each time. */
  async function verified<T extends { exp: number; iat: number }>(token: string, kept: Kept<Promise<T>>, read: () => Promise<T>): Promise<T> {
    let claims = kept.get(token);
    if (claims === undefined) {
      claims = read();
      kept.set(token, claims);
      claims.catch(() => kept.delete(token));
    }
    const { exp, iat } = await claims;
    if (exp <= now() - skewSeconds) throw new Error("expired");
    if (iat > now() + skewSeconds) throw new Error("issued in the future");
    return claims;
  }

  /** Signature, type and span; the issuer must be the owner of the key. */
  async function check<T extends z.ZodType<{ iss: string; iat: number; exp: number; sub?: string | undefined }>>(
    token: string,
    typ: string,
    claims: T,
    longestSeconds: number,
  ): Promise<z.output<T>> {
    const { header, payload } = await verifyCompactJws(token, { jwks, algorithms: ["EdDSA"], typ, maxBytes: 4096 });
    const read = claims.parse(payload);
    const [owner, person] = header.kid?.split(":") ?? [];
    if (owner !== read.iss) throw new Error("the key belongs to another service");
    if (typ === serviceType && read.sub !== undefined && read.sub !== person) throw new Error("the key belongs to another person");
    if (read.exp - read.iat > longestSeconds) throw new Error("valid for too long");
    return read;
  }

  return {
    issue(audience) {
      const known = issued.get(audience);
      if (known !== undefined && isFresh(known.since, reuseSeconds)) return known.token;
      const since = now();
      const claims = { aud: audience, jti: newId(), ...(subject === undefined ? {} : { sub: subject }) };
      const token = sign(claims, { typ: serviceType, since, seconds: lifetimeSeconds });
      issued.set(audience, { token, since });
      token.catch(() => issued.delete(audience));
      return token;
    },
    async verify(token, audience) {
      try {
        const { iss, aud, sub } = await verified(token, held.service, () => check(token, serviceType, serviceClaims, lifetimeSeconds));
        if (aud !== audience) throw new Error("meant for another service");
        return { issuer: iss, ...(sub === undefined ? {} : { subject: sub }) };
      } catch (cause) {
        throw errors.ERR_SERVICE_TOKEN_REFUSED({ cause: reasonOf(cause) });
      }
    },
    signPsuContext({ psuId, sessionId, ipAddress, userAgent }) {
      const agent = userAgent?.slice(0, 1000);
      const said = { sub: psuId, sid: sessionId, ip: ipAddress, ...(agent === undefined ? {} : { ua: agent }) };
      const who = JSON.stringify(said);
      const before = signed.get(who);
      if (before !== undefined && isFresh(before.since, psuReuseSeconds)) return before.context;
      const since = now();
      const context = sign(said, { typ: psuType, since, seconds: psuLifetimeSeconds }).then((token) => ({
        psuId,
        sessionId,
        ipAddress,
        ...(agent === undefined ? {} : { userAgent: agent }),
        token,
      }));
      signed.set(who, { context, since });
      context.catch(() => signed.delete(who));
      return context;
    },
    async verifyPsuContext(token) {
      try {
        const { iss, sub, sid, ip, ua } = await verified(token, held.psu, () => check(token, psuType, psuClaims, psuLifetimeSeconds));
        if (iss !== psuIssuer) throw new Error("not signed by the one that sees people");
        return { psuId: sub, sessionId: sid, ipAddress: ip, ...(ua === undefined ? {} : { userAgent: ua }), token };
      } catch (cause) {
        throw errors.ERR_PSU_CONTEXT_REFUSED({ cause: reasonOf(cause) });
      }
    },
  };
}

function readPrivateKey({ privateJwk, privateKeyFile, service }: ServiceTokensOptions): Jwk {
  const text = privateJwk instanceof Secret ? privateJwk.reveal() : privateKeyFile === undefined ? undefined : readFileSync(privateKeyFile, "utf8");
  const key = text === undefined ? (privateJwk as Jwk | undefined) : parseKey(text);
  if (key?.kty !== "OKP" || key.crv !== "Ed25519" || typeof key.d !== "string") {
    throw errors.ERR_CONFIG({ message: `The service key of ${service} is not a private Ed25519 JWK.` });
  }
  return key;
}

function parseKey(text: string): Jwk | undefined {
  try {
    return JSON.parse(text) as Jwk;
  } catch {
    // The text is a secret, so nothing of it is told.
    return undefined;
  }
}

/** Why, for the log; never the token itself. */
function reasonOf(error: unknown): unknown {
  if (isOplError(error)) return error;
  return new Error(error instanceof z.ZodError ? `claims: ${z.prettifyError(error)}` : error instanceof Error ? error.message : "unknown");
}
