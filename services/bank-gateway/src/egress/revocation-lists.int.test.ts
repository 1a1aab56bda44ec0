import { once } from "node:events";
import { X509Certificate } from "node:crypto";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { extension, keyUsage, makeCertificate, makeQtsp } from "@opl/eidas/testing";
import { fixedClock, keptLog, sequentialIds } from "@opl/testkit";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BankRequest } from "./bank-request.ts";
import { createDispatcher } from "./dispatcher.ts";
import { createEgress } from "./egress.ts";
import { neverSent } from "./failure.ts";
import { defaultLimits } from "./limits.ts";
import { createRevocationLists, pauseBefore } from "./revocation-lists.ts";

type Qtsp = Awaited<ReturnType<typeof makeQtsp>>;
type Certified = Awaited<ReturnType<Qtsp["certify"]>>;

const begin = "2026-11-29T10:00:00Z";
const [qtsp, foreign, ended] = await Promise.all([makeQtsp(), makeQtsp({ name: "Another Trust" }), makeQtsp({ notAfter: "2025-01-01T00:00:00Z" })]);
const certify = (by = qtsp) => by.certify("qwac", { dnsNames: ["localhost"] });
const serialOf = (pem: string) => new X509Certificate(pem).serialNumber;
/** A list of the authority of `by`, from now for a day. */
const listOf = (revoked: readonly Certified[], { by = qtsp, ...dates }: { by?: Qtsp; thisUpdate?: string; nextUpdate?: string } = {}) =>
  by.revocationList({ thisUpdate: begin, nextUpdate: "2026-11-30T10:00:00Z", ...dates, serialNumbers: revoked.map(({ chainPem }) => serialOf(chainPem[0])) });

let stack: AsyncDisposableStack;
beforeEach(() => (stack = new AsyncDisposableStack()));
afterEach(() => stack.disposeAsync());

/** A bank that counts what reaches it, and answers when it may. */
async function startBank({ chainPem, privateKey }: Pick<Certified, "privateKey"> & { readonly chainPem: readonly string[] }) {
  const seen = { requests: [] as string[], connections: 0, resumed: 0, mayAnswer: Promise.resolve(), closes: false };
  const server = createServer({ cert: chainPem.join(""), key: privateKey.export({ type: "pkcs8", format: "pem" }) }, (request, response) => {
    seen.requests.push(`${request.method} ${request.url}`);
    request.resume();
    if ((request.socket as TLSSocket).isSessionReused()) seen.resumed += 1;
    response.shouldKeepAlive &&= !seen.closes;
    void seen.mayAnswer.then(() => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
  });
  server.on("connection", () => (seen.connections += 1));
  await once(server.listen(0, "127.0.0.1"), "listening");
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return Object.assign(seen, { origin: `https://localhost:${(server.address() as AddressInfo).port}` });
}

/** Where authorities publish: what a path holds, a status, or nothing for ever. */
async function startPublisher() {
  const published = new Map<string, Buffer | number | "silence">();
  const asked: string[] = [];
  const server = createHttpServer(({ url = "" }, response) => {
    asked.push(url);
    const content = published.get(url) ?? 404;
    if (content === "silence") return;
    response.writeHead(typeof content === "number" ? content : 200, { location: "/elsewhere" }).end(typeof content === "number" ? "" : content);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return { asked, publish: (path: string, content: Buffer | number | "silence") => published.set(path, content), at: (path: string) => `${origin}${path}` };
}

/** The way out to banks below `roots`, with lists from these addresses, each asked for once. */
async function startWay(urls: readonly string[], { roots = qtsp.rootPem, limits = {} }: { roots?: string; limits?: object } = {}) {
  const clock = fixedClock(begin);
  const { logger, lines } = keptLog("bank-gateway");
  const lists = stack.use(createRevocationLists({ urls, clock, logger, limits: { totalTimeoutMs: 500, ...limits } }));
  const dispatcher = stack.adopt(createDispatcher({ limits: defaultLimits, trustedRootsPem: roots, revocation: lists }), (each) => each.destroy());
  const refresh = () => lists.refresh(new AbortController().signal);
  await refresh();
  const ask = (origin: string, request: Partial<BankRequest> = {}) =>
    createEgress({
      origins: new Set([origin]),
      identified: undefined,
      anonymous: dispatcher,
      limits: defaultLimits,
      clock,
      newId: sequentialIds(),
      psuHeaders: () => ({}),
    })({ operation: "test", method: "POST", url: new URL(`${origin}/secret`), headers: {}, body: "secret", identified: false, ...request });
  const told = () =>
    lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .map(({ level, list, reason, overdueSeconds }) => ({ level, list, reason, overdueSeconds }));
  return { ask, clock, refresh, told };
}

const revoked = { code: "ERR_ASPSP_UNAVAILABLE", kind: "unavailable", details: { reason: "certificate-revoked" } };

let [good, taken]: Certified[] = [];
let publisher: Awaited<ReturnType<typeof startPublisher>>;
beforeAll(async () => {
  [good, taken] = [await certify(), await certify()];
});
beforeEach(async () => (publisher = await startPublisher()));
const one = (certified: Certified | undefined): Certified => certified ?? expect.unreachable();

describe("a server certificate that its authority revoked", () => {
  it("OA-71 revoked: the connection is refused, and no byte of a request leaves", async () => {
    publisher.publish("/list", await listOf([one(taken)]));
    const bank = await startBank(one(taken));
    const { ask } = await startWay([publisher.at("/list")]);
    const failure: unknown = await ask(bank.origin).catch((error: unknown) => error);
    expect(failure).toMatchObject(revoked);
    expect(neverSent(failure as never)).toBe(true);
    expect([bank.connections, bank.requests]).toEqual([1, []]);
  });

  it("OA-71 a good one is served while others of its authority are on the list; every connection shows its certificate anew", async () => {
    publisher.publish("/list", await listOf([one(taken)]));
    const bank = await startBank(one(good));
    const { ask, told } = await startWay([publisher.at("/list")]);
    bank.closes = true;
    for (let n = 0; n < 3; n += 1) await ask(bank.origin);
    expect([bank.requests.length, bank.connections, bank.resumed]).toEqual([3, 3, 0]);
    expect(told()).toEqual([]);
  });

  it("OA-71 a self-signed certificate that the operator pinned is served: nobody stands above it who could be asked", async () => {
    publisher.publish("/list", await listOf([one(taken)]));
    const forLocalhost = extension("2.5.29.17", false, "300b82096c6f63616c686f7374");
    const { pem, privateKey } = await makeCertificate("CN=localhost", undefined, { extensions: [keyUsage("digitalSignature"), forLocalhost] });
    const bank = await startBank({ chainPem: [pem], privateKey });
    const { ask } = await startWay([publisher.at("/list")], { roots: qtsp.rootPem + pem });
    await expect(ask(bank.origin)).resolves.toMatchObject({ status: 200 });
    const { ask: askWithoutIt } = await startWay([publisher.at("/list")]);
    await expect(askWithoutIt(bank.origin)).rejects.toMatchObject({ details: { reason: "tls" } });
  });

  it("OA-71 a list of another authority says nothing about it, though it has the same serial number", async () => {
    publisher.publish("/list", await listOf([one(taken)], { by: foreign }));
    const bank = await startBank(one(taken));
    const { ask } = await startWay([publisher.at("/list")]);
    await expect(ask(bank.origin)).resolves.toMatchObject({ status: 200 });
  });

  it("OA-71 revoked is the authority in between: nothing below it is believed", async () => {
    publisher.publish("/root", await qtsp.revocationList({ serialNumbers: [serialOf(qtsp.intermediatePem)] }, "root"));
    const bank = await startBank(one(good));
    for (const roots of [qtsp.rootPem, qtsp.intermediatePem + qtsp.rootPem]) {
      const { ask } = await startWay([publisher.at("/root")], { roots });
      await expect(ask(bank.origin)).rejects.toMatchObject(revoked);
    }
    expect(bank.requests).toEqual([]);
  });

  it("OA-71 who stole its key cannot hide who issued it behind another one of that name", async () => {
    publisher.publish("/list", await listOf([one(taken)]));
    const { chainPem, privateKey } = one(taken);
    const bank = await startBank({ privateKey, chainPem: [chainPem[0], ended.intermediatePem, chainPem[1]] });
    const { ask } = await startWay([publisher.at("/list")]);
    await expect(ask(bank.origin)).rejects.toMatchObject(revoked);
    const honest = await startBank({ privateKey: one(good).privateKey, chainPem: [one(good).chainPem[0], ended.intermediatePem, chainPem[1]] });
    await expect(ask(honest.origin)).resolves.toMatchObject({ status: 200 });
  });

  it("OA-71 a list that names it counts when it is out of date as well", async () => {
    publisher.publish("/list", await listOf([one(taken)], { thisUpdate: "2026-11-01T00:00:00Z", nextUpdate: "2026-11-02T00:00:00Z" }));
    const bank = await startBank(one(taken));
    const { ask } = await startWay([publisher.at("/list")]);
    await expect(ask(bank.origin)).rejects.toMatchObject(revoked);
  });
});

describe("a list that is not there", () => {
  it.each<[string, Buffer | number | "silence", string]>([
    ["not found", 404, "status 404"],
    ["moved", 302, "status 302"],
    ["a page", Buffer.from("<html>"), "The revocation list cannot be read."],
    ["too large", Buffer.alloc(20_001, 0x30), "too-large"],
    ["slow", "silence", "timeout"],
  ])("OA-71 %s: calls go on, and it is told", async (_what, content, reason) => {
    publisher.publish("/list", content);
    const bank = await startBank(one(taken));
    const { ask, clock, refresh, told } = await startWay([publisher.at("/list")], { limits: { maxBodyBytes: 20_000 } });
    await expect(ask(bank.origin)).resolves.toMatchObject({ status: 200 });
    expect(told()).toEqual([{ level: "warn", list: publisher.at("/list"), reason, overdueSeconds: undefined }]);
    expect(publisher.asked).toEqual(["/list"]);
    clock.advance({ minutes: 5 });
    await refresh();
    expect(told().at(-1)).toEqual({ level: "warn", list: publisher.at("/list"), reason: undefined, overdueSeconds: 300 });
  });

  it("OA-71 and the one before stays in use, also out of date", async () => {
    publisher.publish("/list", await listOf([one(taken)]));
    const bank = await startBank(one(taken));
    const { ask, clock, refresh, told } = await startWay([publisher.at("/list")]);
    publisher.publish("/list", 503);
    clock.advance({ hours: 30 });
    await refresh();
    await expect(ask(bank.origin)).rejects.toMatchObject(revoked);
    expect(told().map(({ reason, overdueSeconds }) => reason ?? overdueSeconds)).toEqual(["status 503", 6 * 3600]);
  });

  it("OA-71 one that is too old stops nothing and is told", async () => {
    publisher.publish("/list", await listOf([one(taken)], { thisUpdate: "2026-11-01T00:00:00Z", nextUpdate: "2026-11-29T09:00:00Z" }));
    const bank = await startBank(one(good));
    const { ask, told } = await startWay([publisher.at("/list")]);
    await expect(ask(bank.origin)).resolves.toMatchObject({ status: 200 });
    expect(told()).toEqual([{ level: "warn", list: publisher.at("/list"), reason: undefined, overdueSeconds: 3600 }]);
  });
});

describe("a newer list", () => {
  it("is fetched when it is due and not before, and comes into force for connections that are open: they carry nothing more (OA-71)", async () => {
    publisher.publish("/list", await listOf([]));
    const [bank, other] = [await startBank(one(taken)), await startBank(one(good))];
    const { ask, clock, refresh } = await startWay([publisher.at("/list")]);
    await ask(bank.origin);
    await ask(other.origin);
    publisher.publish("/list", await listOf([one(taken)], { thisUpdate: "2026-11-29T12:00:00Z" }));
    clock.advance({ hours: 3 });
    await refresh();
    await ask(bank.origin);
    expect([publisher.asked.length, bank.connections]).toEqual([1, 1]);
    clock.advance({ hours: 1 });
    await refresh();
    await expect(ask(bank.origin)).rejects.toMatchObject(revoked);
    await ask(other.origin);
    expect([publisher.asked.length, bank.connections, bank.requests.length]).toEqual([2, 2, 2]);
    expect([other.connections, other.requests.length]).toEqual([1, 2]);
  });

  it("ends what is under way there as a lost connection: nobody knows what the bank did of it", async () => {
    publisher.publish("/list", await listOf([]));
    const bank = await startBank(one(taken));
    const { ask, clock, refresh } = await startWay([publisher.at("/list")]);
    const answer = Promise.withResolvers<void>();
    bank.mayAnswer = answer.promise;
    const running = ask(bank.origin).catch((error: unknown) => error);
    await expect.poll(() => bank.requests).toHaveLength(1);
    publisher.publish("/list", await listOf([one(taken)], { thisUpdate: "2026-11-29T12:00:00Z" }));
    clock.advance({ hours: 4 });
    await refresh();
    const failure = await running;
    answer.resolve();
    expect(failure).toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE", details: { reason: "connection" } });
    expect(neverSent(failure as never)).toBe(false);
  });

  it("of another key, or an older one, does not take the place of one that was proved", async () => {
    publisher.publish("/list", await listOf([one(taken)]));
    const bank = await startBank(one(taken));
    const { ask, clock, refresh, told } = await startWay([publisher.at("/list")]);
    await expect(ask(bank.origin)).rejects.toMatchObject(revoked);
    for (const forged of [await listOf([], { by: foreign, thisUpdate: "2026-11-29T13:00:00Z" }), await listOf([], { thisUpdate: "2026-11-29T09:00:00Z" })]) {
      publisher.publish("/list", forged);
      clock.advance({ hours: 4 });
      await refresh();
      await expect(ask(bank.origin)).rejects.toMatchObject(revoked);
    }
    expect(told().map(({ reason }) => reason)).toEqual(["it is signed by another key than the one in use", "it is older than the one in use"]);
    publisher.publish("/list", await listOf([], { thisUpdate: "2026-11-29T18:00:00Z" }));
    clock.advance({ minutes: 5 });
    await refresh();
    await expect(ask(bank.origin)).resolves.toMatchObject({ status: 200 });
  });

  it("that nobody proved gives way to any", async () => {
    publisher.publish("/list", await listOf([], { by: foreign, thisUpdate: "2027-01-01T00:00:00Z", nextUpdate: "2027-02-01T00:00:00Z" }));
    const bank = await startBank(one(taken));
    const { ask, clock, refresh } = await startWay([publisher.at("/list")]);
    await ask(bank.origin);
    publisher.publish("/list", await listOf([one(taken)]));
    clock.advance({ hours: 4 });
    await refresh();
    await expect(ask(bank.origin)).rejects.toMatchObject(revoked);
  });
});

it("is looked for after half of what is left to the next one, within bounds", () => {
  const now = Temporal.Instant.from(begin);
  const pause = (after: Temporal.DurationLike | undefined) => pauseBefore(after === undefined ? undefined : now.add(after), now).total("minutes");
  expect([{ hours: 24 }, { hours: 2 }, { minutes: 4 }, { hours: -5 }, undefined].map(pause)).toEqual([240, 60, 5, 5, 240]);
});
