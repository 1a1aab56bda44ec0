import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { makeQtsp } from "@opl/eidas/testing";

export interface KeySetServer extends AsyncDisposable {
  readonly url: string;
}

/** Publishes keys where a bank that trusts the provider can read them, as they are at each reading. */
export async function serveKeys(provider: Awaited<ReturnType<typeof makeQtsp>>, keys: () => Promise<readonly object[]>): Promise<KeySetServer> {
  const { privateKey, chainPem } = await provider.certify("qwac", { dnsNames: ["localhost"] });
  const server = createServer({ cert: chainPem.join(""), key: privateKey.export({ type: "pkcs8", format: "pem" }) }, (_request, response) => {
    const answer = (status: number, body: object) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    keys().then(
      (published) => answer(200, { keys: published }),
      () => answer(500, {}),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}/jwks.json`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
