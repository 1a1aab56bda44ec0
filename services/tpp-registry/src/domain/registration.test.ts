import { OplError } from "@opl/errors";
import { describe, expect, it } from "vitest";
import { certificateStatus, daysLeft, dueWarning } from "./certificate.ts";
import { type FinishedStep, isFinal, nextStep, nextTryAt, stepsAfter, stepsOf } from "./registration.ts";
import { redirectUriOf, scopesOf } from "./tpp-profile.ts";

const now = Temporal.Instant.from("2026-11-22T10:00:00Z");
const done = (step: FinishedStep["step"], expiresAt: Temporal.Instant | null = null): FinishedStep => ({
  step,
  finishedAt: now,
  durationMs: 1,
  artefact: {},
  expiresAt,
});

const steps = stepsOf("op");

describe("the registration saga", () => {
  it.each(steps.map((step, index) => [index, step] as const))("after %i finished steps comes %s", (count, step) => {
    expect(
      nextStep(
        "op",
        steps.slice(0, count).map((name) => done(name)),
        now,
      ),
    ).toBe(step);
  });

  it("is over after the last step", () => {
    expect(
      nextStep(
        "op",
        steps.map((step) => done(step)),
        now,
      ),
    ).toBeNull();
  });

  it("goes back to a statement that ran out before the bank took it", () => {
    const built = [done("certificates"), done("software-statement", now.add({ hours: 1 })), done("registration-request", now.add({ seconds: 10 }))];
    expect(nextStep("op", built, now)).toBe("registration-request");
    expect(
      nextStep(
        "op",
        [built[0] as FinishedStep, done("software-statement", now.subtract({ seconds: 1 })), done("registration-request", now.add({ hours: 1 }))],
        now,
      ),
    ).toBe("software-statement");
    expect(stepsAfter("op", "software-statement")).toEqual(["registration-request", "submission", "validation", "activation"]);
  });

  it("never goes back once the bank has taken it: that would register twice", () => {
    const past = now.subtract({ hours: 1 });
    expect(nextStep("op", [done("certificates"), done("software-statement", past), done("registration-request", past), done("submission")], now)).toBe(
      "validation",
    );
  });

  it.each([
    ["rejected", true],
    ["invalid", true],
    ["unauthenticated", true],
    ["forbidden", true],
    ["not-found", true],
    ["unavailable", false],
    ["upstream", false],
    ["rate-limited", false],
    ["conflict", false],
    ["bug", false],
  ] as const)("an answer of kind %s is final: %s", (kind, final) => {
    expect(isFinal(new OplError({ code: "ERR_X", kind, message: "x" }))).toBe(final);
  });

  it("pauses double up to five minutes, and the bank's wish counts within that", () => {
    const seconds = (tries: number, wish?: number) => now.until(nextTryAt(now, tries, wish)).total("seconds");
    expect([0, 1, 2, 8, 9, 500].map((tries) => seconds(tries))).toEqual([1, 2, 4, 256, 300, 300]);
    expect(seconds(0, 60)).toBe(60);
    expect(seconds(0, 1e9)).toBe(300);
    expect(seconds(3, -5)).toBe(8);
  });
});

describe("the profile", () => {
  it("has one redirect URI per bank (OA-16) and one scope per role", () => {
    expect(redirectUriOf({ publicOrigin: "https://ledger.example" }, "bank-a")).toBe("https://ledger.example/connect/return/bank-a");
    expect(scopesOf(["AIS", "PIS", "CBPII"])).toEqual(["accounts", "payments", "fundsconfirmations"]);
  });
});

describe("G-38 a certificate's last days", () => {
  const ends = (days: number, hours = 0) => now.add({ hours: days * 24 + hours });

  it.each([
    [31, null, null],
    [30, null, 30],
    [29, 30, null],
    [7, 30, 7],
    [6, 7, null],
    [1, 7, 1],
    [0, 1, null],
    [0, null, 1],
    [-3, 7, 1],
  ] as const)("%i days left, warned at %s: warning %s", (days, warned, due) => {
    expect(dueWarning(ends(days, 1), now, warned)).toBe(due);
  });

  it("counts whole days", () => {
    expect([daysLeft(ends(1, 23), now), daysLeft(ends(0, 1), now), daysLeft(ends(0, -1), now)]).toEqual([1, 0, -1]);
  });

  it("says what it is to us", () => {
    expect(certificateStatus(ends(1), true, true, now)).toBe("active");
    expect(certificateStatus(ends(1), false, true, now)).toBe("spare");
    expect(certificateStatus(ends(1), true, false, now)).toBe("superseded");
    expect(certificateStatus(ends(-1), true, true, now)).toBe("expired");
  });
});
