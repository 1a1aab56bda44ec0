import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { OplError } from "@opl/errors";
import { afterEach, describe, expect, it } from "vitest";
import { startThings, thingId, things, tokens } from "../test/things.ts";
import { createClient } from "./index.ts";
import type { ClientOptions } from "./index.ts";

const undo: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of undo.splice(0)) await one[Symbol.asyncDispose]();
});

const clientOf = (baseUrl: string, options: Partial<ClientOptions> = {}) =>
  createClient(things, { baseUrl, audience: "consent", tokens: tokens.for("bff"), ...options });

async function real(...args: Parameters<typeof startThings>) {
  const started = await startThings(...args);
  undo.push(started);
  return { ...started, client: clientOf(started.url) };
}

/** A server that does what a test says, to see what the client makes of it. */
async function fake(answer: (reply: ServerResponse, request: IncomingMessage, count: number) => void) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, reply) => {
    requests.push(request);
    answer(reply, request, requests.length);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  undo.push({ [Symbol.asyncDispose]: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))) });
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return { url, requests, client: clientOf(url) };
}

const json = (reply: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void =>
  void reply.writeHead(status, headers).end(JSON.stringify(body));

describe("createClient", () => {
  it("asks and is answered as the contract says", async () => {
    const { client } = await real();
    expect(await client.getThing({ params: { id: thingId }, query: { size: 7, tag: ["a", "b"] } })).toEqual({ id: thingId, size: 7 });
    expect(await client.createThing({ body: { size: 2 } })).toEqual({ id: thingId, size: 2 });
    expect(await client.removeThing({ params: { id: thingId } })).toBeUndefined();
    expect(await client.perhapsThere()).toEqual({ present: false });
  });

  it("says who it is, forwards the person and the request id, and writes addresses safely", async () => {
    const { client, requests } = await fake((reply) => json(reply, 200, { id: thingId, size: 1 }));
    const psu = await tokens.psu(thingId);
    await client.getThing({ params: { id: "a/b?c" }, query: { tag: "x&y=z" }, psu, requestId: "request-77" });
    const [request] = requests;
    expect(request?.url).toBe("/things/a%2Fb%3Fc?tag=x%26y%3Dz");
    expect(request?.headers).toMatchObject({ "opl-psu-context": psu.token, "x-request-id": "request-77" });
    expect(await tokens.for("consent").verify(request?.headers.authorization?.slice(7) ?? "", "consent")).toEqual({ issuer: "bff" });
    await expect(client.getThing({ params: { id: "" } })).rejects.toThrow(TypeError);
  });

  it("turns a problem into the error that was thrown there: code, kind, details, time to wait", async () => {
    const error = new OplError({ code: "ERR_THING_BUSY", kind: "rate-limited", message: "Wait.", details: { until: "later" }, retryAfterSeconds: 9 });
    const { client } = await real({ createThing: () => Promise.reject(error) });
    await expect(client.createThing({ body: { size: 1 } })).rejects.toMatchObject({
      code: "ERR_THING_BUSY",
      kind: "rate-limited",
      message: "Wait.",
      details: { until: "later" },
      retryAfterSeconds: 9,
    });
  });

  it.each([
    [401, "upstream"],
    [403, "forbidden"],
    [404, "not-found"],
    [409, "conflict"],
    [413, "upstream"],
    [422, "rejected"],
    [500, "bug"],
    [502, "upstream"],
    [503, "unavailable"],
  ])("takes a problem with status %i for %s", async (status, kind) => {
    const { client } = await fake((reply) => json(reply, status, { type: "x", title: "x", status, code: "ERR_THERE", requestId: "r" }));
    await expect(client.createThing({ body: { size: 1 } })).rejects.toMatchObject({ code: "ERR_THERE", kind });
  });

  it.each([
    ["no problem document", 500, "Internal Server Error", "ERR_CONSENT_PROTOCOL", "bug"],
    ["a code that is none", 422, JSON.stringify({ type: "x", title: "x", status: 422, code: "ERR_lower", requestId: "r" }), "ERR_CONSENT_PROTOCOL", "rejected"],
    ["another success", 200, "{}", "ERR_CONSENT_PROTOCOL", "upstream"],
    ["a broken answer", 201, '{"id":', "ERR_CONSENT_PROTOCOL", "upstream"],
    ["an answer of another form", 201, '{"id":5}', "ERR_CONSENT_PROTOCOL", "upstream"],
    ["a gateway in between", 503, "<html>", "ERR_CONSENT_UNAVAILABLE", "unavailable"],
  ])("does not believe %s", async (_, status, body, code, kind) => {
    const { client } = await fake((reply) => void reply.writeHead(status).end(body));
    await expect(client.createThing({ body: { size: 1 } })).rejects.toMatchObject({ code, kind });
  });

  it("drops fields the contract does not know", async () => {
    const { client } = await fake((reply) => json(reply, 201, { id: thingId, size: 1, more: "x" }));
    expect(await client.createThing({ body: { size: 1 } })).toEqual({ id: thingId, size: 1 });
  });
});

describe("repetition", () => {
  const flaky = (times: number, fail: (reply: ServerResponse) => void) =>
    fake((reply, _, count) => (count <= times ? fail(reply) : json(reply, 200, { id: thingId, size: 1 })));
  const drop = (reply: ServerResponse): void => void reply.destroy();
  const away = (reply: ServerResponse): void => json(reply, 503, { type: "x", title: "x", status: 503, code: "ERR_DATABASE_UNAVAILABLE", requestId: "r" });

  it.each([
    ["a lost connection", drop],
    ["a 503", away],
  ])("an idempotent call survives %s once", async (_, fail) => {
    const once = await flaky(1, fail);
    expect(await once.client.getThing({ params: { id: thingId } })).toEqual({ id: thingId, size: 1 });
    const twice = await flaky(2, fail);
    await expect(twice.client.getThing({ params: { id: thingId } })).rejects.toMatchObject({ kind: "unavailable" });
    expect(twice.requests).toHaveLength(2);
  });

  it("never repeats what is not idempotent, nor what was understood and refused", async () => {
    const lost = await flaky(1, drop);
    await expect(lost.client.createThing({ body: { size: 1 } })).rejects.toMatchObject({ code: "ERR_CONSENT_UNAVAILABLE", kind: "unavailable" });
    expect(lost.requests).toHaveLength(1);
    const refused = await fake((reply) => json(reply, 500, { type: "x", title: "x", status: 500, code: "ERR_BUG", requestId: "r" }));
    await expect(refused.client.getThing({ params: { id: thingId } })).rejects.toMatchObject({ code: "ERR_BUG", kind: "bug" });
    expect(refused.requests).toHaveLength(1);
  });
});

describe("time", () => {
  it("ends a call at its limit, the repetition included", async () => {
    const { client, requests } = await fake(() => undefined);
    await expect(client.getThing({ params: { id: thingId }, timeoutMs: 1_000 })).rejects.toMatchObject({
      code: "ERR_CONSENT_UNAVAILABLE",
      kind: "unavailable",
    });
    expect(requests).toHaveLength(1);
  });

  it("ends a call whose answer never ends", async () => {
    const { client } = await fake((reply) => void reply.writeHead(200).write('{"id":'));
    await expect(client.getThing({ params: { id: thingId }, timeoutMs: 60 })).rejects.toMatchObject({ code: "ERR_CONSENT_UNAVAILABLE" });
  });

  it("stops when the caller wants it, and says so instead of blaming the other side", async () => {
    const { client } = await fake(() => undefined);
    const stop = new AbortController();
    const call = client.getThing({ params: { id: thingId }, signal: stop.signal });
    stop.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
  });

  it("a server that is not there is unavailable", async () => {
    const { url } = await fake(() => undefined);
    for (const one of undo.splice(0)) await one[Symbol.asyncDispose]();
    await expect(clientOf(url).getThing({ params: { id: thingId } })).rejects.toMatchObject({ code: "ERR_CONSENT_UNAVAILABLE", kind: "unavailable" });
  });

  it("G-26 refuses an answer without end", async () => {
    const { client } = await fake((reply) => {
      reply.writeHead(200);
      const more = (): void => {
        while (!reply.destroyed && reply.write("x".repeat(65_536)));
        if (!reply.destroyed) reply.once("drain", more);
      };
      more();
    });
    await expect(client.createThing({ body: { size: 1 } })).rejects.toMatchObject({ kind: "unavailable" });
  });
});
