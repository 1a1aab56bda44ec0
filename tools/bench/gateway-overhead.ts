import { readFileSync } from "node:fs";
import path from "node:path";
import { createServiceTokens } from "@opl/service";
import { request } from "undici";
import { Person, visitBank } from "../../e2e/person.ts";
import { redirectUri, Tpp } from "../../sandbox/test/tpp.ts";
import type { Product } from "../up/product.ts";
import { type Figure, figure, percentile } from "./report.ts";

const rounds = 200;
const bankPsu = "load-901-400";

/** One account list through bank-gateway, against the same question over bare mutual TLS by an independent client. */
export async function gatewayOverhead(product: Product): Promise<Figure[]> {
  const person = await new Person(product.origin).signUp();
  const { psuId } = await person.get("getMe", "/api/me");
  const { consentId } = await person.connect("op", bankPsu);
  await person.untilRead(consentId);
  const keys = (service: string) => ({
    service,
    privateJwk: JSON.parse(readFileSync(path.join(product.secretsDir, service, "service-key.json"), "utf8")),
    jwks: JSON.parse(readFileSync(path.join(product.secretsDir, service, "service-jwks.json"), "utf8")),
  });
  const ingest = createServiceTokens(keys("ingest"));
  const psu = await createServiceTokens(keys("bff")).signPsuContext({ psuId, sessionId: "bench", ipAddress: "127.0.0.1" });
  const through = async (): Promise<void> => {
    const answer = await request(`${product.urlOf("bank-gateway")}/consents/${consentId}/accounts`, {
      headers: { authorization: `Bearer ${await ingest.issue("bank-gateway")}`, "opl-psu-context": psu.token },
    });
    await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`the gateway answered ${answer.statusCode}`);
  };
  const bare = await bareClient(product);
  const measure = async (ask: () => Promise<void>): Promise<number> => {
    const times: number[] = [];
    for (let index = 0; index < rounds + 20; index += 1) {
      const started = performance.now();
      await ask();
      if (index >= 20) times.push(performance.now() - started);
    }
    return percentile(times, 50);
  };
  const bareMs = await measure(bare);
  const throughMs = await measure(through);
  return [
    figure("account list through bank-gateway, p50", throughMs, "ms", "lower", null, bareMs),
    figure("overhead of bank-gateway over bare mutual TLS, p50", throughMs - bareMs, "ms", "lower", null),
  ];
}

async function bareClient(product: Product): Promise<() => Promise<void>> {
  // The independent client asks for nothing but addresses and the authority's certificate.
  const tpp = await Tpp.registered({ endpoints: product.sandbox, ca: readFileSync(product.sandbox.caFile, "utf8") } as never);
  const { body } = await tpp.createAuthorization();
  const returned = await visitBank(tpp.authorizeUrl(tpp.requestObject(body.authorizationId)), bankPsu, "approve");
  const code = new URLSearchParams(new URL(returned).hash.slice(1)).get("code") ?? "";
  const tokens = await tpp.token<{ access_token: string }>({ grant_type: "authorization_code", code, redirect_uri: redirectUri });
  return async () => {
    const answer = await tpp.api("/accounts", tokens.body.access_token);
    if (answer.status !== 200) throw new Error(`the bank answered ${answer.status}`);
  };
}
