import { webcrypto } from "node:crypto";
import { Configuration, WWWAuthenticateChallengeError, customFetch, fetchProtectedResource, getDPoPHandle, randomDPoPKeyPair } from "openid-client";
import type { DPoPHandle } from "openid-client";
import type { BankAnswer } from "../egress/bank-request.ts";
import type { Egress } from "../egress/egress.ts";
import { errors } from "../errors.ts";

/** How each call is proved (RFC 9449); every FAPI server takes it. */
export const proofAlgorithm = "ES256";
const curve = { name: "ECDSA", namedCurve: "P-256" } as const;

/** A private JWK that proves calls with the tokens it was shown for. */
export type ProofKey = Readonly<Record<string, unknown>>;

export async function newProofKey(): Promise<ProofKey> {
  const { privateKey } = await randomDPoPKeyPair(proofAlgorithm, { extractable: true });
  return { ...(await webcrypto.subtle.exportKey("jwk", privateKey)) };
}

/** The library keeps each server's last nonce with the handle, so a handle is kept for as long as the key is in use. */
const handles = new Map<string, Promise<DPoPHandle>>();
const maxHandles = 500;

export function proofHandle(key: ProofKey): Promise<DPoPHandle> {
  const name = String(key["x"]);
  let handle = handles.get(name);
  if (handle === undefined) {
    handle = makeHandle(key);
    handles.set(name, handle);
    const [oldest] = handles.keys();
    if (handles.size > maxHandles && oldest !== undefined) handles.delete(oldest);
  }
  return handle;
}

async function makeHandle(key: ProofKey): Promise<DPoPHandle> {
  const { d: _private, ...publicKey } = key;
  const imported = (jwk: ProofKey, use: "sign" | "verify") => webcrypto.subtle.importKey("jwk", { ...jwk, key_ops: [use] }, curve, true, [use]);
  return getDPoPHandle(new Configuration({ issuer: "https://any.invalid" }, "any"), {
    privateKey: await imported(key, "sign"),
    publicKey: await imported(publicKey, "verify"),
  });
}

/** RFC 7638, as `cnf.jkt` names the key. */
export async function proofThumbprint(key: ProofKey): Promise<string> {
  return (await proofHandle(key)).calculateThumbprint();
}

/**
 * The way out for calls with a token that is bound to a key. A server that wants a nonce in the proof gets it, once for each call; one that
 * goes on asking is not answered again (OA-75).
 */
export function withProof(egress: Egress, { accessToken, proofKey }: { readonly accessToken: string; readonly proofKey: ProofKey }): Egress {
  return async (request) => {
    let answer: BankAnswer | undefined;
    let failure: unknown;
    const configuration = new Configuration({ issuer: request.url.origin }, "any");
    configuration[customFetch] = async (_url, { headers }) => {
      try {
        answer = await egress({ ...request, headers: { ...request.headers, authorization: headers["authorization"] ?? "", dpop: headers["dpop"] ?? "" } });
      } catch (error) {
        failure = error;
        throw error;
      }
      return new Response(null, { status: answer.status, headers: challengeIn(answer) });
    };
    try {
      await fetchProtectedResource(configuration, accessToken, request.url, request.method, null, undefined, { DPoP: await proofHandle(proofKey) });
    } catch (error) {
      if (failure !== undefined) throw failure;
      // Whatever else a challenge says is a refusal like any other, which the adapter translates.
      if (answer === undefined || wantsNonce(error)) throw errors.ERR_ASPSP_PROTOCOL({ cause: error, details: { reason: "dpop-nonce" } });
    }
    if (answer === undefined) throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "dpop-nonce" } });
    return answer;
  };
}

function wantsNonce(error: unknown): boolean {
  return error instanceof WWWAuthenticateChallengeError && error.cause.some(({ parameters }) => parameters.error === "use_dpop_nonce");
}

/** What the library needs of an answer to go on. */
export function challengeIn({ headers }: BankAnswer): Record<string, string> {
  const kept = ["dpop-nonce", "www-authenticate"].flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const]));
  return Object.fromEntries(kept);
}
