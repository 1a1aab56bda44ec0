import type { PlanDifference, RegistrationTerms, TppDocument } from "@opl/contracts/model";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aDocument } from "../testing/document.ts";
import { type AtBank, isToDo, planFor, type World } from "./plan.ts";
import { driftOf, termsDifferences } from "./terms.ts";
import { termsAt } from "./tpp-profile.ts";

const now = Temporal.Instant.from("2026-11-22T10:00:00Z");
const names = ["aalto", "birka", "cygnaeus", "drott", "eken"];
const drift: PlanDifference[] = [{ field: "redirectUris", from: "https://elsewhere.example", to: "https://ledger.example" }];

const nothingAt = (aspspId: string): AtBank => ({ aspspId, inUse: null, running: null, failed: null, forgotten: false });
const termsOf = (document: TppDocument, aspspId: string): RegistrationTerms =>
  termsAt(document.tpp, document.banks.find(({ aspsp }) => aspsp === aspspId) ?? { aspsp: aspspId });
const world = (banks: readonly AtBank[], changes: Partial<World> = {}): World => ({
  banks,
  directory: names.map((aspspId) => ({ aspspId, registrationScheme: "op" })),
  now,
  renewBeforeDays: 30,
  ...changes,
});
const renewalIn = (days: number) => ({ heldSince: now.subtract({ hours: 24 * 300 }), endsAt: now.add({ hours: 24 * days }), refusals: 0, lastRefusalAt: null });
const inUse = (document: TppDocument, aspspId: string, changes: Partial<NonNullable<AtBank["inUse"]>> = {}): AtBank => ({
  ...nothingAt(aspspId),
  inUse: { registrationId: "r1", scheme: "op", terms: termsOf(document, aspspId), renewal: renewalIn(300), drift: [], repaired: [], unknown: null, ...changes },
});
const running = (document: TppDocument, changes: Partial<NonNullable<AtBank["running"]>> = {}): AtBank => ({
  ...nothingAt("aalto"),
  running: { registrationId: "r2", scheme: "op", step: "submission", terms: termsOf(document, "aalto"), replaces: null, error: null, ...changes },
});
const doubt = (forgotten: boolean) => ({ forgotten, askedAgainAt: now.add({ seconds: 60 }) });
const failed = (terms: RegistrationTerms, minutesAgo = 1) => ({
  terms,
  code: "ERR_ASPSP_REJECTED",
  message: "The bank refused.",
  at: now.subtract({ minutes: minutesAgo }),
  times: 1,
});

const unknown = (terms: RegistrationTerms) => ({ ...failed(terms, 100_000), code: "ERR_REGISTRATION_OUTCOME_UNKNOWN", message: "Lost: look at the portal." });

describe("what there is to do at a bank", () => {
  const document = aDocument(["aalto"]);
  const other = { ...termsOf(document, "aalto"), redirectUris: ["https://old.example/back"] };
  const error = { code: "ERR_BANK_GATEWAY_UNAVAILABLE", message: "no answer" };
  const absent = aDocument([{ aspsp: "aalto", state: "absent" }]);
  const onlyTold = aDocument([{ aspsp: "aalto", onDrift: "report" }]);

  it.each<[string, TppDocument, AtBank, string, RegExp]>([
    ["nothing stands", document, nothingAt("aalto"), "register", /Not registered yet/],
    ["as wanted", document, inUse(document, "aalto"), "none", /As the document/],
    ["other terms", document, inUse(document, "aalto", { terms: other }), "update", /Other terms/],
    ["certificates end", document, inUse(document, "aalto", { renewal: renewalIn(29) }), "renew", /ends soon/],
    [
      "certificates end and the bank gives none that ends later",
      document,
      inUse(document, "aalto", { renewal: { ...renewalIn(3), fruitless: 2 } }),
      "retry",
      /brought none that ends later/,
    ],
    ["drifted", document, inUse(document, "aalto", { drift }), "repair", /differs from what/],
    ["drifted, only told", onlyTold, inUse(onlyTold, "aalto", { drift }), "report", /told, not repaired/],
    ["drifted as before its repair", document, inUse(document, "aalto", { drift, repaired: drift }), "report", /another repair would not help/],
    [
      "drifted as before its repair, certificates end",
      document,
      inUse(document, "aalto", { drift, repaired: drift, renewal: renewalIn(3) }),
      "renew",
      /ends soon/,
    ],
    [
      "not known at the last look",
      document,
      inUse(document, "aalto", { drift, unknown: doubt(false) }),
      "report",
      /asked again at 2026-11-22T10:01:00Z before/,
    ],
    ["not known, certificates end", document, inUse(document, "aalto", { unknown: doubt(false), renewal: renewalIn(3) }), "report", /asked again/],
    ["not known any more, only told", onlyTold, inUse(onlyTold, "aalto", { drift, unknown: doubt(true) }), "report", /told, not repaired/],
    ["not known any more, to be repaired since", document, inUse(document, "aalto", { drift, unknown: doubt(true) }), "report", /then a fresh/],
    ["forgotten", document, { ...nothingAt("aalto"), forgotten: true }, "register", /does not know us any more/],
    ["forgotten, only told", onlyTold, { ...nothingAt("aalto"), forgotten: true }, "report", /told, not repaired/],
    ["refused", document, { ...nothingAt("aalto"), failed: failed(termsOf(document, "aalto")) }, "retry", /The bank refused\.$/],
    ["refused with other terms", document, { ...nothingAt("aalto"), failed: failed(other) }, "register", /Not registered yet/],
    ["of unknown outcome", document, { ...nothingAt("aalto"), failed: unknown(termsOf(document, "aalto")) }, "report", /look at the portal/],
    ["of unknown outcome with other terms", document, { ...nothingAt("aalto"), failed: unknown(other) }, "report", /look at the portal/],
    ["update refused", document, { ...inUse(document, "aalto", { terms: other }), failed: failed(termsOf(document, "aalto")) }, "retry", /Other terms/],
    ["under way", document, running(document), "wait", /Under way, at submission\.$/],
    ["under way with trouble", document, running(document, { error }), "wait", /is repeated: no answer/],
    ["under way with other terms", document, running(document, { terms: other }), "wait", /follow when it is through/],
    ["stuck with other terms", document, running(document, { terms: other, step: "validation", error }), "update", /is stuck at validation/],
    ["stuck at submission: nobody knows what the bank has made", document, running(document, { terms: other, error }), "wait", /Under way/],
    ["a successor is never taken back", document, running(document, { terms: other, step: "validation", error, replaces: "r1" }), "wait", /Under way/],
    [
      "a successor that waits for somebody is taken back: it is nobody yet",
      document,
      running(document, { terms: other, scheme: "manual", error, replaces: "r1" }),
      "update",
      /is stuck at submission/,
    ],
    [
      "a successor by hand that has been let in is not",
      document,
      running(document, { terms: other, scheme: "manual", step: "validation", error, replaces: "r1" }),
      "wait",
      /Under way/,
    ],
    ["by hand", document, running(document, { scheme: "manual", error }), "wait", /an operator enters them/],
    ["to leave", absent, inUse(absent, "aalto"), "end", /no registration/],
    ["left", absent, nothingAt("aalto"), "none", /Not registered, as/],
    ["to leave while under way", absent, running(absent), "wait", /ended when the bank has answered/],
    ["to leave while stuck", absent, running(absent, { step: "validation", error }), "end", /no registration/],
    ["not named", aDocument([]), inUse(document, "aalto"), "none", /does not name/],
  ])("%s", (_title, wanted, at, action, reason) => {
    const [planned, ...others] = planFor(wanted, world([at]));
    expect(others).toEqual([]);
    expect(planned?.action).toBe(action);
    expect(planned?.reason).toMatch(reason);
    expect(planned?.work !== null).toBe(isToDo({ action: action as "none" }));
  });

  it("a bank nobody knows, or that takes no registrations, waits for somebody", () => {
    const unknown = planFor(aDocument(["nobody"]), world([]));
    expect(unknown).toMatchObject([{ action: "wait", reason: "The directory knows no such bank." }]);
    const closed = planFor(document, world([], { directory: [{ aspspId: "aalto", registrationScheme: null }] }));
    expect(closed).toMatchObject([{ action: "wait", reason: "This bank takes no registrations through us." }]);
  });

  it("a failure is not repeated by itself before an hour has gone, a renewal by its own pauses", () => {
    const [soon] = planFor(document, world([{ ...nothingAt("aalto"), failed: failed(termsOf(document, "aalto"), 10) }]));
    expect(soon?.dueAt).toEqual(now.add({ minutes: 50 }));
    const renewal = { ...renewalIn(10), refusals: 1, lastRefusalAt: now.subtract({ minutes: 10 }) };
    const [renew] = planFor(document, world([{ ...inUse(document, "aalto", { renewal }), failed: failed(termsOf(document, "aalto"), 10) }]));
    expect(renew).toMatchObject({ action: "retry", dueAt: now.add({ minutes: 50 }) });
  });
});

describe("what a bank has on record, against what we registered", () => {
  const terms = termsOf(aDocument(["aalto"]), "aalto");
  const client = {
    clientId: "c",
    clientIdIssuedAt: null,
    clientSecretExpiresAt: null,
    clientName: "Another",
    redirectUris: [...terms.redirectUris],
    grantTypes: ["client_credentials", "authorization_code", "refresh_token"],
    softwareId: null,
    scope: "openid accounts",
    jwksEndpoint: null,
    softwareRoles: ["AIS"],
  };
  it.each([
    ["the same", {}, []],
    ["nothing shown", { redirectUris: [], grantTypes: [], scope: null, softwareRoles: [] }, []],
    ["another address beside ours", { redirectUris: [...terms.redirectUris, "https://elsewhere.example"] }, ["redirectUris"]],
    ["a role in other words", { softwareRoles: ["AISP"] }, []],
    ["a role more", { softwareRoles: ["AIS", "PIS"] }, ["roles"]],
    ["a scope less", { scope: "openid" }, ["scopes"]],
    ["a grant less", { grantTypes: ["client_credentials"] }, ["grantTypes"]],
    ["a grant more", { grantTypes: [...client.grantTypes, "implicit"] }, []],
  ])("%s", (_title, changes, fields) => {
    expect(driftOf(terms, { ...client, ...changes }).map(({ field }) => field)).toEqual(fields);
  });
  it.each([
    ["openid payments", "payments"],
    ["openid", null],
  ])("a scope for signing in (%s) is left out of what differs", (scope, from) => {
    expect(driftOf(terms, { ...client, scope })).toEqual([{ field: "scopes", from, to: "accounts" }]);
  });
  it("order within a list is no difference", () => {
    const two = { ...terms, redirectUris: ["https://a.example", "https://b.example"] };
    expect(termsDifferences(two, { ...two, redirectUris: two.redirectUris.toReversed() })).toEqual([]);
  });
});

const role = fc.constantFrom("AIS" as const, "PIS" as const);
const document = fc
  .uniqueArray(
    fc.record(
      {
        aspsp: fc.constantFrom(...names),
        state: fc.constantFrom("registered" as const, "absent" as const),
        onDrift: fc.constantFrom("repair" as const, "report" as const),
        roles: fc.uniqueArray(role, { minLength: 1 }),
        algorithm: fc.constantFrom("PS256" as const, "ES256" as const),
      },
      { requiredKeys: ["aspsp", "state", "onDrift"] },
    ),
    { selector: ({ aspsp }) => aspsp },
  )
  .map((banks) => aDocument(banks, { roles: ["AIS", "PIS"] }));
const error = fc.option(fc.constant({ code: "ERR_X", message: "no answer." }));
const terms = document.map((one) => termsOf(one, "aalto"));
const atBank = (aspspId: string): fc.Arbitrary<AtBank> =>
  fc.record({
    aspspId: fc.constant(aspspId),
    inUse: fc.option(
      fc.record({
        registrationId: fc.constant("r1"),
        scheme: fc.constantFrom("op" as const, "dcr" as const, "certificate" as const),
        terms,
        renewal: fc.option(fc.integer({ min: -5, max: 400 }).map(renewalIn)),
        drift: fc.constantFrom([], drift),
        repaired: fc.constantFrom([], drift),
        unknown: fc.option(fc.record({ forgotten: fc.boolean(), askedAgainAt: fc.constant(now) })),
      }),
    ),
    running: fc.option(
      fc.record({
        registrationId: fc.constant("r2"),
        scheme: fc.constantFrom("op" as const, "manual" as const),
        step: fc.constantFrom("certificates" as const, "submission" as const, "validation" as const),
        terms,
        replaces: fc.constantFrom(null, "r1"),
        error,
      }),
    ),
    failed: fc.option(
      fc.record({
        terms,
        code: fc.constantFrom("ERR_ASPSP_REJECTED", "ERR_REGISTRATION_OUTCOME_UNKNOWN"),
        message: fc.constant("no."),
        at: fc.constant(now),
        times: fc.integer({ min: 1, max: 9 }),
      }),
    ),
    forgotten: fc.boolean(),
  });
const banks = fc.tuple(...names.map(atBank)).chain((all) => fc.subarray(all));

/** A bank where whatever is asked for succeeds, and whatever was under way or waited for is through. */
function afterwards(wanted: TppDocument, before: readonly AtBank[]): readonly AtBank[] {
  const plan = planFor(wanted, world(before));
  return [...new Set([...names, ...before.map(({ aspspId }) => aspspId)])].map((aspspId) => {
    const at = before.find((one) => one.aspspId === aspspId) ?? nothingAt(aspspId);
    const planned = plan.find((one) => one.aspspId === aspspId);
    const fresh = (of: RegistrationTerms, repaired: readonly PlanDifference[]): AtBank => ({
      ...nothingAt(aspspId),
      inUse: { registrationId: "r3", scheme: "op", terms: of, renewal: renewalIn(300), drift: [], repaired, unknown: null },
    });
    if (planned?.work?.kind === "begin") return fresh(planned.work.terms, planned.work.repairs);
    if (planned?.work?.kind === "end") return planned.work.stuck ? { ...at, running: null } : nothingAt(aspspId);
    return planned?.action === "wait" && at.running !== null ? fresh(at.running.terms, []) : at;
  });
}

describe("any document and whatever stands", () => {
  it("every bank of the document and every bank where something stands appears once, by name, and only what is to do has work", () => {
    fc.assert(
      fc.property(document, banks, (wanted, before) => {
        const plan = planFor(wanted, world(before));
        const expected = new Set([...wanted.banks.map(({ aspsp }) => aspsp), ...before.filter((at) => at.inUse ?? at.running).map(({ aspspId }) => aspspId)]);
        expect(plan.map(({ aspspId }) => aspspId)).toEqual([...expected].toSorted());
        for (const planned of plan) {
          expect(planned.work !== null).toBe(isToDo(planned));
          expect(planned.reason).toMatch(/^[A-Z].*\.$/);
        }
      }),
    );
  });

  it("the order of banks is of no account", () => {
    fc.assert(
      fc.property(document, banks, (wanted, before) => {
        expect(planFor({ ...wanted, banks: wanted.banks.toReversed() }, world(before.toReversed()))).toEqual(planFor(wanted, world(before)));
      }),
    );
  });

  it("what is planned and done, again until nothing is left, is soon over; then the plan is empty and stays so", () => {
    fc.assert(
      fc.property(document, banks, (wanted, before) => {
        let at: readonly AtBank[] = before;
        // At most: let it get through, end what is stuck, begin what is wanted.
        for (let round = 0; round < 3; round += 1) at = afterwards(wanted, at);
        const plan = planFor(wanted, world(at));
        expect(plan.filter((planned) => isToDo(planned) || planned.action === "wait")).toEqual([]);
        for (const { aspsp, state, onDrift } of wanted.banks) {
          const planned = plan.find(({ aspspId }) => aspspId === aspsp);
          if (planned?.action === "report") continue;
          const stands = at.find(({ aspspId }) => aspspId === aspsp)?.inUse ?? null;
          expect(stands !== null, `${aspsp} ${onDrift}`).toBe(state === "registered");
          if (stands !== null) expect(termsDifferences(stands.terms, termsOf(wanted, aspsp))).toEqual([]);
        }
        expect(afterwards(wanted, at)).toEqual(afterwards(wanted, afterwards(wanted, at)));
      }),
    );
  });
});
