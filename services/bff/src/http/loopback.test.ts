import { createLogger } from "@opl/telemetry";
import { fastify } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keptPages } from "../live/kept-pages.ts";
import { trustedProxies } from "../session/client-address.ts";
import { isOtherLoopbackName } from "./loopback.ts";
import { registerSecurity } from "./security.ts";

describe("isOtherLoopbackName", () => {
  it.each([
    ["127.0.0.1:8400", "http://localhost:8400", true],
    ["[::1]:8400", "http://localhost:8400", true],
    ["LOCALHOST:8400", "http://127.0.0.1:8400", true],
    ["localhost:8400", "http://localhost:8400", false],
    // Another program's port, another machine, or nothing that names one.
    ["127.0.0.1:8401", "http://localhost:8400", false],
    ["127.0.0.1", "http://localhost:8400", false],
    ["evil.example:8400", "http://localhost:8400", false],
    ["127.0.0.1.evil.example:8400", "http://localhost:8400", false],
    ["a b", "http://localhost:8400", false],
    [undefined, "http://localhost:8400", false],
    // A product with a real name is reached by its probes at any address.
    ["127.0.0.1:8080", "https://ledger.example", false],
  ])("%j at %s: %j", (host, publicOrigin, expected) => expect(isOtherLoopbackName(host, publicOrigin)).toBe(expected));
});

describe("a request to http://127.0.0.1:8400 of a product at http://localhost:8400", () => {
  const publicOrigin = "http://localhost:8400";
  const server = fastify();
  beforeAll(async () => {
    const logger = createLogger({ name: "test", level: "silent" });
    await registerSecurity(server, { publicOrigin, proxies: trustedProxies([]), logger, overviews: keptPages(), requestsPerMinute: 1_000 });
    server.get("/*", () => "here");
    server.post("/api/things", () => "changed");
  });
  afterAll(() => server.close());
  const headers = { host: "127.0.0.1:8400" };

  it.each(["/", "/insights?from=2026-01-01", "/connect/return?code=1"])("for the page %s is sent on, so that one can sign in there", async (url) => {
    const answer = await server.inject({ url, headers });
    expect([answer.statusCode, answer.headers.location]).toEqual([307, `${publicOrigin}${url}`]);
  });

  it("is never sent to another machine", async () => {
    const answer = await server.inject({ url: "//evil.example/x", headers });
    expect(answer.headers.location).toBe(`${publicOrigin}/evil.example/x`);
  });

  it.each(["/api/things", "/assets/index-abcdefgh.js", "/favicon.svg", "/health/ready"])("for %s is answered where it came", async (url) => {
    expect((await server.inject({ url, headers })).body).toBe("here");
  });

  it("that changes something is refused, as before", async () => {
    const answer = await server.inject({
      method: "POST",
      url: "/api/things",
      headers: { ...headers, origin: "http://127.0.0.1:8400", "opl-csrf": "1", "content-type": "application/json" },
      payload: "{}",
    });
    expect([answer.json().code, answer.headers.location]).toEqual(["ERR_REQUEST_NOT_FROM_OUR_PAGE", undefined]);
  });

  it("by the public name is answered", async () => {
    expect((await server.inject({ url: "/", headers: { host: "localhost:8400" } })).body).toBe("here");
  });
});
