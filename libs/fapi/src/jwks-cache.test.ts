import { describe, expect, it } from "vitest";
import { createJwksCache, readJwks } from "./jwks-cache.ts";

const key = (kid: string) => ({ kty: "EC", crv: "P-256", x: "x", y: "y", kid });

function setUp(answers: (() => unknown)[]) {
  let [loads, now] = [0, 0];
  const cache = createJwksCache({
    load: async () => (answers[loads++] ?? answers.at(-1))?.(),
    monotonicMs: () => now,
  });
  return { cache, loads: () => loads, advance: (ms: number) => void (now += ms) };
}

describe("createJwksCache", () => {
  it("loads once for many readers at once", async () => {
    const { cache, loads } = setUp([() => ({ keys: [key("a")] })]);
    await Promise.all(Array.from({ length: 20 }, () => cache.current()));
    expect(loads()).toBe(1);
  });

  it("OA-45 a thousand unknown keys cause at most one load a minute", async () => {
    const { cache, loads, advance } = setUp([() => ({ keys: [key("a")] })]);
    await cache.current();
    advance(60_000);
    for (let i = 0; i < 1000; i += 1) await cache.reload();
    expect(loads()).toBe(2);
    advance(59_999);
    await cache.reload();
    expect(loads()).toBe(2);
    advance(1);
    await cache.reload();
    expect(loads()).toBe(3);
  });

  it("OA-44 shows a changed set after a reload", async () => {
    const { cache, advance } = setUp([() => ({ keys: [key("a")] }), () => ({ keys: [key("b")] })]);
    expect((await cache.current()).keys.map((k) => k.kid)).toEqual(["a"]);
    advance(61_000);
    expect((await cache.reload()).keys.map((k) => k.kid)).toEqual(["b"]);
  });

  it("keeps an old set while the bank does not answer, and says so when it never had one", async () => {
    const fail = () => {
      throw new Error("down");
    };
    const { cache, advance } = setUp([() => ({ keys: [key("a")] }), fail]);
    await cache.current();
    advance(3_600_000);
    expect((await cache.current()).keys).toHaveLength(1);
    const empty = setUp([fail]);
    await expect(empty.cache.current()).rejects.toMatchObject({ code: "ERR_JWKS_UNAVAILABLE" });
    await expect(empty.cache.current()).rejects.toMatchObject({ code: "ERR_JWKS_UNAVAILABLE" });
    expect(empty.loads()).toBe(1);
  });
});

describe("readJwks", () => {
  it("keeps asymmetric public keys and drops private members", () => {
    const { keys } = readJwks({ keys: [{ ...key("a"), d: "secret" }, { kty: "oct", k: "x" }, "text", null, { kty: "RSA", n: "n", e: "e" }] });
    expect(keys).toEqual([key("a"), { kty: "RSA", n: "n", e: "e" }]);
  });

  it.each([null, [], "x", {}, { keys: "x" }, { keys: Array.from({ length: 65 }, () => key("a")) }])("refuses %#", (document) => {
    expect(() => readJwks(document)).toThrow(/not a key set/);
  });
});
