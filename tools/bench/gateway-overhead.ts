import { readFileSync } from "node:fs";
import path from "node:path";
import { createServiceTokens } from "@opl/service";
import { request } from "undici";
import { Person } from "../../e2e/person.ts";
import type { Product } from "../up/product.ts";
import { BareClient } from "./bare-client.ts";
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
  const bare = await BareClient.registered(product);
  await bare.exchange(await bare.approve(bankPsu));
  const measure = async (ask: () => Promise<unknown>): Promise<number> => {
    const times: number[] = [];
    for (let index = 0; index < rounds + 20; index += 1) {
      const started = performance.now();
      await ask();
      if (index >= 20) times.push(performance.now() - started);
    }
    return percentile(times, 50);
  };
  const bareMs = await measure(() => bare.accounts());
  const throughMs = await measure(through);
  return [
    figure("account list through bank-gateway, p50", throughMs, "ms", "lower", null, bareMs),
    figure("overhead of bank-gateway over bare mutual TLS, p50", throughMs - bareMs, "ms", "lower", null, bareMs),
  ];
}
