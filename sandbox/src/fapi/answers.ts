import { constants, createCipheriv, createHmac, createPublicKey, publicEncrypt, randomBytes } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, type JWK } from "jose";
import { epochSeconds } from "../clock.ts";
import type { IdToken } from "../faults/fault.ts";
import type { BankCall } from "../http/call.ts";
import { signatureKeys } from "../oauth/assertions.ts";
import type { RegisteredClient } from "../oauth/clients.ts";
import { halfHash, subjectOf } from "../op/id-token.ts";
import type { IdTokenKeys } from "../op/id-token-keys.ts";
import { signAnswer } from "../op/sign-answer.ts";
import { rememberToken } from "./access-tokens.ts";
import type { Issuer } from "./issuer.ts";

/** What the library signed, read again, so that fault switches can change it before the bank signs it anew. */
function honest(jwt: string, keys: IdTokenKeys): IdToken {
  const { alg = "PS256", typ } = decodeProtectedHeader(jwt);
  const kid = alg === keys.other.alg ? keys.other.kid : keys.current().kid;
  return { header: { alg, kid, ...(typ === undefined ? {} : { typ }) }, claims: decodeJwt(jwt) };
}

interface TokenAnswer {
  readonly access_token: string;
  readonly id_token?: string;
  readonly [member: string]: unknown;
}

/** The answer of the token endpoint as it leaves: access token and ID token signed by the bank, after the fault switches had their say. */
export async function dressTokens(issuer: Issuer, call: BankCall, client: RegisteredClient, answer: TokenAnswer): Promise<object> {
  const keys = await issuer.keys();
  const access = issuer.faults.changeAccessToken(call, honest(answer.access_token, keys));
  rememberToken(issuer, access.claims);
  const accessToken = await signAnswer(access, keys);
  if (answer.id_token === undefined) return { ...answer, access_token: accessToken };

  const token = honest(answer.id_token, keys);
  const authorization = issuer.authorizations.get(String(token.claims["sub"]));
  const claims = {
    ...token.claims,
    sub: subjectOf(authorization?.psuId ?? "", client.orgName),
    authorizationId: authorization?.authorizationId,
    at_hash: halfHash(accessToken),
  };
  const changed = issuer.faults.changeIdToken(
    call,
    { ...token, claims },
    {
      channel: "token",
      clientId: client.clientId,
      nonce: typeof token.claims["nonce"] === "string" ? token.claims["nonce"] : "",
      nowSeconds: epochSeconds(issuer.clock.now()),
    },
  );
  const signed = await signAnswer(changed, keys);
  return { ...answer, access_token: accessToken, id_token: changed.encryptedByRsa15 === true ? await encryptByRsa15(signed, issuer, client) : signed };
}

/** A signed authorization answer (JARM) as it leaves; undefined where a fault switch wants the parameters plain. */
export async function dressResponse(
  issuer: Issuer,
  call: BankCall,
  response: string,
): Promise<{ readonly response?: string; readonly parameters: readonly (readonly [string, string])[] }> {
  const keys = await issuer.keys();
  const token = honest(response, keys);
  const { iss, aud, exp, ...rest } = token.claims as Record<string, unknown>;
  const parameters = issuer.faults.changeAuthorizationResponse(
    call,
    Object.entries(rest).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const changed = issuer.faults.changeJarm(
    call,
    { ...token, claims: { iss, aud, exp, ...Object.fromEntries(parameters) } },
    { nowSeconds: epochSeconds(issuer.clock.now()) },
  );
  if (changed === "plain") return { parameters: [...parameters, ["iss", String(iss)]] };
  return { response: await signAnswer(changed, keys), parameters };
}

/** JWE by hand, since no library of today writes RSA1_5 any more. */
async function encryptByRsa15(jwt: string, issuer: Issuer, client: RegisteredClient): Promise<string> {
  const key = (await signatureKeys(client.jwksUri, issuer.jwks)).find(({ kty }) => kty === "RSA");
  const header = Buffer.from(JSON.stringify({ alg: "RSA1_5", enc: "A128CBC-HS256", cty: "JWT", kid: key?.kid })).toString("base64url");
  const secret = randomBytes(32);
  const vector = randomBytes(16);
  const recipient = createPublicKey({ key: key as JWK, format: "jwk" });
  const encryptedKey = publicEncrypt({ key: recipient, padding: constants.RSA_PKCS1_PADDING }, secret);
  const cipher = createCipheriv("aes-128-cbc", secret.subarray(16), vector);
  const text = Buffer.concat([cipher.update(jwt, "utf8"), cipher.final()]);
  const bits = Buffer.alloc(8);
  bits.writeBigUInt64BE(BigInt(header.length * 8));
  const tag = createHmac("sha256", secret.subarray(0, 16)).update(header).update(vector).update(text).update(bits).digest().subarray(0, 16);
  return [header, ...[encryptedKey, vector, text, tag].map((part) => part.toString("base64url"))].join(".");
}
