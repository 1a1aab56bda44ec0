import { describe, expect, it } from "vitest";
import { guardedLookup, isLoopbackHost, isPrivateAddress } from "./address-guard.ts";

describe("addresses inside", () => {
  it.each([
    "127.0.0.1",
    "127.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:7f00:1",
    "64:ff9b::7f00:1",
    "not an address",
  ])("BR-33 %s is refused", (address) => expect(isPrivateAddress(address)).toBe(true));

  it.each(["8.8.8.8", "172.32.0.1", "192.169.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8"])("%s is outside", (address) =>
    expect(isPrivateAddress(address)).toBe(false),
  );

  it.each([
    ["localhost", true],
    ["op.localhost", true],
    ["127.0.0.1", true],
    ["[::1]", true],
    ["localhost.evil.example", false],
    ["127.0.0.1.evil.example", false],
    ["notlocalhost", false],
  ])("%s names this machine: %s", (host, expected) => expect(isLoopbackHost(host)).toBe(expected));
});

describe("resolving a name", () => {
  type Answer = { address: string; family: number }[];
  const look = (host: string, answers: Answer | Error, all = true) =>
    new Promise<unknown>((done) => {
      let asked = 0;
      const resolve = ((_name: string, _options: unknown, callback: (error: Error | null, addresses: Answer) => void) => {
        asked += 1;
        if (answers instanceof Error) callback(answers, []);
        else callback(null, answers);
      }) as never;
      guardedLookup(resolve)(host, { all }, (error, address) => done({ error: error?.code, address, asked }));
    });

  it("BR-34 asks once and gives on what was checked", async () => {
    const addresses = [
      { address: "203.0.114.9", family: 4 },
      { address: "2001:4860::1", family: 6 },
    ];
    expect(await look("bank.example", addresses)).toEqual({ error: undefined, address: addresses, asked: 1 });
    expect(await look("bank.example", addresses, false)).toEqual({ error: undefined, address: "203.0.114.9", asked: 1 });
  });

  it("BR-34 a public name with any private address is refused", async () => {
    expect(
      await look("bank.example", [
        { address: "203.0.114.9", family: 4 },
        { address: "10.0.0.1", family: 4 },
      ]),
    ).toMatchObject({ error: "EOPLPRIVATE" });
    expect(await look("bank.example", [])).toMatchObject({ error: "EOPLPRIVATE" });
  });

  it("a name that does not resolve says so", async () => {
    expect(await look("bank.example", Object.assign(new Error("x"), { code: "ENOTFOUND" }))).toMatchObject({ error: "ENOTFOUND" });
  });

  it("RFC 6761 names of this machine need no resolver", async () => {
    expect(await look("op.localhost", new Error("never asked"))).toEqual({ error: undefined, address: [{ address: "127.0.0.1", family: 4 }], asked: 0 });
  });
});
