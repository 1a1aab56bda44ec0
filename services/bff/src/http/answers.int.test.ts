import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bffRoutes } from "@opl/contracts/http/bff";
import { operatorRoutes } from "@opl/contracts/http/bff-operator";
import { securityRoutes } from "@opl/contracts/http/bff-security";
import { signInRoutes } from "@opl/contracts/http/bff-sign-in";
import type { RouteContract } from "@opl/contracts/http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { trustedProxies } from "../session/client-address.ts";
import { publicOrigin, startBff } from "../../test/bff.ts";
import type { Bff, Person } from "../../test/bff.ts";
import { rawRequest } from "../../test/raw-request.ts";

const contracts: readonly RouteContract[] = [
  ...Object.values(bffRoutes),
  ...Object.values(operatorRoutes),
  ...Object.values(signInRoutes),
  ...Object.values(securityRoutes),
];
const csp =
  "default-src 'none';script-src 'self';style-src 'self';font-src 'self';img-src 'self' data:;connect-src 'self';manifest-src 'self';frame-ancestors 'none';base-uri 'none';form-action 'self';require-trusted-types-for 'script';report-uri /api/csp-reports";

describe("every answer", () => {
  let bff: Bff;
  let aino: Person;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "opl-web-"));
    await mkdir(join(folder, "assets"));
    await writeFile(join(folder, "index.html"), `<!doctype html><title>One Point Ledger</title>${" ".repeat(2_000)}`);
    for (const file of ["open/welcome.en", "open/welcome.fi", "signed-in/index.en", "signed-in/index.fi", "signed-in/index.sv"]) {
      await mkdir(join(folder, "pages", file, ".."), { recursive: true });
      await writeFile(join(folder, "pages", `${file}.html`), `<!doctype html><title>${file}</title>`);
    }
    await writeFile(join(folder, "favicon.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>");
    await writeFile(join(folder, "assets", "main-Bx3kQ9zT.js"), `console.log(1);${"/**/".repeat(1_000)}`);
    bff = await startBff({ config: { OPL_WEB_DIR: folder, OPL_TRUSTED_PROXIES: trustedProxies(["127.0.0.0/8"]) } });
    aino = await bff.person();
  });
  afterAll(async () => {
    await bff[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const kept: Readonly<Record<string, string>> = {
    "/assets/main-Bx3kQ9zT.js": "public, max-age=31536000, immutable",
    "/favicon.svg": "no-cache",
    "/.well-known/tpp-jwks.json": "public, max-age=300",
  };
  const paths = [
    ...contracts.map(({ method, path }) => [method, path.replaceAll(/:\w+/g, "01a20000-0000-7000-8000-000000000001")] as const),
    ...[
      "/",
      "/transactions",
      "/connect/return/op-fi",
      "/index.html",
      "/assets/main-Bx3kQ9zT.js",
      "/favicon.svg",
      "/assets/none.js",
      "/api/none",
      "/api/openapi.json",
      "/.well-known/tpp-jwks.json",
      "/health/live",
      "/health/ready",
      "/none.txt",
      `/${"a".repeat(9_000)}`,
    ].map((path) => ["GET", path] as const),
    ...(["POST /nothing", "PUT /api/me", "HEAD /", "OPTIONS /api/me", "DELETE /"] as const).map((line) => line.split(" ") as [string, string]),
    ["POST", "/api/csp-reports"] as const,
  ];

  it.each(paths)("to %s %s carries the written policy (G-28, US-18, US-44)", async (method, path) => {
    for (const cookie of [undefined, aino.browser.cookie]) {
      // Nobody is signed out or erased on the way: without our header no change happens.
      const { headers, text } = await rawRequest(bff.address, method, path, cookie === undefined ? {} : { cookie });
      expect(headers).toMatchObject({
        "content-security-policy": csp,
        "strict-transport-security": "max-age=31536000; includeSubDomains",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
        "permissions-policy": expect.stringContaining("camera=(), "),
        "cache-control": kept[path] ?? "no-store",
      });
      expect(headers["x-powered-by"] ?? headers["server"]).toBeUndefined();
      expect(text).not.toMatch(/node_modules|\bat .*\.ts:/);
    }
  });

  it("carries the policy on the event stream too", async () => {
    const stream = await aino.browser.stream();
    expect(Object.fromEntries(stream.headers)).toMatchObject({
      "content-security-policy": csp,
      "cache-control": "no-store",
      "content-type": "text/event-stream; charset=utf-8",
      "referrer-policy": "no-referrer",
    });
    stream.close();
  });

  it.each(["/%zz", "/api/%"])("to the address %s, which is none, is as bare as can be", async (path) => {
    const { status, headers } = await rawRequest(bff.address, "GET", path);
    expect([status, headers]).toEqual([
      400,
      expect.objectContaining({
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
      }),
    ]);
  });

  it("leaves out transport security where there is none to secure", async () => {
    await using local = await startBff({ config: { OPL_PUBLIC_ORIGIN: "http://localhost:3000" } });
    expect((await local.browser().get("/api/me")).headers.get("strict-transport-security")).toBeNull();
  });

  it.each([
    ["/", "text/html; charset=utf-8"],
    ["/transactions", "text/html; charset=utf-8"],
    ["/connect/return/op-fi?code=abc&state=def", "text/html; charset=utf-8"],
    ["/assets/main-Bx3kQ9zT.js", "text/javascript; charset=utf-8"],
    ["/favicon.svg", "image/svg+xml"],
  ])("to %s is the client, without a session", async (path, type) => {
    const { status, headers } = await bff.browser().get(path);
    expect([status, headers.get("content-type")]).toEqual([200, type]);
  });

  it.each([
    "/assets/none.js",
    "/none.txt",
    "/api/none",
    "/api",
    "/health/none",
    "/../package.json",
    "/%2e%2e/package.json",
    "/assets/..%2f..%2fpackage.json",
    "/assets",
    "//evil.example/x.js",
  ])("to %s is a problem and no page (US-42)", async (path) => {
    const { status, headers, text } = await rawRequest(bff.address, "GET", path);
    expect([path, status]).toEqual([path, path === "//evil.example/x.js" ? status : 404]);
    expect(text).not.toContain("workspaces");
    if (status === 404) expect(headers["content-type"]).toContain("application/problem+json");
  });

  it("is the document of the page in the person's language", async () => {
    const cookie = aino.browser.cookie ?? "";
    const document = async (path: string, headers: Record<string, string>) => {
      const { status, headers: answer, text } = await rawRequest(bff.address, "GET", path, headers);
      expect([status, answer["content-type"], answer["cache-control"]]).toEqual([200, "text/html; charset=utf-8", "no-store"]);
      expect(answer["vary"]).toBe("accept-encoding, accept-language, cookie");
      return /<title>(.*)<\/title>/.exec(text)?.[1];
    };
    expect(await document("/welcome", {})).toBe("open/welcome.en");
    expect(await document("/welcome", { "accept-language": "fi-FI,fi;q=0.9,en;q=0.8" })).toBe("open/welcome.fi");
    expect(await document("/welcome?a=b", { "accept-language": "de,sv;q=0.5" })).toBe("open/welcome.en");
    expect(await document("/welcome", { "accept-language": "en", cookie: "x=1; opl-language=fi" })).toBe("open/welcome.fi");
    expect(await document("/", { "accept-language": "sv", cookie })).toBe("signed-in/index.sv");
    expect(await document("/", { "accept-language": "sv", cookie: `opl-language=fi; ${cookie}` })).toBe("signed-in/index.fi");
    // Without a session the frame of the ledger is not shown, and what there is no document for gets the one of all pages.
    expect(await document("/", { "accept-language": "sv" })).toBe("One Point Ledger");
    expect(await document("/transactions", { cookie })).toBe("One Point Ledger");
    expect(await document("/", { cookie: `opl-language=../; ${cookie}`, "accept-language": "../../x,".repeat(500) })).toBe("signed-in/index.en");
  });

  it("is compressed and revalidated where that saves something", async () => {
    const br = await rawRequest(bff.address, "GET", "/assets/main-Bx3kQ9zT.js", { "accept-encoding": "gzip, br" });
    expect([br.headers["content-encoding"], br.headers["vary"]]).toEqual(["br", "accept-encoding"]);
    const plain = await rawRequest(bff.address, "GET", "/assets/main-Bx3kQ9zT.js");
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect((await rawRequest(bff.address, "GET", "/assets/main-Bx3kQ9zT.js", { "if-none-match": String(plain.headers["etag"]) })).status).toBe(304);
  });

  it("sends pages that came in clear to https and refuses the API (US-44)", async () => {
    const clear = { "x-forwarded-proto": "http" };
    const page = await rawRequest(bff.address, "GET", "/transactions?text=a", clear);
    expect([page.status, page.headers["location"]]).toEqual([308, `${publicOrigin}/transactions?text=a`]);
    const tricky = await rawRequest(bff.address, "GET", "//evil.example/", clear);
    expect(tricky.headers["location"]).toBe(`${publicOrigin}/evil.example/`);
    const api = await rawRequest(bff.address, "GET", "/api/me", { ...clear, cookie: aino.browser.cookie ?? "" });
    expect([api.status, JSON.parse(api.text).code]).toEqual([403, "ERR_PLAIN_HTTP"]);
  });

  it("takes the address of the person from our own proxy, and of it the part the proxy wrote (US-15)", async () => {
    await aino.browser.get("/api/accounts", { "x-forwarded-for": "10.9.9.9, 203.0.113.9" });
    const addresses = bff.downstream.asked.filter(({ operation }) => operation === "listAccounts").map(({ psu }) => psu?.ipAddress);
    expect(addresses.at(-1)).toBe("203.0.113.9");
  });

  it("to a report about the content security policy says nothing and keeps nothing", async () => {
    const report = {
      "csp-report": { "effective-directive": "script-src", "blocked-uri": "https://evil.example/canary", "document-uri": "https://ledger.example/" },
    };
    const send = (body: string, type = "application/csp-report") => rawRequest(bff.address, "POST", "/api/csp-reports", { "content-type": type }, body);
    expect((await send(JSON.stringify(report))).status).toBe(204);
    expect((await send("{}")).status).toBe(204);
    expect((await send("no json")).status).toBe(400);
    expect((await send("x".repeat(20_000))).status).toBe(413);
    expect((await send("<report/>", "text/xml")).status).toBe(415);
    const answers = await Promise.all(Array.from({ length: 80 }, () => send("{}")));
    expect(answers.some(({ status }) => status === 429)).toBe(true);
  });
});
