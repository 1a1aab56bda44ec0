import { describe, expect, it } from "vitest";
import { decideFunds, fundsHistory, replacedByRenewal } from "./funds-consent.ts";
import type { FundsCommand, FundsConsent } from "./funds-consent.ts";

const at = Temporal.Instant.from("2026-11-29T10:00:00Z");
const validUntil = at.add({ hours: 24 });
const base = {
  fundsConsentId: "f",
  psuId: "p",
  aspspId: "op-fi",
  iban: null,
  createdAt: at,
  authorisedAt: null,
  validUntil,
  replaces: null,
  nextWarningAt: null,
  warnedAt: [],
};
const over = { endedAt: at, reason: null, replacedBy: null };
const states: { readonly [S in FundsConsent["status"]]: FundsConsent } = {
  received: { ...base, status: "received" },
  valid: { ...base, status: "valid", authorisedAt: at, nextWarningAt: at },
  rejected: { ...base, ...over, status: "rejected" },
  revokedByPsu: { ...base, ...over, status: "revokedByPsu" },
  terminatedByTpp: { ...base, ...over, status: "terminatedByTpp" },
  expired: { ...base, ...over, status: "expired" },
};
const commands = {
  authorise: { type: "authorise", at, validUntil: at.add({ hours: 48 }), iban: "FI2112345600000785", replaces: null },
  "authorise too late": { type: "authorise", at: validUntil, validUntil, iban: null, replaces: null },
  reject: { type: "reject", at, reason: "ERR_AUTHORISATION_REFUSED" },
  revoke: { type: "revoke", at, by: "psu" },
  terminate: { type: "revoke", at, by: "tpp" },
  "lose at the bank": { type: "lose", at, by: "aspsp", code: "ERR_ASPSP_CONSENT_INVALID" },
  "lose here": { type: "lose", at, by: "tpp", code: "refresh-interrupted" },
  replace: { type: "replace", at, successor: "newer" },
  warn: { type: "warn", at },
  "warn early": { type: "warn", at: at.subtract({ hours: 1 }) },
  "warn too late": { type: "warn", at: validUntil },
  "expire early": { type: "expire", at },
  expire: { type: "expire", at: validUntil },
} satisfies Record<string, FundsCommand>;
type CommandName = keyof typeof commands;

const ended = {
  authorise: "ended",
  "authorise too late": "ended",
  reject: "ended",
  revoke: "=",
  terminate: "=",
  "lose at the bank": "=",
  "lose here": "=",
  replace: "=",
  warn: "ended",
  "warn early": "ended",
  "warn too late": "ended",
  "expire early": "=",
  expire: "=",
};
const expected: { readonly [S in FundsConsent["status"]]: { readonly [C in CommandName]: string } } = {
  received: {
    authorise: "valid",
    "authorise too late": "too-late",
    reject: "rejected",
    revoke: "revokedByPsu",
    terminate: "terminatedByTpp",
    "lose at the bank": "rejected",
    "lose here": "rejected",
    replace: "not-authorised",
    warn: "not-authorised",
    "warn early": "not-authorised",
    "warn too late": "not-authorised",
    "expire early": "not-authorised",
    expire: "not-authorised",
  },
  valid: {
    authorise: "already-authorised",
    "authorise too late": "already-authorised",
    reject: "already-authorised",
    revoke: "revokedByPsu",
    terminate: "terminatedByTpp",
    "lose at the bank": "revokedByPsu",
    "lose here": "terminatedByTpp",
    replace: "revokedByPsu",
    warn: "valid",
    "warn early": "too-early",
    "warn too late": "too-late",
    "expire early": "too-early",
    expire: "expired",
  },
  rejected: ended,
  revokedByPsu: ended,
  terminatedByTpp: ended,
  expired: ended,
};
const rows = Object.entries(expected).flatMap(([status, row]) =>
  Object.entries(row).map(([command, outcome]) => ({ status: status as FundsConsent["status"], command: command as CommandName, outcome })),
);

describe("every state and every command of a permission to ask for funds", () => {
  it.each(rows)("$status, $command: $outcome", ({ status, command, outcome }) => {
    const decision = decideFunds(states[status], commands[command]);
    expect(decision.kind === "changed" ? decision.consent.status : decision.kind === "unchanged" ? "=" : decision.refusal).toBe(outcome);
  });
  it("is warned of 30, 7 and 1 days before its end, each once, and never before it was given", () => {
    const warned = (days: number): number[] => {
      const until = at.add({ hours: 24 * days });
      const given = decideFunds({ ...states.received, validUntil: until }, { type: "authorise", at, validUntil: until, iban: null, replaces: null });
      const daysBefore: number[] = [];
      for (let decision = given; decision.kind === "changed";) {
        const { consent } = decision;
        if (consent.nextWarningAt === null) break;
        daysBefore.push(consent.nextWarningAt.until(until).total("hours") / 24);
        decision = decideFunds(consent, { type: "warn", at: consent.nextWarningAt });
      }
      return daysBefore;
    };
    expect([180, 30, 8, 1].map(warned)).toEqual([[30, 7, 1], [7, 1], [7, 1], []]);
    expect(decideFunds({ ...states.valid, nextWarningAt: null }, commands.warn)).toEqual({ kind: "unchanged" });
  });
  it("never lasts longer than asked for", () => {
    expect(decideFunds(states.received, commands.authorise)).toMatchObject({ consent: { validUntil, iban: "FI2112345600000785" } });
  });
});

describe("what happened to it", () => {
  const later = at.add({ hours: 1 });
  const given = { ...base, authorisedAt: at };
  const told = { ...given, warnedAt: [at, later] };
  const gone = { endedAt: later, reason: null, replacedBy: null };
  it.each([
    ["begun", { ...base, status: "received" }, ["created psu"]],
    ["given", { ...given, status: "valid" }, ["created psu", "authorised psu"]],
    ["the person's no", { ...base, ...gone, reason: "ERR_AUTHORISATION_REFUSED", status: "rejected" }, ["created psu", "rejected psu"]],
    ["a bank that failed", { ...base, ...gone, reason: "ERR_ASPSP_UNAVAILABLE", status: "rejected" }, ["created psu", "rejected aspsp"]],
    ["a bank that refused", { ...base, ...gone, reason: "ERR_AUTHORISATION_ASPSP_REFUSED", status: "rejected" }, ["created psu", "rejected aspsp"]],
    ["nobody came back", { ...base, ...gone, reason: "ERR_AUTHORISATION_TIMED_OUT", status: "rejected" }, ["created psu", "rejected tpp"]],
    ["withdrawn", { ...given, ...gone, status: "revokedByPsu" }, ["created psu", "authorised psu", "revoked psu"]],
    ["ended by us", { ...given, ...gone, status: "terminatedByTpp" }, ["created psu", "authorised psu", "revoked tpp"]],
    ["ended at the bank", { ...given, ...gone, reason: "ERR_ASPSP_CONSENT_INVALID", status: "revokedByPsu" }, ["created psu", "authorised psu", "lost aspsp"]],
    ["we lost the way in", { ...given, ...gone, reason: "refresh-interrupted", status: "terminatedByTpp" }, ["created psu", "authorised psu", "lost tpp"]],
    ["near its end", { ...told, status: "valid" }, ["created psu", "authorised psu", "expiring tpp", "expiring tpp"]],
    ["run out", { ...told, ...gone, status: "expired" }, ["created psu", "authorised psu", "expiring tpp", "expiring tpp", "expired tpp"]],
    ["renewed", { ...given, ...gone, replacedBy: "newer", status: "revokedByPsu" }, ["created psu", "authorised psu", "replaced psu"]],
  ] satisfies [string, FundsConsent, string[]][])("%s", (_, consent, happened) => {
    expect(fundsHistory(consent).map(({ what, by }) => `${what} ${by}`)).toEqual(happened);
  });
});

describe("a renewal takes the place", () => {
  const iban = "FI2112345600000785";
  const renewal = { replaces: "f" };
  const older: FundsConsent = { ...states.valid, iban };
  const newer: FundsConsent = { ...older, fundsConsentId: "g", replaces: "f" };
  const replaced: FundsConsent = { ...states.revokedByPsu, iban, endedAt: at, reason: null, status: "revokedByPsu", replacedBy: "g" };
  it.each<[string, string | null, { replaces: string | null }, FundsConsent[], string | null]>([
    ["of the one it was begun for", iban, renewal, [older], "f"],
    ["of the one that was renewed meanwhile by another", iban, renewal, [newer, replaced], "g"],
    ["of none where the bank granted another account", "FI5549299510000252", renewal, [older], null],
    ["of none where nobody knows which account was granted", null, renewal, [older], null],
    ["of none where nobody knows the older one's account", iban, renewal, [{ ...older, iban: null }], null],
    ["of none where neither is known", null, renewal, [{ ...older, iban: null }], null],
    ["of none where it renews nothing", iban, { replaces: null }, [older], null],
  ])("%s", (_, granted, begun, all, wanted) => {
    expect(replacedByRenewal(begun, granted, all)).toBe(wanted);
  });
});
