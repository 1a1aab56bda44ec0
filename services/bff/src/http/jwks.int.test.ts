import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { PublicJwk } from "@opl/contracts/model";
import { silentLogger, testTokens } from "@opl/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startBff } from "../../test/bff.ts";
import type { Bff } from "../../test/bff.ts";
import { rawRequest } from "../../test/raw-request.ts";
import { publishedKeySet } from "../clients/key-set.ts";
import { tppRegistryClient } from "../clients/tpp-registry.ts";

const path = "/.well-known/tpp-jwks.json";
const key = (kid: string): PublicJwk => ({ kty: "EC", crv: "P-256", x: "eA", y: "eQ", kid, use: "sig", alg: "ES256" });

describe("our public key set", () => {
  let bff: Bff;
  beforeAll(async () => {
    bff = await startBff();
    bff.downstream.keys.push(key("old"));
  });
  afterEach(() => bff.downstream.down.clear());
  afterAll(() => bff[Symbol.asyncDispose]());

  const get = (headers: Record<string, string> = {}) => rawRequest(bff.address, "GET", path, headers);

  it("is there for anybody, may be kept for five minutes, and makes no session", async () => {
    const { status, headers, text } = await get({ "sec-fetch-site": "cross-site", origin: "https://bank.example" });
    expect([status, headers["content-type"], headers["cache-control"], headers["set-cookie"]]).toEqual([
      200,
      "application/jwk-set+json",
      "public, max-age=300",
      undefined,
    ]);
    expect(JSON.parse(text)).toEqual({ keys: [key("old")] });
  });

  it("is not sent again to who has it", async () => {
    const { etag = "" } = (await get()).headers as { etag?: string };
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const { status, headers, text } = await get({ "if-none-match": known });
      expect([status, headers.etag, headers["cache-control"], text]).toEqual([304, etag, "public, max-age=300", ""]);
    }
    expect((await get({ "if-none-match": '"other"' })).status).toBe(200);
    bff.downstream.keys.push(key("new"));
    const { status, text } = await get({ "if-none-match": etag });
    expect([status, JSON.parse(text).keys.map(({ kid }: PublicJwk) => kid)]).toEqual([200, ["old", "new"]]);
  });

  it("stays as it was while the registry does not answer (G-36)", async () => {
    const before = await get();
    bff.downstream.down.add("tpp-registry");
    const { status, headers, text } = await get();
    expect([status, headers.etag, text]).toEqual([200, before.headers.etag, before.text]);
  });

  it("is not invented by a process that never saw one", async () => {
    bff.downstream.down.add("tpp-registry");
    const fresh = await bff.replica();
    const { status, headers, text } = await rawRequest(fresh.address, "GET", path);
    expect([status, headers["cache-control"], JSON.parse(text).code]).toEqual([503, "no-store", "ERR_DOWN"]);
  });

  it("counts like every other request", async () => {
    const strict = await bff.replica({ OPL_REQUESTS_PER_MINUTE: 3 });
    const statuses = [];
    for (let turn = 0; turn < 4; turn += 1) statuses.push((await rawRequest(strict.address, "GET", path)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  it.each(["POST", "PUT", "DELETE"])("cannot be changed by %s", async (method) => {
    expect([404, 405]).toContain((await rawRequest(bff.address, method, path)).status);
  });
});

describe("a registry that sends too much", () => {
  it("gets no private part past us", async () => {
    const poisoned = { keys: [{ ...key("a"), d: "private", k: "private", oth: ["private"], note: "private" }], secret: "private" };
    const server = createServer((_request, response) => response.setHeader("content-type", "application/json").end(JSON.stringify(poisoned)));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { body } = await publishedKeySet(tppRegistryClient({ baseUrl, tokens: testTokens().for("bff") }), silentLogger()).read();
    expect(JSON.parse(body)).toEqual({ keys: [key("a")] });
    await new Promise((resolve) => void server.close(resolve));
  });
});
