import { describe, expect, it } from "vitest";
import { type OwnCertificate, ownCertificatesAmong, slotsOf, toReplace, toRetire } from "./own-certificate.ts";

const start = Temporal.Instant.from("2026-01-01T00:00:00Z");
const after = (days: number) => start.add({ seconds: Math.round(days * 86_400) });

/** Issued `from` days after the start for 100 days, unless said otherwise. */
const certificate = (name: string, from: number, change: Partial<OwnCertificate> = {}): OwnCertificate => ({
  certificateId: name,
  purpose: "qsealc",
  keyType: "ec",
  status: "ready",
  createdAt: after(from),
  retiredAt: null,
  readySince: after(from),
  issued: { thumbprint: `${name} thumbprint`, notBefore: after(from), notAfter: after(from + 100), refused: false },
  publishedAt: after(from),
  ...change,
});
const requested = (name: string, from: number, change: Partial<OwnCertificate> = {}): OwnCertificate =>
  certificate(name, from, { status: "requested", issued: null, publishedAt: null, readySince: null, ...change });
const names = (certificates: readonly OwnCertificate[]) => certificates.map(({ certificateId }) => certificateId);
const old = certificate("old", 0);
const next = certificate("next", 75);

describe("OA-72 what takes the place of a certificate of our own", () => {
  const among = (...all: OwnCertificate[]) => ownCertificatesAmong(["old thumbprint", "somebody else's"], all);

  it.each([
    ["nothing", [old], null, false],
    ["the next one, ten minutes after its key was published", [old, next], after(75).add({ minutes: 10 }), false],
    [
      "a QWAC at once: nobody looks it up",
      [certificate("old", 0, { purpose: "qwac" }), certificate("next", 75, { purpose: "qwac", publishedAt: null })],
      after(75),
      false,
    ],
    ["near the end sooner: a quarter of what is left", [old, certificate("next", 99.99)], after(99.99).add({ seconds: 216 }), false],
    ["nothing while its key is not published", [old, certificate("next", 75, { publishedAt: null })], null, true],
    ["nothing while it is only asked for", [old, requested("next", 75)], null, true],
    ["none of another kind of key", [old, certificate("next", 75, { keyType: "rsa" })], null, false],
    ["none of another purpose", [old, certificate("next", 75, { purpose: "qwac" })], null, false],
    ["none that must not be used", [old, certificate("next", 75, { issued: { ...next.issued!, refused: true } })], null, false],
    ["none that was given up", [old, certificate("next", 75, { status: "retired" })], null, false],
    ["none that ends earlier", [certificate("earlier", -10), old], null, false],
    [
      "an earlier one from the moment on that this one is given up",
      [certificate("earlier", -10), certificate("old", 0, { status: "retired", retiredAt: after(30) })],
      after(30),
      false,
    ],
  ] as const)("%s", (_title, all, replaceableSince, awaited) => {
    expect(among(...all)).toEqual([{ replaceableSince, awaited }]);
  });

  it("what the bank issued is none of ours", () => {
    expect(ownCertificatesAmong(["somebody else's"], [old, next])).toEqual([]);
  });
});

describe("OA-72 when the next one is asked for", () => {
  it("so many days before the end, once, and never in the first half of its life", () => {
    expect(names(toReplace([old], 30, after(69.9)))).toEqual([]);
    expect(names(toReplace([old], 30, after(70)))).toEqual(["old"]);
    expect(names(toReplace([old], 90, after(49)))).toEqual([]);
    expect(names(toReplace([old, requested("next", 70)], 30, after(80)))).toEqual([]);
    expect(names(toReplace([old, next], 30, after(80)))).toEqual([]);
    expect(names(toReplace([old, next], 30, after(145)))).toEqual(["next"]);
  });

  it("a certificate that was brought along is as old as it is here", () => {
    expect(names(toReplace([certificate("old", 0, { createdAt: after(80) })], 30, after(85)))).toEqual([]);
  });

  it("not for one that was given up", () => {
    expect(toReplace([certificate("old", 0, { status: "retired" })], 30, after(99))).toEqual([]);
  });

  it("says in which place one is awaited", () => {
    const others = [certificate("web", 50, { purpose: "qwac" }), requested("first", 60, { keyType: "rsa" })];
    expect(slotsOf([old, ...others], 30, after(80))).toEqual([
      { purpose: "qsealc", keyType: "ec", awaited: true },
      { purpose: "qwac", keyType: "ec", awaited: false },
      { purpose: "qsealc", keyType: "rsa", awaited: true },
    ]);
  });
});

describe("OA-72 when a certificate is given up", () => {
  const retired = (all: readonly OwnCertificate[], used: readonly string[], keepDays: number, day: number) =>
    names(toRetire(all, new Set(used), keepDays, after(day)));

  it("when the last bank has changed", () => {
    expect(retired([old, next], ["old thumbprint", "next thumbprint"], 30, 80)).toEqual([]);
    expect(retired([old, next], ["next thumbprint"], 30, 80)).toEqual(["old"]);
  });

  it("or has ended, whoever stayed with it", () => {
    expect(retired([old, next], ["old thumbprint"], 30, 100)).toEqual(["old"]);
  });

  it("never before another one has taken its place", () => {
    expect(retired([old, requested("next", 75)], [], 30, 200)).toEqual([]);
    expect(retired([old, certificate("next", 75, { keyType: "rsa" })], [], 30, 200)).toEqual([]);
  });

  it("not while older consents may sign with it for longer than its key would be published", () => {
    expect(retired([old, next], [], 10, 80)).toEqual([]);
    expect(retired([old, next], [], 10, 90)).toEqual(["old"]);
  });
});
