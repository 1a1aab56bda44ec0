import { describe, expect, it } from "vitest";
import { decide, hasEnded } from "./consent.ts";
import type { Command, Consent, Decision, Status } from "./consent.ts";

const at = Temporal.Instant.from("2026-11-22T10:00:00Z");
const created = at.subtract({ hours: 1 });
const authorisedAt = at.subtract({ hours: 24 * 60 });
const validUntil = at.add({ hours: 24 * 20 });
const base = { consentId: "c", psuId: "p", aspspId: "op-fi", createdAt: created, requestedValidUntil: at.add({ hours: 24 * 180 }), replaces: null };
const grant = { authorisedAt, validUntil, scope: ["accounts"], nextWarningAt: at.subtract({ minutes: 1 }) };

const states: { readonly [S in Status]: Extract<Consent, { status: S }> } = {
  received: { ...base, status: "received" },
  valid: { ...base, status: "valid", grant },
  rejected: { ...base, status: "rejected", endedAt: created, reason: "access_denied" },
  revokedByPsu: { ...base, status: "revokedByPsu", endedAt: created, grant },
  terminatedByTpp: { ...base, status: "terminatedByTpp", endedAt: created, grant: null },
  expired: { ...base, status: "expired", endedAt: created, grant },
  replaced: { ...base, status: "replaced", endedAt: created, grant, replacedBy: "n" },
};

const commands: { readonly [C in Command["type"]]: Extract<Command, { type: C }> } = {
  authorise: { type: "authorise", at, authorisedAt: at, validUntil: at.add({ hours: 24 * 90 }), scope: ["accounts"] },
  reject: { type: "reject", at, by: "psu", reason: "access_denied" },
  revoke: { type: "revoke", at, by: "psu", keepData: true },
  lose: { type: "lose", at, code: "ERR_ASPSP_CONSENT_INVALID" },
  warn: { type: "warn", at },
  expire: { type: "expire", at: validUntil },
  replace: { type: "replace", at, successor: "n" },
};

/** `status, fact` of the next state; `=` for no change; a refusal otherwise. */
const expected: { readonly [S in Status]: { readonly [C in Command["type"]]: string } } = {
  received: {
    authorise: "valid, authorised",
    reject: "rejected, rejected",
    revoke: "revokedByPsu, revoked",
    lose: "rejected, rejected",
    warn: "not-authorised",
    expire: "not-authorised",
    replace: "not-authorised",
  },
  valid: {
    authorise: "already-authorised",
    reject: "already-authorised",
    revoke: "revokedByPsu, revoked",
    lose: "revokedByPsu, lost",
    warn: "valid, expiring",
    expire: "expired, expired",
    replace: "replaced, replaced",
  },
  rejected: { authorise: "ended", reject: "ended", revoke: "=", lose: "=", warn: "ended", expire: "=", replace: "=" },
  revokedByPsu: { authorise: "ended", reject: "ended", revoke: "=", lose: "=", warn: "ended", expire: "=", replace: "=" },
  terminatedByTpp: { authorise: "ended", reject: "ended", revoke: "=", lose: "=", warn: "ended", expire: "=", replace: "=" },
  expired: { authorise: "ended", reject: "ended", revoke: "=", lose: "=", warn: "ended", expire: "=", replace: "=" },
  replaced: { authorise: "ended", reject: "ended", revoke: "=", lose: "=", warn: "ended", expire: "=", replace: "=" },
};

const rows = Object.entries(expected).flatMap(([status, row]) =>
  Object.entries(row).map(([type, outcome]) => ({ status: status as Status, type: type as Command["type"], outcome })),
);

function show(decision: Decision): string {
  switch (decision.kind) {
    case "changed":
      return `${decision.consent.status}, ${decision.fact.fact}`;
    case "unchanged":
      return "=";
    case "refused":
      return decision.refusal;
  }
}

describe("every state × every command", () => {
  it("covers the whole table", () => {
    expect(rows).toHaveLength(Object.keys(states).length * Object.keys(commands).length);
  });
  it.each(rows)("$status × $type → $outcome", ({ status, type, outcome }) => {
    expect(show(decide(states[status], commands[type]))).toBe(outcome);
  });
  it.each(rows)("$status × $type keeps who, where and when", ({ status, type }) => {
    const decision = decide(states[status], commands[type]);
    if (decision.kind === "changed") expect(decision.consent).toMatchObject(base);
  });
  it.each(rows.filter(({ status }) => hasEnded(states[status])))("US-35 $status stays ended whatever comes ($type)", ({ status, type }) => {
    expect(decide(states[status], commands[type]).kind).not.toBe("changed");
  });
});

describe("authorise", () => {
  it("never lasts longer than the person asked for", () => {
    const decision = decide(states.received, { ...commands.authorise, validUntil: base.requestedValidUntil.add({ hours: 1 }) });
    expect(decision).toMatchObject({ fact: { validUntil: base.requestedValidUntil } });
  });
  it("refuses a grant that is over already", () => {
    expect(show(decide(states.received, { ...commands.authorise, validUntil: at }))).toBe("too-late");
  });
});

describe("revoke", () => {
  it("by us is a termination", () => {
    expect(show(decide(states.valid, { ...commands.revoke, by: "tpp" }))).toBe("terminatedByTpp, revoked");
  });
});

describe("expire", () => {
  it("is refused a moment before the end", () => {
    expect(show(decide(states.valid, { type: "expire", at: validUntil.subtract({ milliseconds: 1 }) }))).toBe("too-early");
  });
});

describe("warn", () => {
  it("says how many days are left and plans the next warning", () => {
    expect(decide(states.valid, commands.warn)).toMatchObject({
      fact: { daysLeft: 20, validUntil },
      consent: { grant: { nextWarningAt: validUntil.subtract({ hours: 7 * 24 }) } },
    });
  });
  it("is not repeated after the last one", () => {
    expect(show(decide({ ...states.valid, grant: { ...grant, nextWarningAt: null } }, commands.warn))).toBe("=");
  });
  it("is refused before its time and after the end", () => {
    expect(show(decide({ ...states.valid, grant: { ...grant, nextWarningAt: at.add({ seconds: 1 }) } }, commands.warn))).toBe("too-early");
    expect(show(decide(states.valid, { type: "warn", at: validUntil }))).toBe("too-late");
  });
});
