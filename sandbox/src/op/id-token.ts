import { createHash } from "node:crypto";
import { CompactSign, base64url, generateKeyPair, type CompactJWSHeaderParameters } from "jose";
import { epochSeconds } from "../clock.ts";
import type { IdToken } from "../faults/fault.ts";
import type { BankCall } from "../http/call.ts";
import type { Authorization } from "./authorization.ts";
import type { Bank } from "./bank.ts";
import type { Client } from "./clients.ts";

/** What binds an ID token to the values delivered beside it: claim name to the value it covers. */
type CoveredValues = Partial<Record<"c_hash" | "s_hash" | "at_hash" | "rt_hash", string>>;

export interface IdTokenInput {
  readonly channel: "front" | "token" | "refresh";
  readonly client: Client;
  readonly authorization: Authorization;
  readonly psuId: string;
  readonly acr: string;
  /** Of the authorization request. Only the front-channel token carries it. */
  readonly nonce: string;
  readonly hashes: CoveredValues;
}

const lifetimeSeconds = 600;

/** Signs an ID token, after the fault switches had their say. */
export async function issueIdToken(bank: Bank, call: BankCall, input: IdTokenInput): Promise<string> {
  const nowSeconds = epochSeconds(bank.clock.now());
  const claims = {
    iss: bank.addresses.authorizeOrigin,
    sub: subjectOf(input),
    aud: input.client.clientId,
    iat: nowSeconds,
    exp: nowSeconds + lifetimeSeconds,
    auth_time: nowSeconds,
    acr: input.acr,
    authorizationId: input.authorization.authorizationId,
    ...(input.channel === "front" ? { nonce: input.nonce } : {}),
    ...Object.fromEntries(Object.entries(input.hashes).map(([name, value]) => [name, halfHash(value)])),
  };
  const honest: IdToken = { header: { alg: bank.idTokenKeys.alg, kid: bank.idTokenKeys.current().kid, typ: "JWT" }, claims };
  const moment = { channel: input.channel, clientId: input.client.clientId, nonce: input.nonce, nowSeconds };
  return sign(bank.faults.changeIdToken(call, honest, moment), bank);
}

/** SHA-256, its left half, base64url: how OpenID Connect covers a value by a claim. */
function halfHash(value: string): string {
  return createHash("sha256").update(value, "ascii").digest().subarray(0, 16).toString("base64url");
}

/** The same person is another subject to another third party. */
function subjectOf({ psuId, client }: IdTokenInput): string {
  return createHash("sha256").update(`${psuId} ${client.orgId}`).digest("base64url").slice(0, 24);
}

async function sign(token: IdToken, bank: Bank): Promise<string> {
  const finish = token.finish ?? ((jwt: string) => jwt);
  const payload = new TextEncoder().encode(JSON.stringify(token.claims));
  const signer = token.signer ?? "published";
  if (signer === "none") return finish(`${base64url.encode(JSON.stringify(token.header))}.${base64url.encode(payload)}.`);
  const key = await keyFor(signer, bank);
  const header = Object.fromEntries(Object.entries(token.header).filter(([, value]) => value !== undefined)) as CompactJWSHeaderParameters;
  const crit = Array.isArray(token.header["crit"]) ? { crit: Object.fromEntries((token.header["crit"] as string[]).map((name) => [name, true])) } : undefined;
  return finish(await new CompactSign(payload).setProtectedHeader(header).sign(key, crit));
}

async function keyFor(
  signer: "published" | "unpublished" | "other-published" | "public-key-as-secret",
  bank: Bank,
): Promise<Parameters<CompactSign["sign"]>[0]> {
  switch (signer) {
    case "published":
      return bank.idTokenKeys.current().key;
    case "other-published":
      return bank.idTokenKeys.other.key;
    case "unpublished":
      return (await generateKeyPair("RS256")).privateKey;
    case "public-key-as-secret":
      return new TextEncoder().encode(JSON.stringify(bank.idTokenKeys.current().publicJwk));
    default:
      return signer satisfies never;
  }
}
