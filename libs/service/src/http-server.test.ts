import { connect } from "node:net";
import { OplError, errorKinds } from "@opl/errors";
import type { ErrorKind } from "@opl/errors";
import { eventually } from "@opl/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { startThings, thingId, tokens } from "../test/things.ts";
import type { Started } from "../test/things.ts";
import { dependsOn, statusOfKind } from "./index.ts";

let at: Started;
afterEach(() => at[Symbol.asyncDispose]());
const json = (body: unknown, method = "POST") => ({ method, body: JSON.stringify(body) });

describe("what a contract promises", () => {
  it("is checked both ways: parameters, query, body in; only what was agreed out", async () => {
    at = await startThings();
    expect(await at.call(`/things/${thingId}?size=7`)).toMatchObject({ status: 200, body: { id: thingId, size: 7 } });
    expect(await at.call(`/things/${thingId}`)).toMatchObject({ status: 200, body: { size: 3 } });
    const created = await at.call("/things", json({ size: 4 }));
    expect(created).toMatchObject({ status: 201, body: { id: thingId, size: 4 } });
    expect(JSON.stringify(created.body)).not.toContain("canary");
    expect((await at.call(`/things/${thingId}`, { method: "DELETE" })).status).toBe(204);
    expect((await at.call(`/things/${thingId}`, json({}, "DELETE"))).status).toBe(204);
  });

  it.each([
    ["a bad parameter", "/things/1", {}, "params.id"],
    ["a bad query", `/things/${thingId}?size=99`, {}, "query.size"],
    ["an unknown query", `/things/${thingId}?sizes=1`, {}, "query"],
    ["a query where none is agreed", "/perhaps?x=1", {}, "query"],
    ["a bad field", "/things", json({ size: "4" }), "body.size"],
    ["half of a character", "/things", json({ size: 4, note: "a\ud800" }), "body.note"],
    ["an unknown field", "/things", json({ size: 4, admin: true }), "body"],
    ["a missing body", "/things", { method: "POST" }, "body"],
    ["a body where none is agreed", `/things/${thingId}`, json({ x: 1 }, "DELETE"), "body"],
  ])("US-11 refuses %s with 400 and says where", async (_, path, init, where) => {
    at = await startThings();
    const answer = await at.call(path, init);
    expect(answer).toMatchObject({ status: 400, body: { code: "ERR_REQUEST_INVALID", errors: [{ path: where, message: expect.any(String) as string }] } });
  });

  it("an answer that breaks the contract becomes a 500 that reveals nothing", async () => {
    at = await startThings({ createThing: () => Promise.resolve({ id: "canary-answer", size: 1 }) });
    const answer = await at.call("/things", json({ size: 1 }));
    expect(answer).toMatchObject({ status: 500, body: { code: "ERR_BUG" } });
    expect(JSON.stringify(answer.body)).not.toContain("canary");
  });
});

describe("errors", () => {
  it.each(errorKinds)("kind %s becomes its status, as a problem document", async (kind: ErrorKind) => {
    const error = new OplError({
      code: "ERR_THING_STRANGE",
      kind,
      message: "Strange thing.",
      details: { thing: 7 },
      retryAfterSeconds: 1.2,
      cause: new Error("canary-cause"),
    });
    at = await startThings({ createThing: () => Promise.reject(error) });
    const { status, headers, body } = await at.call("/things", { ...json({ size: 1 }), headers: { "x-request-id": "request-0001" } });
    const shown = kind === "bug" ? { detail: "Something went wrong on our side." } : { detail: "Strange thing.", details: { thing: 7 } };
    expect(status).toBe(statusOfKind[kind]);
    expect(body).toEqual({
      type: "urn:opl:problem:ERR_THING_STRANGE",
      title: expect.any(String) as string,
      status,
      code: "ERR_THING_STRANGE",
      requestId: "request-0001",
      ...shown,
    });
    expect([headers.get("content-type"), headers.get("retry-after"), headers.get("x-request-id")]).toEqual([
      "application/problem+json; charset=utf-8",
      "2",
      "request-0001",
    ]);
    expect(JSON.stringify(body)).not.toContain("canary");
  });

  it("an unexpected error reveals nothing and is logged with its cause", async () => {
    at = await startThings({ createThing: () => Promise.reject(new TypeError("canary-internal")) });
    const answer = await at.call("/things", json({ size: 1 }));
    expect(answer).toMatchObject({ status: 500, body: { code: "ERR_BUG" } });
    expect(JSON.stringify(answer.body)).not.toContain("canary");
    expect(at.lines.join("")).toContain("canary-internal");
  });

  it("answers 404, 405, 413 and 415 in the same shape", async () => {
    at = await startThings({}, { limits: { bodyBytes: 1_000 } });
    expect(await at.call("/nothing/here")).toMatchObject({ status: 404, body: { code: "ERR_ROUTE_NOT_FOUND" } });
    const refused = await at.call("/things", { method: "PATCH" });
    expect(refused).toMatchObject({ status: 405, body: { code: "ERR_METHOD_NOT_ALLOWED" } });
    expect(refused.headers.get("allow")).toBe("POST");
    expect((await at.call(`/things/${thingId}`, { method: "PUT" })).headers.get("allow")).toBe("DELETE, GET, HEAD");
    expect(await at.call("/things", json({ size: 1, note: "x".repeat(2_000) }))).toMatchObject({ status: 413, body: { code: "ERR_BODY_TOO_LARGE" } });
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/xml", "application/json5"]) {
      expect(await at.call("/things", { ...json({ size: 1 }), headers: { "content-type": type } })).toMatchObject({
        status: 415,
        body: { code: "ERR_MEDIA_TYPE_UNSUPPORTED" },
      });
    }
  });

  it.each(['{"size":1,"__proto__":{"admin":true}}', '{"size":1,"constructor":{"prototype":{"admin":true}}}', '{"size":', "[1", "null,"])(
    "refuses the body %s",
    async (body) => {
      at = await startThings();
      expect(await at.call("/things", { method: "POST", body })).toMatchObject({ status: 400, body: { code: "ERR_REQUEST_INVALID" } });
    },
  );

  it("answers what is no HTTP with a problem as well", async () => {
    at = await startThings();
    const { port } = new URL(at.url);
    const text = await new Promise<string>((resolve) => {
      let all = "";
      const socket = connect(Number.parseInt(port, 10), "127.0.0.1", () => socket.write("THIS IS NOT HTTP\r\n\r\n"));
      socket.on("data", (chunk) => (all += chunk.toString()));
      socket.on("close", () => resolve(all));
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain("application/problem+json");
  });

  it.each([
    ["with a broken escape", "/%E0%A4%A"],
    ["with a huge parameter", `/things/${"x".repeat(3_000)}`],
  ])("answers an address %s as a problem", async (_, path) => {
    at = await startThings();
    const answer = await at.call(path);
    expect([400, 404, 414]).toContain(answer.status);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });
});

describe("who may ask", () => {
  it("a service that is named, with its token, and nobody else", async () => {
    at = await startThings();
    for (const authorization of ["", "Bearer", "Bearer x.y.z", "Basic YTpi", `Bearer ${await tokens.for("bff").issue("ingest")}`]) {
      expect(await at.call("/perhaps", { headers: { authorization } })).toMatchObject({ status: 401, body: { code: "ERR_SERVICE_TOKEN_REFUSED" } });
    }
    expect(await at.call("/ingest")).toMatchObject({ status: 403, body: { code: "ERR_CALLER_FORBIDDEN" } });
    expect(await at.call("/ingest", { as: "ingest" })).toMatchObject({ status: 200 });
    expect(await at.call("/perhaps", { as: "analytics" })).toMatchObject({ status: 403 });
  });

  it("is asked before anything of the body is read", async () => {
    at = await startThings({}, { limits: { bodyBytes: 10 } });
    const answer = await at.call("/things", { method: "POST", body: "not json, and far too long", headers: { authorization: "" } });
    expect(answer.status).toBe(401);
  });

  it("knows the person by the signed context only", async () => {
    at = await startThings();
    const psu = await tokens.psu("0191f3c0-7d5b-7c2a-9a35-1b2f6d4c9e11", { ipAddress: "192.0.2.9" });
    const withPerson = (token: string) => ({ headers: { "opl-psu-context": token, "psu-ip-address": "203.0.113.1" } });
    expect(await at.call("/person", withPerson(psu.token))).toMatchObject({ status: 200, body: { psuId: psu.psuId, ipAddress: "192.0.2.9" } });
    expect(await at.call("/person")).toMatchObject({ status: 401, body: { code: "ERR_PSU_CONTEXT_REQUIRED" } });
    expect(await at.call("/person", withPerson(await tokens.for("bff").issue("consent")))).toMatchObject({
      status: 401,
      body: { code: "ERR_PSU_CONTEXT_REFUSED" },
    });
    expect([(await at.call("/perhaps")).body, (await at.call("/perhaps", withPerson(psu.token))).body]).toEqual([{ present: false }, { present: true }]);
    expect((await at.call("/perhaps", withPerson("forged"))).status).toBe(401);
  });

  it("cannot be left open by mistake", async () => {
    at = await startThings();
    const { createHttpServer } = await import("./index.ts");
    const { silentLogger } = await import("@opl/testkit");
    await expect(createHttpServer({ name: "x", logger: silentLogger(), routes: [], health: { ready: () => Promise.resolve({}) } })).rejects.toMatchObject({
      code: "ERR_CONFIG",
    });
  });
});

describe("limits", () => {
  it.each([
    ["getThing", `/things/${thingId}`, {}],
    ["createThing", "/things", json({ size: 1 })],
  ] as const)("ends a handler that takes too long, with its signal aborted: %s", async (operation, path, init) => {
    let aborted = false;
    const hang = ({ signal }: { readonly signal: AbortSignal }): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener("abort", () => ((aborted = true), reject(new Error("stopped")))));
    at = await startThings({ [operation]: hang }, { limits: { handlerMs: 50 } });
    expect(await at.call(path, init)).toMatchObject({ status: 503, body: { code: "ERR_HANDLER_TIMEOUT" } });
    await eventually(() => aborted);
  });

  it("tells a handler that its caller has gone, and not before", async () => {
    const seen: boolean[] = [];
    const started = Promise.withResolvers<void>();
    at = await startThings({
      createThing: ({ signal }) => {
        seen.push(signal.aborted);
        started.resolve();
        return new Promise((_, reject) => signal.addEventListener("abort", () => (seen.push(true), reject(new Error("gone")))));
      },
    });
    const caller = new AbortController();
    const call = at.call("/things", { ...json({ size: 1 }), signal: caller.signal }).catch(() => undefined);
    await started.promise;
    caller.abort();
    await call;
    await eventually(() => seen.length === 2);
    expect(seen).toEqual([false, true]);
  });

  it("are set on the server", async () => {
    at = await startThings();
    const { server } = at.server.fastify;
    expect([server.requestTimeout, server.keepAliveTimeout]).toEqual([15_000, 10_000]);
    expect(at.server.fastify.initialConfig).toMatchObject({ handlerTimeout: 30_000, bodyLimit: 1_048_576 });
  });
});

describe("health", () => {
  it("asks three different questions", async () => {
    let database = "ok";
    at = await startThings({}, { health: { ready: () => Promise.resolve({ database, broker: "ok" }) } });
    const ask = async (what: string) => fetch(`${at.url}/health/${what}`).then(async (answer) => [answer.status, await answer.json()]);
    expect(await ask("ready")).toEqual([200, { status: "ok", dependencies: { database: "ok", broker: "ok" } }]);
    database = "ERR_DATABASE_UNAVAILABLE";
    expect(await ask("ready")).toEqual([503, { status: "unavailable", dependencies: { database: "ERR_DATABASE_UNAVAILABLE", broker: "ok" } }]);
    expect(await ask("live")).toEqual([200, { status: "ok" }]);
    expect(await ask("started")).toEqual([200, { status: "ok" }]);
  });

  it("says in the same words of every service what it depends on", async () => {
    const up = { ping: () => Promise.resolve(), isConnected: () => true };
    const down = { ping: () => Promise.reject(new Error("password of the database")), isConnected: () => false };
    expect(await dependsOn(up, up).ready()).toEqual({ postgres: "ok", nats: "ok" });
    expect(await dependsOn(down, down).ready()).toEqual({ postgres: "does not answer", nats: "not connected" });
    expect(await dependsOn(up).ready()).toEqual({ postgres: "ok" });
  });

  it.each([
    ["fails", () => Promise.reject(new Error("x")), { checks: "failed" }],
    ["hangs", () => new Promise<never>(() => undefined), { checks: "no answer in time" }],
  ] as const)("G-36 is not ready when a check %s", async (_, ready, dependencies) => {
    at = await startThings({}, { health: { ready } });
    const answer = await fetch(`${at.url}/health/ready`);
    expect([answer.status, await answer.json()]).toEqual([503, { status: "unavailable", dependencies }]);
  });
});

describe("the log", () => {
  it("names the route and not the address, who asked and why it failed, once a request", async () => {
    at = await startThings();
    await at.call(`/things/${thingId}?tag=canary-query`);
    await at.call("/things", json({ size: "x" }));
    await at.call("/perhaps", { headers: { authorization: "Bearer a.b.c" } });
    await eventually(() => at.lines.filter((line) => line.includes("durationMs")).length === 3);
    const lines = at.lines.filter((line) => line.includes("durationMs")).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { level: "info", subsystem: "http", method: "GET", route: "/things/:id", status: 200, caller: "bff", requestId: expect.any(String) as string },
      { level: "info", status: 400, reason: expect.stringContaining("size") as string },
      { level: "warn", status: 401, code: "ERR_SERVICE_TOKEN_REFUSED" },
    ]);
    expect(at.lines.join("")).not.toContain("canary-query");
  });

  it.each(["short", "has space in it", "x".repeat(65), "line\u00a0break"])("does not believe the request id %j", async (given) => {
    at = await startThings();
    const answer = await at.call("/perhaps", { headers: { "x-request-id": given } });
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});
