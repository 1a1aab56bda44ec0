import { Secret } from "@opl/service";
import { describe, expect, it } from "vitest";
import { addressBlock, cameByPlainHttp, clientAddress, trustedProxies } from "./client-address.ts";
import { sessionCookieOf } from "./cookie.ts";
import { isPlainJson, refuseForeign } from "./csrf.ts";
import { deriveSessionKeys } from "./keys.ts";
import { hashPassword, verifyPassword } from "./password.ts";

const origin = "https://ledger.example";

describe("whether a request is one of our own page", () => {
  const ours = { origin, "opl-csrf": "1", "sec-fetch-site": "same-origin" };

  it.each([
    ["our page", ours, undefined],
    ["our page in a browser without fetch metadata", { origin, "opl-csrf": "1" }, undefined],
    ["our page in a browser that sends no origin", { "opl-csrf": "1", "sec-fetch-site": "same-origin" }, undefined],
    ["nobody knows where", { "opl-csrf": "1" }, "origin-unknown"],
    ["our page without the header (US-01)", { origin, "sec-fetch-site": "same-origin" }, "header-missing"],
    ["our page with another header value", { ...ours, "opl-csrf": "0" }, "header-missing"],
    ["our page with the header twice", { ...ours, "opl-csrf": ["1", "1"] }, "header-missing"],
    ["another site (US-01)", { ...ours, origin: "https://evil.example" }, "foreign-origin"],
    ["another site that lies about its origin", { ...ours, "sec-fetch-site": "cross-site" }, "foreign-origin"],
    ["a sibling (US-02)", { ...ours, origin: "https://other.ledger.example", "sec-fetch-site": "same-site" }, "foreign-origin"],
    ["a sandboxed frame (US-27)", { ...ours, origin: "null" }, "foreign-origin"],
    ["our origin in capitals", { ...ours, origin: "https://LEDGER.example" }, "foreign-origin"],
    ["our origin with a slash", { ...ours, origin: `${origin}/` }, "foreign-origin"],
  ])("a change from %s", (_, headers, refusal) => {
    for (const method of ["POST", "PATCH", "DELETE", "PUT"]) expect(refuseForeign({ method, headers }, origin)).toBe(refusal);
  });

  it.each([
    [{}, undefined],
    [{ "sec-fetch-site": "same-origin" }, undefined],
    [{ "sec-fetch-site": "none" }, undefined],
    [{ "sec-fetch-site": "same-site" }, "cross-site-read"],
    [{ "sec-fetch-site": "cross-site" }, "cross-site-read"],
  ])("reading with %j", (headers, refusal) => {
    expect(refuseForeign({ method: "GET", headers }, origin)).toBe(refusal);
  });

  it.each(["application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON"])("%j is JSON", (type) =>
    expect(isPlainJson(type)).toBe(true),
  );
  it.each([
    undefined,
    "",
    "application/json;",
    "application/json\t;",
    "application/json ",
    "application/json; charset=utf-16",
    "application/json; a=b",
    "text/json",
    "application/problem+json",
    "text/plain, application/json",
  ])("%j is not (US-14)", (type) => expect(isPlainJson(type)).toBe(false));
});

describe("the address of a visitor (US-15)", () => {
  const proxies = trustedProxies(["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"]);

  it.each([
    ["203.0.113.9", undefined, "203.0.113.9"],
    ["203.0.113.9", "198.51.100.7", "203.0.113.9"],
    ["10.1.2.3", undefined, "10.1.2.3"],
    ["10.1.2.3", "198.51.100.7", "198.51.100.7"],
    ["10.1.2.3", "198.51.100.7, 203.0.113.9", "203.0.113.9"],
    ["10.1.2.3", "198.51.100.7, 10.9.9.9", "198.51.100.7"],
    ["10.1.2.3", "198.51.100.7, rubbish, 10.9.9.9", "10.9.9.9"],
    ["10.1.2.3", "", "10.1.2.3"],
    ["10.1.2.3", "203.0.113.9:4711", "10.1.2.3"],
    ["::ffff:10.1.2.3", "198.51.100.7", "198.51.100.7"],
    ["::ffff:203.0.113.9", undefined, "203.0.113.9"],
    ["2001:db8::1", "2001:db9::7", "2001:db9::7"],
    ["fe80::1%eth0", undefined, "fe80::1"],
    ["10.1.2.3", ["203.0.113.1", "198.51.100.7"], "198.51.100.7"],
  ])("connection from %s with %j is %s", (remote, forwarded, expected) => {
    expect(clientAddress(remote, forwarded, proxies)).toBe(expected);
  });

  it("believes no one where no proxy is named", () => {
    expect(clientAddress("127.0.0.1", "203.0.113.9", trustedProxies([]))).toBe("127.0.0.1");
    expect(cameByPlainHttp("127.0.0.1", "http", trustedProxies([]))).toBe(false);
    expect(cameByPlainHttp("10.0.0.1", "http", proxies)).toBe(true);
    expect(cameByPlainHttp("10.0.0.1", "https", proxies)).toBe(false);
  });

  it.each(["nonsense", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::1/129", "10.0.0.1/8/8x"])("%j is no proxy", (entry) => {
    expect(() => trustedProxies([entry])).toThrow(RangeError);
  });

  it.each([
    ["203.0.113.9", "203.0.113.9"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ])("attempts from %s are counted under %s", (address, block) => {
    expect(addressBlock(address)).toBe(block);
  });
});

describe("the session cookie (US-26)", () => {
  it.each([
    ["__Host-opl-session=a.b", "__Host-opl-session=a.b"],
    ["theme=dark; __Host-opl-session=a.b; x=y", "__Host-opl-session=a.b"],
    [undefined, undefined],
    ["", undefined],
    ["opl-session=a.b", undefined],
    ["__Host-opl-session=a.b; __Host-opl-session=c.d", undefined],
    [`__Host-opl-session=${"a".repeat(1_000)}`, undefined],
    ["__host-opl-session=a.b", undefined],
  ])("%j holds %j", (header, cookie) => {
    expect(sessionCookieOf(header)).toBe(cookie);
  });
});

describe("keys", () => {
  const keys = deriveSessionKeys({ session: new Secret("s".repeat(40)), binding: new Secret("b".repeat(40)) });

  it("tie a redirect to a session without telling it", () => {
    const binding = keys.sessionBinding("session-1");
    expect(binding).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(keys.sessionBinding("session-1")).toBe(binding);
    expect(keys.sessionBinding("session-2")).not.toBe(binding);
    expect(deriveSessionKeys({ session: new Secret("s".repeat(40)), binding: new Secret("c".repeat(40)) }).sessionBinding("session-1")).not.toBe(binding);
  });

  it("keep what is counted apart, however it is put together", () => {
    expect(keys.attemptKey("a", "bc").equals(keys.attemptKey("ab", "c"))).toBe(false);
    expect(keys.attemptKey("a")).toHaveLength(32);
  });
});

describe("passwords", () => {
  it("are kept as argon2id with a salt each, and recognised again", async () => {
    const [one, two] = [await hashPassword("kolme sinistä kissaa"), await hashPassword("kolme sinistä kissaa")];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword({ hash: one, password: "kolme sinistä kissaa" })).toBe(true);
    expect(await verifyPassword({ hash: one, password: "kolme sinista kissaa" })).toBe(false);
  });

  it.each([
    "",
    "plain",
    "$argon2i$v=19$m=19456,t=2,p=1$aaaaaaaaaaaaaaaaaaaaaa$aaaaaaaaaaaaaaaa",
    "$argon2id$v=19$m=99999999999,t=2,p=1$aaaaaaaaaaaa$aaaaaaaaaaaa",
  ])("never fit %j, which is no hash of ours", async (hash) => {
    expect(await verifyPassword({ hash, password: "" })).toBe(false);
  });
});
