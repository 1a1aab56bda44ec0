import { describe, expect, it } from "vitest";
import { decide, hasEnded } from "./consent.ts";
import type { Command, Consent, Decision, Status } from "./consent.ts";

const at = Temporal.Instant.from("2026-11-22T10:00:00Z");
const created = at.subtract({ hours: 1 });
const authorisedAt = at.subtract({ hours: 24 * 60 });
const validUntil = at.add({ hours: 24 * 20 });
const base = {
  consentId: "c",
  psuId: "p",
  aspspId: "op-fi",
  createdAt: created,
  requestedValidUntil: at.add({ hours: 24 * 180 }),
  replaces: null,
  reconfirmDays: 90,
};
/** Confirmed 89 days ago: due tomorrow, and due for its last reminder now. */
const reconfirmation = { confirmedAt: at.subtract({ hours: 24 * 89 }), dueAt: at.add({ hours: 24 }), nextReminderAt: at };
const grant = { authorisedAt, validUntil, scope: ["accounts"], nextWarningAt: at.subtract({ minutes: 1 }), reconfirmation };

const states: { readonly [S in Status]: Extract<Consent, { status: S }> } = {
  received: { ...base, status: "received" },
  valid: { ...base, status: "valid", grant },
  unconfirmed: { ...base, status: "unconfirmed", grant },
  scaRequired: { ...base, status: "scaRequired", grant },
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
  lose: { type: "lose", at, by: "aspsp", code: "ERR_ASPSP_CONSENT_INVALID" },
  warn: { type: "warn", at },
  expire: { type: "expire", at: validUntil },
  replace: { type: "replace", at, successor: "n" },
  remind: { type: "remind", at },
  lapse: { type: "lapse", at: reconfirmation.dueAt },
  reconfirm: { type: "reconfirm", at },
  demandSca: { type: "demandSca", at },
};

const over = {
  authorise: "ended",
  reject: "ended",
  revoke: "=",
  lose: "=",
  warn: "ended",
  expire: "=",
  replace: "=",
  remind: "ended",
  lapse: "=",
  reconfirm: "ended",
  demandSca: "=",
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
    remind: "not-authorised",
    lapse: "not-authorised",
    reconfirm: "not-authorised",
    demandSca: "not-authorised",
  },
  valid: {
    authorise: "already-authorised",
    reject: "already-authorised",
    revoke: "revokedByPsu, revoked",
    lose: "revokedByPsu, lost",
    warn: "valid, expiring",
    expire: "expired, expired",
    replace: "replaced, replaced",
    remind: "valid, reconfirmation-due",
    lapse: "unconfirmed, paused",
    reconfirm: "valid, reconfirmed",
    demandSca: "scaRequired, paused",
  },
  unconfirmed: {
    authorise: "already-authorised",
    reject: "already-authorised",
    revoke: "revokedByPsu, revoked",
    lose: "revokedByPsu, lost",
    warn: "unconfirmed, expiring",
    expire: "expired, expired",
    replace: "replaced, replaced",
    remind: "=",
    lapse: "=",
    reconfirm: "valid, reconfirmed",
    demandSca: "scaRequired, paused",
  },
  scaRequired: {
    authorise: "already-authorised",
    reject: "already-authorised",
    revoke: "revokedByPsu, revoked",
    lose: "revokedByPsu, lost",
    warn: "scaRequired, expiring",
    expire: "expired, expired",
    replace: "replaced, replaced",
    remind: "=",
    lapse: "=",
    reconfirm: "sca-required",
    demandSca: "=",
  },
  rejected: over,
  revokedByPsu: over,
  terminatedByTpp: over,
  expired: over,
  replaced: over,
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

describe("lose", () => {
  it("by us is a termination, and no withdrawal of the person's", () => {
    const decision = decide(states.valid, { type: "lose", at, by: "tpp", code: "refresh-interrupted" });
    expect(decision).toMatchObject({ consent: { status: "terminatedByTpp" }, fact: { fact: "lost", by: "tpp", code: "refresh-interrupted" } });
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

const day = 24;
const withClock = (change: Partial<typeof reconfirmation> | null): Extract<Consent, { status: "valid" }> => ({
  ...states.valid,
  grant: { ...grant, validUntil: at.add({ hours: 170 * day }), reconfirmation: change === null ? null : { ...reconfirmation, ...change } },
});

describe("the person's own clock", () => {
  it("begins with the yes at the bank, where the bank leaves asking to us", () => {
    const command = { ...commands.authorise, validUntil: base.requestedValidUntil };
    expect(decide(states.received, command)).toMatchObject({
      consent: { grant: { reconfirmation: { confirmedAt: at, dueAt: at.add({ hours: 90 * day }), nextReminderAt: at.add({ hours: 60 * day }) } } },
    });
    expect(decide({ ...states.received, reconfirmDays: null }, command)).toMatchObject({ consent: { grant: { reconfirmation: null } } });
  });

  it("asks for nothing that the end of the consent makes idle", () => {
    expect(decide(states.received, { ...commands.authorise, validUntil: at.add({ hours: 90 * day }) })).toMatchObject({
      consent: { grant: { reconfirmation: null } },
    });
  });

  it("reminds of what is left, and plans the next time", () => {
    const dueAt = at.add({ hours: 30 * day });
    expect(decide(withClock({ dueAt, confirmedAt: at.subtract({ hours: 60 * day }) }), commands.remind)).toMatchObject({
      fact: { reconfirmBy: dueAt, daysLeft: 30 },
      consent: { grant: { reconfirmation: { dueAt, nextReminderAt: dueAt.subtract({ hours: 7 * day }) } } },
    });
    expect(show(decide(withClock({ nextReminderAt: at.add({ seconds: 1 }) }), commands.remind))).toBe("too-early");
    expect(show(decide(withClock({ dueAt: at }), commands.remind))).toBe("too-late");
    expect(decide(withClock(null), commands.remind)).toEqual({ kind: "unchanged" });
    expect(decide({ ...states.valid, grant: { ...grant, reconfirmation: { ...reconfirmation, nextReminderAt: null } } }, commands.remind)).toEqual({
      kind: "unchanged",
    });
  });

  it("runs out at its moment and not before", () => {
    const moment = { ...commands.lapse, at: reconfirmation.dueAt.subtract({ milliseconds: 1 }) };
    expect(show(decide(states.valid, moment))).toBe("too-early");
    expect(show(decide(withClock(null), commands.lapse))).toBe("too-early");
    expect(decide(states.valid, commands.lapse)).toMatchObject({ fact: { reason: "reconfirmation-missed" } });
  });

  it.each([states.valid, states.unconfirmed])("begins anew with a confirmation ($status)", (consent) => {
    const long = { ...consent, grant: { ...grant, validUntil: at.add({ hours: 170 * day }) } };
    expect(decide(long, commands.reconfirm)).toMatchObject({
      fact: { reconfirmBy: at.add({ hours: 90 * day }) },
      consent: { status: "valid", grant: { authorisedAt, reconfirmation: { confirmedAt: at, dueAt: at.add({ hours: 90 * day }) } } },
    });
    expect(decide(consent, commands.reconfirm)).toMatchObject({ fact: { reconfirmBy: null }, consent: { grant: { reconfirmation: null } } });
  });

  it("US-35 twice on one day is once", () => {
    const confirmed = (hours: number) => show(decide(withClock({ confirmedAt: at.subtract({ hours }) }), commands.reconfirm));
    expect([confirmed(23), confirmed(24)]).toEqual(["=", "valid, reconfirmed"]);
    expect(show(decide(withClock(null), commands.reconfirm))).toBe("=");
  });

  it("does not wake what has run out meanwhile", () => {
    expect(show(decide(states.unconfirmed, { type: "reconfirm", at: validUntil }))).toBe("too-late");
  });

  it("leaves a bank's wish to see the person as it is", () => {
    expect(decide(states.unconfirmed, commands.demandSca)).toMatchObject({ consent: { status: "scaRequired", grant }, fact: { reason: "sca-required" } });
  });
});
