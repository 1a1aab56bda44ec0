import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, type webcrypto } from "node:crypto";
import { promisify } from "node:util";

export type JsonWebKey = webcrypto.JsonWebKey;

const generate = promisify(generateKeyPair);

/** A new RSA private key; the work happens in the thread pool, so servers keep answering. */
export async function newRsaKey(bits: number): Promise<KeyObject> {
  return (await generate("rsa", { modulusLength: bits })).privateKey;
}

/** A new P-256 private key. */
export async function newEcKey(): Promise<KeyObject> {
  return (await generate("ec", { namedCurve: "P-256" })).privateKey;
}

export function privateJwk(key: KeyObject): JsonWebKey {
  return key.export({ format: "jwk" });
}

export function fromPrivateJwk(jwk: JsonWebKey): KeyObject {
  return createPrivateKey({ key: jwk, format: "jwk" });
}

/** The signature algorithm of a CA or a certificate subject, as WebCrypto names it. */
export function webCryptoAlgorithm(key: KeyObject): { name: string; hash: string; namedCurve?: string } {
  return key.asymmetricKeyType === "ec" ? { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" } : { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
}

export async function signingCryptoKey(key: KeyObject): Promise<CryptoKey> {
  return key.toCryptoKey(webCryptoAlgorithm(key), true, ["sign"]);
}

export async function publicCryptoKey(key: KeyObject): Promise<CryptoKey> {
  return (key.type === "public" ? key : createPublicKey(key)).toCryptoKey(webCryptoAlgorithm(key), true, ["verify"]);
}
