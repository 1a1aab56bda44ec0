import { createHash } from "node:crypto";
import { epochSeconds } from "../clock.ts";
import type { IdToken } from "../faults/fault.ts";
import type { BankCall } from "../http/call.ts";
import type { Authorization } from "./authorization.ts";
import type { Bank } from "./bank.ts";
import type { Client } from "./clients.ts";
import { signAnswer } from "./sign-answer.ts";

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
    sub: subjectOf(input.psuId, input.client.orgId),
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
  return signAnswer(bank.faults.changeIdToken(call, honest, moment), bank.idTokenKeys);
}

/** SHA-256, its left half, base64url: how OpenID Connect covers a value by a claim. */
export function halfHash(value: string): string {
  return createHash("sha256").update(value, "ascii").digest().subarray(0, 16).toString("base64url");
}

/** The same person is another subject to another third party. */
export function subjectOf(psuId: string, orgId: string): string {
  return createHash("sha256").update(`${psuId} ${orgId}`).digest("base64url").slice(0, 24);
}
