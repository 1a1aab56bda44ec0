import { expect, it } from "vitest";
import { type KnownAccount, knownSince } from "./known-since.ts";

const account = (oldest: number | undefined, balanceMinor = 500n, sumMinor = 200n): KnownAccount => ({ oldest, balanceMinor, sumMinor });

it.each<[string, KnownAccount[], number | undefined]>([
  ["no account", [], undefined],
  ["one account", [account(10)], 10],
  ["of two the one known for the shorter time", [account(10), account(300)], 300],
  ["an account that began with nothing limits nothing", [account(10), account(300, 200n)], 10],
  ["accounts that all began with nothing are known since the first", [account(40, 200n), account(30, 200n)], 30],
  ["an account without entries limits nothing", [account(10), account(undefined, 500n, 0n)], 10],
  ["only accounts without entries", [account(undefined, 500n, 0n)], undefined],
])("%s", (_, accounts, since) => {
  expect(knownSince(accounts)).toBe(since);
});
