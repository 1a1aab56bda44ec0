import { describe, expect, it } from "vitest";
import { assumedLifetimeSeconds, grantedScope, lifetimeSeconds, mayTravelTo, needsRefresh, nextRefreshTry, refreshEnd } from "./token-set.ts";

const now = Temporal.Instant.from("2026-11-22T10:00:00Z");

describe("a token set", () => {
  it.each([
    [600, false],
    [121, false],
    [120, true],
    [0, true],
    [-5, true],
  ])("with %i seconds left needs a refresh: %s", (seconds, needed) => {
    expect(needsRefresh({ accessExpiresAt: now.add({ seconds }) }, now)).toBe(needed);
  });

  it.each([
    [undefined, assumedLifetimeSeconds],
    [-5, assumedLifetimeSeconds],
    [0, assumedLifetimeSeconds],
    [Number.NaN, assumedLifetimeSeconds],
    [Number.POSITIVE_INFINITY, assumedLifetimeSeconds],
    [3599.9, 3599],
    [10 ** 12, 86_400],
  ])("OA-55 a told lifetime of %s counts as %i seconds", (told, seconds) => {
    expect(lifetimeSeconds(told)).toBe(seconds);
  });

  it.each([
    [undefined, null],
    [0, null],
    [-5, null],
    [Number.NaN, null],
    [3_600, 3_600],
    [90 * 86_400, 90 * 86_400],
    [10 ** 12, 366 * 86_400],
  ])("a refresh token said to live %s seconds ends after %s", (told, seconds) => {
    expect(refreshEnd(told, now)?.toString() ?? null).toBe(seconds === null ? null : now.add({ seconds }).toString());
  });

  it.each([
    [null, 60],
    [7 * 1_440, 60],
    [120, 60],
    [60, 30],
    [11, 5],
    [8, 4],
    [2, 1],
    [1, 1],
    [0, 60],
    [-600, 60],
  ])("a refresh ahead of time of a token with %s minutes left is tried again after %i", (left, minutes) => {
    const end = left === null ? null : now.add({ minutes: left });
    expect(nextRefreshTry(now, end).toString()).toBe(now.add({ minutes }).toString());
  });

  it.each([
    ["https://api.bank.example/accounts", true],
    ["https://api.bank.example:443/accounts?x=1", true],
    ["http://api.bank.example/accounts", false],
    ["https://api.bank.example:8443/accounts", false],
    ["https://api.bank.example.evil.example/accounts", false],
    ["https://api.bank.example@evil.example/accounts", false],
    ["https://other.bank.example/accounts", false],
  ])("OA-65 BR-32 may travel to %s: %s", (url, allowed) => {
    expect(mayTravelTo({ origins: ["https://api.bank.example"] }, new URL(url))).toBe(allowed);
  });

  it.each([
    [undefined, ["openid", "accounts"]],
    ["", ["openid", "accounts"]],
    ["  ", ["openid", "accounts"]],
    ["accounts", ["accounts"]],
    ["accounts openid", ["accounts", "openid"]],
    ["openid accounts payments", "wider-than-asked"],
    ["ACCOUNTS", "wider-than-asked"],
  ])("OA-54 a told scope of %j", (told, granted) => {
    expect(grantedScope(["openid", "accounts"], told)).toEqual(granted);
  });
});
