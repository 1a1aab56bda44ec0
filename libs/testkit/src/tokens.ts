import { generateKeyPairSync } from "node:crypto";
import { createServiceTokens } from "@opl/service";
import type { Clock, PsuContext, ServiceTokens } from "@opl/service";

export interface TestTokens {
  /** Public keys of all services. */
  readonly jwks: { readonly keys: readonly object[] };
  privateJwk(service: string): object;
  for(service: string): ServiceTokens;
  /** One operator by name. */
  operator(person: (typeof operators)[number]): ServiceTokens;
  /** A signed proof that a person is present. */
  psu(psuId: string, context?: Partial<Omit<PsuContext, "psuId" | "token">>): Promise<PsuContext>;
}

const services = ["consent", "bank-gateway", "ingest", "analytics", "tpp-registry", "bff", "operator"] as const;
const operators = ["alice", "bob", "carol"] as const;

/** Keys of all services, made in memory. */
export function testTokens(options: { readonly clock?: Clock } = {}): TestTokens {
  const pairs = new Map([...services, ...operators.map((person) => `operator:${person}`)].map((kid) => [kid, makePair(kid)]));
  const jwks = { keys: [...pairs.values()].map(({ publicJwk }) => publicJwk) };
  const privateJwk = (service: string): object => {
    const pair = pairs.get(service);
    if (pair === undefined) throw new Error(`no key for ${service}`);
    return pair.privateJwk;
  };
  const tokensFor = (service: string): ServiceTokens => createServiceTokens({ service, privateJwk: privateJwk(service), jwks, ...options });
  return {
    jwks,
    privateJwk,
    for: tokensFor,
    operator: (person) => createServiceTokens({ service: "operator", subject: person, privateJwk: privateJwk(`operator:${person}`), jwks, ...options }),
    psu: (psuId, context = {}) =>
      tokensFor("bff").signPsuContext({ sessionId: "test-session", ipAddress: "192.0.2.7", userAgent: "test browser", ...context, psuId }),
  };
}

function makePair(kid: string) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { publicJwk: { ...publicKey.export({ format: "jwk" }), kid }, privateJwk: { ...privateKey.export({ format: "jwk" }), kid } };
}
