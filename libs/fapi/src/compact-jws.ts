import { CompactSign, base64url, compactVerify, importJWK } from "jose";
import { errors } from "./errors.ts";
import { fits, isJwsAlgorithm, publicJwk } from "./jwk.ts";
import type { Jwk, Jwks, JwsAlgorithm } from "./jwk.ts";
import { parseStrictJson } from "./strict-json.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export interface SigningKey {
  /** Private JWK; an RSA key needs its primes, see `completeRsaPrivateJwk`. */
  readonly key: Jwk;
  readonly alg: JwsAlgorithm;
  readonly kid: string;
  readonly typ?: string;
}

export interface JwsHeader extends JsonObject {
  readonly alg: JwsAlgorithm;
  readonly kid?: string;
  readonly typ?: string;
}

export interface VerifyOptions {
  /** The only source of keys; what a token's header says about keys beside `kid` is never used. */
  readonly jwks: Jwks;
  readonly algorithms: readonly JwsAlgorithm[];
  /** When given, the header's `typ` must be this one (RFC 7515 4.1.9: case ignored, `application/` optional). */
  readonly typ?: string;
  /** Size limit of the whole token, checked before anything is decoded. Default 16 KiB. */
  readonly maxBytes?: number;
}

export interface VerifiedJws {
  readonly header: JwsHeader;
  readonly payload: JsonObject;
}

/** Why a token was refused; in `details.reason` of `ERR_JWS_REFUSED`. */
export type JwsRefusal = "too-large" | "malformed" | "algorithm" | "critical-header" | "type" | "unknown-key" | "ambiguous-key" | "signature";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Signs a payload as compact JWS (RFC 7515 7.1). An object is signed as its JSON text, bytes are signed as they are. */
export async function signCompactJws(payload: JsonObject | Uint8Array, signing: SigningKey): Promise<string> {
  const bytes = payload instanceof Uint8Array ? payload : encoder.encode(JSON.stringify(payload));
  const header = { alg: signing.alg, kid: signing.kid, ...(signing.typ === undefined ? {} : { typ: signing.typ }) };
  return new CompactSign(bytes).setProtectedHeader(header).sign(privateKeyFor(signing.key, signing.alg));
}

/** The same key for a library that signs by itself. @throws ERR_KEY_UNUSABLE */
export async function importSigningKey({ key, alg }: Pick<SigningKey, "key" | "alg">): Promise<CryptoKey> {
  const imported = await importJWK(privateKeyFor(key, alg), alg);
  if (imported instanceof Uint8Array) throw errors.ERR_KEY_UNUSABLE();
  return imported;
}

/**
 * Verifies a compact JWS against given keys and returns its header and its JSON object payload.
 * Claims are not judged here. Refusals are `ERR_JWS_REFUSED` with a `JwsRefusal` in `details.reason`.
 */
export async function verifyCompactJws(token: string, options: VerifyOptions): Promise<VerifiedJws> {
  const { header, payload } = await verifyBytes(token, options);
  return { header, payload: readObject(payload) };
}

/**
 * Signs bytes as they go on the wire, for a header beside them: a compact JWS without its payload (RFC 7515 appendix F).
 * Header and payload are encoded as ever; RFC 7797 is not used.
 */
export async function signDetachedJws(body: Uint8Array, signing: SigningKey): Promise<string> {
  const [header, , signature] = (await signCompactJws(body, signing)).split(".");
  return `${header}..${signature}`;
}

/** Verifies what `signDetachedJws` makes over bytes as they were received. Refusals as `verifyCompactJws`; `maxBytes` counts the body too. */
export async function verifyDetachedJws(token: string, body: Uint8Array, options: VerifyOptions): Promise<JwsHeader> {
  const [header, payload, signature, ...rest] = token.split(".");
  // With a payload of its own it would vouch for that one and not for the bytes beside it.
  if (payload !== "" || signature === undefined || rest.length > 0) throw refuse("malformed");
  return (await verifyBytes(`${header}.${base64url.encode(body)}.${signature}`, options)).header;
}

async function verifyBytes(token: string, options: VerifyOptions): Promise<{ readonly header: JwsHeader; readonly payload: Uint8Array }> {
  const header = readHeader(token, options);
  const key = selectKey(header, options);
  const { payload } = await compactVerify(token, key, { algorithms: [header.alg] }).catch((error: unknown) => {
    throw refuse("signature", error);
  });
  return { header, payload };
}

function readHeader(token: string, options: VerifyOptions): JwsHeader {
  // Characters are a lower bound of bytes, so an oversized token is not even encoded.
  const maxBytes = options.maxBytes ?? 16_384;
  if (token.length > maxBytes || Buffer.byteLength(token) > maxBytes) throw refuse("too-large");
  const [encodedHeader, payload, signature, ...rest] = token.split(".");
  if (!encodedHeader || payload === undefined || !signature || rest.length > 0) throw refuse("malformed");
  const header = readObject(decodeBase64url(encodedHeader));
  const { alg, kid, typ } = header;
  if (!isJwsAlgorithm(alg) || !options.algorithms.includes(alg)) throw refuse("algorithm");
  if ("crit" in header || "b64" in header) throw refuse("critical-header");
  if (kid !== undefined && typeof kid !== "string") throw refuse("malformed");
  if (options.typ !== undefined && !sameType(typ, options.typ)) throw refuse("type");
  return header as JwsHeader;
}

function selectKey(header: JwsHeader, { jwks }: VerifyOptions): Jwk {
  const fitting = jwks.keys.filter((key) => fits(key, header.alg) && (header.kid === undefined || key.kid === header.kid));
  const [key, ...others] = fitting;
  if (key === undefined) throw refuse("unknown-key");
  if (others.length > 0) throw refuse("ambiguous-key");
  return publicKeyFor(key);
}

// jose keeps imported keys per object and freezes the objects it is given, so it gets copies of ours, one for each key.
const publicKeys = new WeakMap<Jwk, Jwk>();
function publicKeyFor(key: Jwk): Jwk {
  let copy = publicKeys.get(key);
  if (copy === undefined) {
    const { alg: _alg, ...rest } = publicJwk(key);
    copy = rest;
    publicKeys.set(key, copy);
  }
  return copy;
}

const privateKeys = new WeakMap<Jwk, Jwk>();
function privateKeyFor(key: Jwk, algorithm: JwsAlgorithm): Jwk {
  if (!fits({ ...key, alg: undefined, use: undefined } as unknown as Jwk, algorithm)) {
    throw errors.ERR_KEY_UNUSABLE({ details: { reason: "key type does not fit the algorithm" } });
  }
  let copy = privateKeys.get(key);
  if (copy === undefined) {
    const { alg: _alg, use: _use, key_ops: _ops, x5c: _x5c, ...rest } = key;
    copy = rest;
    privateKeys.set(key, copy);
  }
  return copy;
}

function decodeBase64url(part: string): Uint8Array {
  if (!/^[\w-]+$/.test(part)) throw refuse("malformed");
  return base64url.decode(part);
}

function readObject(bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = parseStrictJson(decoder.decode(bytes), { maxDepth: 16 });
  } catch (error) {
    throw refuse("malformed", error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refuse("malformed");
  return value as JsonObject;
}

function sameType(actual: unknown, expected: string): boolean {
  return typeof actual === "string" && bareType(actual) === bareType(expected);
}

function bareType(type: string): string {
  return type.toLowerCase().replace(/^application\//, "");
}

function refuse(reason: JwsRefusal, cause?: unknown) {
  return errors.ERR_JWS_REFUSED({ details: { reason }, ...(cause === undefined ? {} : { cause }) });
}
