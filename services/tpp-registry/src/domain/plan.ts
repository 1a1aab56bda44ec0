import type {
  Aspsp,
  PlanAction,
  PlanDifference,
  PlanReason,
  RegistrationScheme,
  RegistrationStep,
  RegistrationTerms,
  TppDocument,
  WantedBank,
} from "@opl/contracts/model";
import { because, sentencesOf } from "./plan-reasons.ts";
import { pauseSeconds, renewalDueAt, type RenewalState } from "./renewal.ts";
import { sameDifferences, termsDifferences } from "./terms.ts";
import { termsAt } from "./tpp-profile.ts";

/** What stands at one bank. */
export interface AtBank {
  readonly aspspId: string;
  /** The registration that serves new calls: the one completed last, unless it has ended. */
  readonly inUse: InUse | null;
  readonly running: {
    readonly registrationId: string;
    readonly scheme: RegistrationScheme;
    readonly step: RegistrationStep;
    readonly terms: RegistrationTerms;
    readonly replaces: string | null;
    readonly error: { readonly code: string; readonly message: string } | null;
  } | null;
  /** What failed since the bank last let us in. */
  readonly failed: {
    readonly terms: RegistrationTerms;
    readonly code: string;
    readonly message: string;
    readonly at: Temporal.Instant;
    readonly times: number;
  } | null;
  /** The bank itself ended the last registration. */
  readonly forgotten: boolean;
}

export interface InUse {
  readonly registrationId: string;
  readonly scheme: RegistrationScheme;
  readonly terms: RegistrationTerms;
  /** Null for one without a certificate that could end. */
  readonly renewal: RenewalState | null;
  /** Where the bank's own record differed when it was last looked at. */
  readonly drift: readonly PlanDifference[];
  /** The drift that this registration was begun to repair. */
  readonly repaired: readonly PlanDifference[];
  /** The bank did not know us at the last look: whether that is believed by now, and when it is asked again. */
  readonly unknown: { readonly forgotten: boolean; readonly askedAgainAt: Temporal.Instant } | null;
}

/** What applying has to do, for the one who does it. */
export type Work =
  | {
      readonly kind: "begin";
      readonly scheme: RegistrationScheme;
      readonly terms: RegistrationTerms;
      readonly replaces: string | null;
      readonly repairs: readonly PlanDifference[];
      readonly renews: boolean;
    }
  /** `stuck`: one that never got through, so that another may begin in its place. */
  | { readonly kind: "end"; readonly stuck: boolean };

export interface Planned extends PlanAction {
  readonly work: Work | null;
  /** Not to be begun by itself earlier; an operator need not wait. */
  readonly dueAt: Temporal.Instant;
}

export interface World {
  readonly banks: readonly AtBank[];
  readonly directory: readonly Pick<Aspsp, "aspspId" | "registrationScheme">[];
  readonly now: Temporal.Instant;
  /** Where the document says nothing of it. */
  readonly renewBeforeDays: number;
}

/**
 * What there is to do at each bank that the document names, and at each where something stands: every bank once, by name. A bank that
 * the document does not name is left alone.
 */
export function planFor(document: Pick<TppDocument, "tpp" | "banks">, world: World): readonly Planned[] {
  const wanted = new Map(document.banks.map((bank) => [bank.aspsp, bank]));
  const standing = new Map(world.banks.map((bank) => [bank.aspspId, bank]));
  const schemes = new Map(world.directory.map(({ aspspId, registrationScheme }) => [aspspId, registrationScheme]));
  const stands = ({ aspspId, inUse, running }: AtBank): string[] => (inUse === null && running === null ? [] : [aspspId]);
  return [...new Set([...wanted.keys(), ...world.banks.flatMap(stands)])].toSorted().map((aspspId) => {
    const bank = wanted.get(aspspId);
    const at = standing.get(aspspId) ?? { aspspId, inUse: null, running: null, failed: null, forgotten: false };
    const say = sayAt(aspspId, world.now);
    if (bank === undefined) return say("none", [because("unnamed")]);
    if (bank.state === "absent") return leave(at, say);
    const terms = termsAt(document.tpp, bank);
    return at.running === null ? settle(bank, at, terms, schemes.get(aspspId), world, say) : goOn(at.running, terms, say);
  });
}

/** What is done by applying. */
export function isToDo({ action }: Pick<PlanAction, "action">): boolean {
  return !["report", "wait", "none"].includes(action);
}

type Say = (
  action: PlanAction["action"],
  why: readonly PlanReason[],
  more?: { readonly differences?: readonly PlanDifference[]; readonly work?: Work | null; readonly dueAt?: Temporal.Instant },
) => Planned;

function sayAt(aspspId: string, now: Temporal.Instant): Say {
  return (action, why, { differences = [], work = null, dueAt = now } = {}) => ({
    aspspId,
    action,
    why: [...why],
    reason: sentencesOf(why),
    differences: [...differences],
    work,
    dueAt,
  });
}

function leave({ inUse, running }: AtBank, say: Say): Planned {
  if (running !== null && !canStop(running)) return say("wait", [because("ends-when-answered")]);
  if (running === null && inUse === null) return say("none", [because("absent-as-wanted")]);
  return say("end", [because("not-wanted")], { work: { kind: "end", stuck: false } });
}

/** While a submission is open nobody knows what the bank has made of it, and ending would leave a client behind. */
function canStop({ scheme, step, error }: NonNullable<AtBank["running"]>): boolean {
  return error !== null && (scheme === "manual" || step !== "submission");
}

function goOn(running: NonNullable<AtBank["running"]>, terms: RegistrationTerms, say: Say): Planned {
  const differences = termsDifferences(running.terms, terms);
  const isAwaited = running.scheme === "manual" && running.step === "submission";
  // A successor may share the client of the one in use, so it is never taken back once it has any.
  if (differences.length > 0 && (running.replaces === null || isAwaited) && canStop(running))
    return say("update", [because("stuck", `${running.step} (${partOfSentence(running.error?.message)})`)], {
      differences,
      work: { kind: "end", stuck: true },
    });
  const then = differences.length === 0 ? [] : [because("terms-follow")];
  if (isAwaited) return say("wait", [because("by-hand"), ...then], { differences });
  const trouble = running.error === null ? [] : [because("tried", partOfSentence(running.error.message))];
  return say("wait", [because("under-way", running.step), ...trouble, ...then], { differences });
}

interface Need {
  readonly action: "register" | "update" | "repair" | "renew";
  readonly why: PlanReason;
  readonly differences: readonly PlanDifference[];
  readonly dueAt?: Temporal.Instant;
}

function settle(bank: WantedBank, at: AtBank, terms: RegistrationTerms, known: RegistrationScheme | null | undefined, world: World, say: Say): Planned {
  const { inUse, failed } = at;
  const need = inUse === null ? missing(bank, at) : wrong(bank, inUse, terms, world);
  if (need === null || "told" in need)
    return need === null ? say("none", [because("as-wanted")]) : say("report", [need.told], { differences: need.differences });
  // Begun by itself it could make a second client at the bank; only a person can look there.
  if (failed?.code === "ERR_REGISTRATION_OUTCOME_UNKNOWN")
    return say("report", [because("outcome-unknown", partOfSentence(failed.message))], { differences: need.differences });
  const scheme = known ?? inUse?.scheme;
  if (known === undefined && inUse === null) return say("wait", [because("unknown-bank")]);
  if (scheme === undefined || known === null) return say("wait", [because("takes-none")]);
  const work: Work = {
    kind: "begin",
    scheme,
    terms,
    replaces: inUse?.registrationId ?? null,
    repairs: need.action === "repair" ? need.differences : [],
    renews: need.action === "renew",
  };
  const { action, why, differences, dueAt = world.now } = need;
  if (failed === null && action === "renew" && (inUse?.renewal?.fruitless ?? 0) > 0)
    return say("retry", [why, because("fruitless")], { differences, work, dueAt });
  if (failed === null || termsDifferences(failed.terms, terms).length > 0) return say(action, [why], { differences, work, dueAt });
  // A renewal has pauses of its own, which know the end of the certificate.
  const pause = failed.at.add({ seconds: pauseSeconds(failed.times, failed.at, null) });
  return say("retry", [why, because("failed", partOfSentence(failed.message))], { differences, work, dueAt: action === "renew" ? dueAt : pause });
}

interface Told {
  readonly told: PlanReason;
  readonly differences: readonly PlanDifference[];
}

function missing({ onDrift }: WantedBank, { forgotten }: AtBank): Need | Told {
  if (!forgotten) return { action: "register", why: because("not-registered"), differences: [] };
  return onDrift === "repair" ? { action: "register", why: because("forgotten"), differences: [] } : { told: because("forgotten-told"), differences: [] };
}

function wrong({ onDrift, renewBeforeDays }: WantedBank, inUse: InUse, terms: RegistrationTerms, world: World): Need | Told | null {
  const differences = termsDifferences(inUse.terms, terms);
  if (differences.length > 0) return { action: "update", why: because("terms-differ"), differences };
  const renewAt = inUse.renewal === null ? null : renewalDueAt(inUse.renewal, renewBeforeDays ?? world.renewBeforeDays);
  const renewal: Need | null =
    renewAt === null || !renewalNears(inUse.renewal, renewBeforeDays ?? world.renewBeforeDays, world.now)
      ? null
      : { action: "renew", why: because(renewsFor(inUse.renewal)), differences: [], dueAt: renewAt };
  if (inUse.unknown !== null) return notKnown(onDrift, inUse.unknown, inUse.drift);
  if (inUse.drift.length === 0) return renewal;
  if (onDrift === "repair" && !sameDifferences(inUse.drift, inUse.repaired)) return { action: "repair", why: because("drifted"), differences: inUse.drift };
  if (renewal !== null) return renewal;
  return {
    told: because(onDrift === "repair" ? "drifted-again" : "drifted-told"),
    differences: inUse.drift,
  };
}

/** A registration that the bank may have forgotten is neither renewed nor repaired: it is asked again, and ends when that is sure. */
function notKnown(onDrift: WantedBank["onDrift"], { forgotten, askedAgainAt }: NonNullable<InUse["unknown"]>, differences: readonly PlanDifference[]): Told {
  const again = askedAgainAt.round("second").toString();
  if (!forgotten) return { told: because("forgotten-at-last-look", again), differences };
  return {
    told: onDrift === "repair" ? because("forgotten-and-begun-anew", again) : because("forgotten-told"),
    differences,
  };
}

function renewsFor(state: RenewalState | null): "newer-own" | "ends-soon" {
  const own = state?.ownCertificates?.some(({ replaceableSince }) => replaceableSince !== null) === true;
  return own ? "newer-own" : "ends-soon";
}

/** Without the pause after a refusal: that is for the registry alone, an operator need not wait. */
function renewalNears(state: RenewalState | null, beforeDays: number, now: Temporal.Instant): boolean {
  const dueAt = state === null ? null : renewalDueAt({ ...state, lastRefusalAt: null, fruitless: 0 }, beforeDays);
  return dueAt !== null && Temporal.Instant.compare(dueAt, now) <= 0;
}

/** A bank's message as a part of a sentence. */
function partOfSentence(message = ""): string {
  return message.trim().replace(/\.$/, "");
}
