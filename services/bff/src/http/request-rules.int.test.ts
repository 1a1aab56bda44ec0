import { once } from "node:events";
import { connect } from "node:net";
import { bffRoutes } from "@opl/contracts/http/bff";
import { securityRoutes } from "@opl/contracts/http/bff-security";
import { signInRoutes } from "@opl/contracts/http/bff-sign-in";
import type { RouteContract } from "@opl/contracts/http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { password, publicOrigin, startBff } from "../../test/bff.ts";
import type { Bff, Person } from "../../test/bff.ts";
import { rawBytes, rawRequest } from "../../test/raw-request.ts";

const contracts: readonly RouteContract[] = [...Object.values(bffRoutes), ...Object.values(signInRoutes), ...Object.values(securityRoutes)];
const changes = contracts
  .filter(({ method }) => method !== "GET")
  .map(({ method, path }) => [method, path.replaceAll(/:\w+/g, "01a20000-0000-7000-8000-000000000001")] as const);
const json = { "content-type": "application/json" };
const ours = { origin: publicOrigin, "opl-csrf": "1", "sec-fetch-site": "same-origin" };

/** An object of so many different keys, as short as they can be. */
const bodyOfKeys = (count: number): string => `{${Array.from({ length: count }, (_, index) => `"${index.toString(36)}":1`).join(",")}}`;

describe("what is not one of our own page's requests", () => {
  let bff: Bff;
  let aino: Person;
  let cookie: string;
  beforeAll(async () => {
    bff = await startBff();
    aino = await bff.person();
    cookie = aino.browser.cookie ?? "";
  });
  afterAll(() => bff[Symbol.asyncDispose]());

  const asked = (): number => bff.downstream.asked.length;

  describe.each(changes)("%s %s", (method, path) => {
    it.each([
      [
        "a form of another site (US-01)",
        { origin: "https://evil.example", "sec-fetch-site": "cross-site", "content-type": "text/plain" },
        '{"keepData":false}',
      ],
      ["an empty request of another site (US-01)", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }, undefined],
      ["a request with our header from another site", { origin: "https://evil.example", "opl-csrf": "1", ...json }, "{}"],
      ["a sibling domain (US-02)", { origin: "https://evil.ledger.example", "opl-csrf": "1", "sec-fetch-site": "same-site", ...json }, "{}"],
      ["an origin that only begins like ours (US-27)", { origin: `${publicOrigin}.evil.example`, "opl-csrf": "1", ...json }, "{}"],
      ["another port", { origin: `${publicOrigin}:8443`, "opl-csrf": "1", ...json }, "{}"],
      ["plain http", { origin: publicOrigin.replace("https", "http"), "opl-csrf": "1", ...json }, "{}"],
      ["the null origin of a sandboxed frame (US-27)", { origin: "null", "opl-csrf": "1", ...json }, "{}"],
      ["our origin without our header (US-03)", { origin: publicOrigin, "sec-fetch-site": "same-origin", ...json }, "{}"],
      ["our header without any origin", { "opl-csrf": "1", ...json }, "{}"],
      ["our header sent twice", { ...ours, "opl-csrf": "1, 1", ...json }, "{}"],
    ])("refuses %s", async (_, headers, body) => {
      const before = asked();
      const answer = await rawRequest(bff.address, method, path, { cookie, ...headers }, body);
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([403, "ERR_REQUEST_NOT_FROM_OUR_PAGE"]);
      expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
      expect(asked()).toBe(before);
    });

    it.each([
      ["text/plain"],
      ["application/json\t;"],
      ["application/json;"],
      ["application/json; charset=utf-7"],
      ["application/x-www-form-urlencoded"],
      ["application/jsonp"],
      ["multipart/form-data; boundary=x"],
      ["application/json, text/plain"],
    ])("reads JSON and not %j (US-14)", async (type) => {
      const answer = await rawRequest(bff.address, method, path, { cookie, ...ours, "content-type": type }, "{}");
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([415, "ERR_MEDIA_TYPE_UNSUPPORTED"]);
    });

    it("does not read a body without a type (US-14)", async () => {
      expect((await rawRequest(bff.address, method, path, { cookie, ...ours }, '{"a":1}')).status).toBe(415);
    });

    it("refuses properties that nobody asked for (US-11)", async () => {
      const answer = await rawRequest(
        bff.address,
        method,
        path,
        { cookie, ...ours, ...json },
        JSON.stringify({ psuId: "01a20000-0000-7000-8000-000000000001", role: "operator", emailVerified: true, isAdmin: true }),
      );
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text).code).toBe("ERR_REQUEST_INVALID");
    });
  });

  it("knows PUT only where something is put (US-13)", async () => {
    for (const path of ["/api/me", "/api/overview", "/api/auth/sign-out", "/api/payment-orders"])
      expect((await rawRequest(bff.address, "PUT", path, { cookie, ...ours })).status, path).toBe(405);
  });

  it.each(["HEAD", "TRACE", "OPTIONS", "PROPFIND"])("does not know %s (US-13)", async (method) => {
    for (const path of ["/api/me", "/api/overview", "/api/auth/sign-out", "/health/live", "/api/live"]) {
      const answer = await rawRequest(bff.address, method, path, { cookie, ...ours });
      expect([path, answer.status]).toEqual([path, 405]);
      expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  it.each(["x-http-method-override", "x-http-method", "x-method-override"])("does not let %s change the method (US-13)", async (name) => {
    expect((await rawRequest(bff.address, "GET", "/api/me", { cookie, [name]: "DELETE" })).status).toBe(400);
    expect((await aino.browser.get("/api/me")).status).toBe(200);
  });

  it("does not answer a page of another site even when it only reads", async () => {
    for (const site of ["cross-site", "same-site"]) expect((await aino.browser.get("/api/me", { "sec-fetch-site": site })).status).toBe(403);
    expect((await aino.browser.get("/api/me", { "sec-fetch-site": "none" })).status).toBe(200);
  });

  it("gives no other origin leave to read (US-27)", async () => {
    for (const origin of ["https://evil.example", "null", `${publicOrigin}.evil.example`]) {
      const { headers } = await rawRequest(bff.address, "GET", "/api/me", { cookie, origin });
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
    }
  });

  it("never looks at the Host header (US-16)", async () => {
    const answer = await rawRequest(
      bff.address,
      "POST",
      "/api/connections",
      { cookie, ...ours, ...json, host: "evil.example", "x-forwarded-host": "evil.example" },
      JSON.stringify({ aspspId: "op-fi" }),
    );
    expect(answer.status).toBe(201);
    expect(JSON.stringify([answer.headers, answer.text])).not.toContain("evil.example");
    const foreign = await rawRequest(
      bff.address,
      "POST",
      "/api/connections",
      { cookie, ...ours, ...json, host: "evil.example", origin: "https://evil.example" },
      JSON.stringify({ aspspId: "op-fi" }),
    );
    expect(foreign.status).toBe(403);
  });

  it("believes nobody's forwarding headers about the address of the person (US-15)", async () => {
    await aino.browser.get("/api/accounts", { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9", "x-real-ip": "203.0.113.9" });
    expect(bff.downstream.asked.at(-1)?.psu?.ipAddress ?? bff.downstream.asked.at(-2)?.psu?.ipAddress).toBe("127.0.0.1");
  });

  it.each([
    ["two session cookies (US-26)", (own: string) => `${own}; ${own}`],
    ["an overlong cookie (US-26)", (own: string) => `${own}${"A".repeat(2_000)}`],
    ["a cookie under a name without the host prefix (US-26)", (own: string) => own.replace("__Host-", "")],
    ["a cookie with another signature", (own: string) => own.replace(/\.[^.]*$/, ".AAAA")],
    ["a token without a signature", (own: string) => own.replace(/\.[^.]*$/, "")],
  ])("is nobody with %s", async (_, change) => {
    expect((await rawRequest(bff.address, "GET", "/api/me", { cookie: change(cookie) })).status).toBe(401);
  });

  it.each([
    ["ten megabytes", `{"locale":"${"a".repeat(10_000_000)}"}`, 413],
    // Even one letter each is more than a body may have.
    ["a hundred thousand keys", bodyOfKeys(100_000), 413],
    ["as many keys as a body holds", bodyOfKeys(28_000), 400],
    ["a hundred levels", `${'{"a":'.repeat(100)}1${"}".repeat(100)}`, 400],
    ["a hundred thousand levels", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, 400],
    ["__proto__", '{"__proto__":{"locale":"fi"}}', 400],
    ["constructor.prototype", '{"constructor":{"prototype":{"locale":"fi"}}}', 400],
    ["half a document", '{"locale":', 400],
    ["no object", "[]", 400],
    ["null", "null", 400],
    ["the number of a text", '{"locale":1}', 400],
  ])("refuses %s with a clear answer (US-32)", async (_, body, status) => {
    const answer = await rawRequest(bff.address, "PATCH", "/api/me/preferences", { cookie, ...ours, ...json }, body).catch(() => undefined);
    // The server may close the connection on somebody who goes on sending.
    if (answer === undefined) expect(status).toBe(413);
    else expect([answer.status, answer.text.length < 2_000]).toEqual([status, true]);
    expect((await aino.browser.get("/api/me")).json()).toMatchObject({ preferences: { locale: "en" } });
  });

  it("takes 500 notes as long as they may be, and no larger body than that (US-32)", async () => {
    const say = (note: string) => {
      const annotations = Array.from({ length: 500 }, (_, n) => ({ transactionId: `01a20000-0000-7000-8000-${String(n).padStart(12, "0")}`, note }));
      return rawRequest(bff.address, "POST", "/api/annotations", { cookie, ...ours, ...json }, JSON.stringify({ annotations })).catch(() => undefined);
    };
    // None of them is there.
    expect((await say("€".repeat(500)))?.status).toBe(404);
    expect((await say("€".repeat(800)))?.status ?? 413).toBe(413);
  });

  it.each([
    ["the way back", "POST", "/api/auth/recovery", { email: "\0", code: "0" }],
    ["the name of a passkey", "PATCH", "/api/me/passkeys/01a20000-0000-7000-8000-000000000001", { name: "a\0b" }],
  ] as const)("answers NUL in %s as a mistake, not as a fault (US-45)", async (_, method, path, body) => {
    const answer = await aino.browser.send(method, path, { body });
    expect([answer.status, answer.json()]).toEqual([400, expect.objectContaining({ code: "ERR_TEXT_NOT_STORABLE" })]);
  });

  it.each([
    "/api/../health/live",
    "/api/%2e%2e/health/ready",
    "/api//me",
    "/api/me/",
    "/api/me%2fpreferences",
    "/api/consents",
    "/consents",
    "/api/me;x=1",
    "/..%2f..%2fetc%2fpasswd",
    "/api/transactions/%252e%252e",
  ])("has nothing at %s (US-42)", async (path) => {
    const answer = await rawRequest(bff.address, "GET", path, { cookie });
    expect([400, 404]).toContain(answer.status);
  });

  it.each([
    "text=%00",
    `text=${"a".repeat(101)}`,
    "sort=psu_id",
    "limit=0",
    "limit=501",
    "limit=1e3",
    "from=yesterday",
    "minAmount=-1",
    "status=deleted",
    "category=everything",
    "cursor=x",
    "cursor=a.",
    "cursor=z.next",
  ])("refuses the query %s (US-33, US-41)", async (query) => {
    const answer = await aino.browser.get(`/api/transactions?${query}`);
    // A NUL is text to us; whoever searches with it finds nothing.
    if (query === "text=%00") expect([200, 400]).toContain(answer.status);
    else expect(answer.status).toBe(400);
  });

  it("caps how many ids one call may carry (US-43)", async () => {
    const many = Array.from({ length: 51 }, (_, index) => `accountId=01a20000-0000-7000-8000-${String(index).padStart(12, "0")}`).join("&");
    expect((await aino.browser.get(`/api/transactions?${many}`)).status).toBe(400);
  });

  it("has limits against who sends slowly or not at all, and answers others meanwhile (US-31)", async () => {
    const { server, initialConfig } = bff.app.server.fastify;
    expect(server.requestTimeout).toBe(15_000);
    expect(server.headersTimeout).toBeGreaterThan(0);
    expect(server.keepAliveTimeout).toBeGreaterThan(0);
    expect(initialConfig.bodyLimit).toBe(262_144);
    const { hostname, port } = new URL(bff.address);
    const idle = Array.from({ length: 500 }, () => connect(Number.parseInt(port, 10), hostname));
    try {
      await Promise.all(idle.map((socket) => once(socket, "connect")));
      for (const socket of idle.slice(0, 250)) socket.write("GET /api/me HTTP/1.1\r\nhost: x\r\nx-slow: ");
      expect((await aino.browser.get("/api/me")).status).toBe(200);
    } finally {
      for (const socket of idle) socket.destroy();
    }
  });

  it("answers what is no HTTP without telling anything (US-45)", async () => {
    const answer = await rawBytes(bff.address, "NONSENSE\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toMatch(/node_modules|at .*\.ts|Error:/);
    expect(await rawBytes(bff.address, `GET / HTTP/1.1\r\nhost: x\r\nx: ${"a".repeat(100_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("tells nothing about the inside when something breaks (US-45)", async () => {
    bff.downstream.down.add("ingest").add("bank-gateway");
    const answer = await aino.browser.get("/api/accounts");
    bff.downstream.down.clear();
    expect(answer.status).toBe(503);
    expect(answer.text).not.toMatch(/127\.0\.0\.1|localhost|node_modules|stack|select |\.ts/);
    expect(answer.json()).toMatchObject({ requestId: expect.any(String), code: expect.stringMatching(/^ERR_/) });
  });

  it.each(Object.values(signInRoutes).filter(({ method }) => method !== "GET"))(
    "$operationId gives no session and begins nothing for another site, a sibling domain or a page without our header (US-03)",
    async ({ method, path }) => {
      const body = JSON.stringify({ email: aino.email, password });
      for (const headers of [
        { origin: "https://evil.example", "opl-csrf": "1", "sec-fetch-site": "cross-site", ...json },
        { origin: "https://evil.ledger.example", "opl-csrf": "1", "sec-fetch-site": "same-site", ...json },
        { origin: publicOrigin, "sec-fetch-site": "same-origin", ...json },
      ]) {
        const answer = await rawRequest(bff.address, method, path, headers, body);
        expect([headers.origin, answer.status, answer.headers["set-cookie"]]).toEqual([headers.origin, 403, undefined]);
      }
    },
  );

  it("refuses signing in by form, from another site and without our header (US-03)", async () => {
    const body = new URLSearchParams({ email: aino.email, password }).toString();
    const form = await rawRequest(
      bff.address,
      "POST",
      "/api/auth/sign-in/email",
      { origin: "https://evil.example", "content-type": "application/x-www-form-urlencoded" },
      body,
    );
    expect([form.status, form.headers["set-cookie"]]).toEqual([403, undefined]);
    // What is sent is good, and from our own page it signs in.
    const own = await rawRequest(bff.address, "POST", "/api/auth/sign-in/email", { ...ours, ...json }, JSON.stringify({ email: aino.email, password }));
    expect([own.status, own.headers["set-cookie"]?.length]).toEqual([200, 1]);
  });
});
