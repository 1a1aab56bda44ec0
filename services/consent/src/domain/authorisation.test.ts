import { describe, expect, it } from "vitest";
import { exchangeLifetimeSeconds, finish, isFinished, lapsed, take } from "./authorisation.ts";
import type { Authorisation, Outcome, ReceivedAuthorisation } from "./authorisation.ts";

const createdAt = Temporal.Instant.from("2026-11-22T10:00:00Z");
const expiresAt = createdAt.add({ minutes: 10 });
const received: ReceivedAuthorisation = {
  authorisationId: "a",
  psuId: "p",
  about: { kind: "consent", consentId: "c" },
  aspspId: "op-fi",
  sessionBinding: "s".repeat(43),
  redirectUri: "https://ledger.example/connect/return/op-fi",
  createdAt,
  expiresAt,
  authorizationServer: null,
  scaStatus: "received",
  nonce: "n",
};
const takenAt = createdAt.add({ minutes: 2 });
const started = take(received, takenAt);
const authorised: Outcome = { outcome: "authorised", validUntil: createdAt.add({ hours: 24 * 90 }) };
const refused: Outcome = { outcome: "refused" };
const finalised = finish(started, authorised, takenAt);
const failed = finish(received, refused, takenAt);

describe("an attempt", () => {
  it("is started by being taken and keeps its nonce for the exchange", () => {
    expect(started).toMatchObject({ scaStatus: "started", takenAt, nonce: "n" });
  });
  it.each([
    { name: "authorised", outcome: authorised, scaStatus: "finalised" },
    { name: "refused", outcome: refused, scaStatus: "failed" },
    { name: "failed", outcome: { outcome: "failed", reason: "ERR_X" } as const, scaStatus: "failed" },
  ])("ends $scaStatus when $name, without its nonce", ({ outcome, scaStatus }) => {
    const ended = finish(started, outcome, takenAt);
    expect(ended).toMatchObject({ scaStatus, outcome, finishedAt: takenAt });
    expect("nonce" in ended).toBe(false);
  });
  it("US-07 keeps its first outcome", () => {
    expect(finish(finalised, refused, expiresAt)).toBe(finalised);
    expect(finish(failed, authorised, expiresAt)).toBe(failed);
  });
});

describe("lapsed, every state × time", () => {
  const early = createdAt;
  const cases: { name: string; attempt: Authorisation; now: Temporal.Instant; lapse: string | null }[] = [
    { name: "received, in time", attempt: received, now: early, lapse: null },
    { name: "OA-11 received, at its end", attempt: received, now: expiresAt, lapse: "timed-out" },
    { name: "started, exchange may still answer", attempt: started, now: takenAt.add({ seconds: exchangeLifetimeSeconds - 1 }), lapse: null },
    { name: "OA-60 started, exchange cut off", attempt: started, now: takenAt.add({ seconds: exchangeLifetimeSeconds }), lapse: "interrupted" },
    { name: "finalised", attempt: finalised, now: expiresAt.add({ hours: 1 }), lapse: null },
    { name: "failed", attempt: failed, now: expiresAt.add({ hours: 1 }), lapse: null },
  ];
  it.each(cases)("$name → $lapse", ({ attempt, now, lapse }) => {
    expect(lapsed(attempt, now)).toBe(lapse);
  });
  it("knows the finished ones", () => {
    expect([received, started, finalised, failed].map(isFinished)).toEqual([false, false, true, true]);
  });
});
