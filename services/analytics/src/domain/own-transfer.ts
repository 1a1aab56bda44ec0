import type { AccountKind, CategoryReason } from "@opl/contracts/model";
import { rulesVersion } from "./category-rules/index.ts";
import { dayNumber } from "./calendar.ts";
import type { Entry } from "./entry.ts";

/** An entry with the category it has by itself, and the account it stands on. */
export interface TransferCandidate extends Entry {
  readonly transactionId: string;
  readonly accountKind: AccountKind;
  readonly accountIban: string | null;
  readonly reason: CategoryReason;
}

/** Money may be on its way over a long weekend. */
const windowDays = 4;
const saysTransfer = (reason: CategoryReason): boolean => reason.category === "transfers";
/** Rules that know so little that a mirror image in another account knows better. */
const yielding = /^(fallback\.|counterparty\.(mobilepay|wise|klarna|paypal|walley)$|(code|word|counterparty)\.card-bill$)/;

type Strength = "names-the-account" | "says-transfer" | "only-mirrors";
const confidenceOf: Readonly<Record<Strength, CategoryReason["confidence"]>> = {
  "names-the-account": "certain",
  "says-transfer": "likely",
  "only-mirrors": "guess",
};

/**
 * Finds the other half of transfers between a person's own accounts: the same amount with the opposite sign in another account within
 * a few days. A bank often shows only one half who it was with, and a card shows the payment of its bill without any name. The answer
 * holds for entries that do not say by themselves that they are a transfer. It depends on the set of entries alone, never on the
 * order in which they became known.
 */
export function findMirroredTransfers(candidates: Iterable<TransferCandidate>): Map<string, CategoryReason> {
  const decisions = new Map<string, CategoryReason>();
  const groups = Map.groupBy(
    [...candidates].filter((each) => mayBeHalf(each)),
    (each) => `${each.currency} ${each.amountMinor < 0n ? -each.amountMinor : each.amountMinor}`,
  );
  for (const group of groups.values()) {
    if (!group.some((each) => each.amountMinor < 0n) || !group.some((each) => each.amountMinor > 0n)) continue;
    const ordered = group.map((each): Half => ({ ...each, day: dayNumber(each.bookingDate) })).toSorted(byDay);
    const outgoing = ordered.filter((each) => each.amountMinor < 0n);
    const incoming = ordered.filter((each) => each.amountMinor > 0n);
    pairUp(outgoing, incoming, decisions);
  }
  return decisions;
}

interface Half extends TransferCandidate {
  readonly day: number;
}

function pairUp(outgoing: readonly Half[], incoming: readonly Half[], decisions: Map<string, CategoryReason>): void {
  const taken = new Set<Half>();
  for (const wanted of ["names-the-account", "says-transfer", "only-mirrors"] as const) {
    for (const out of outgoing) {
      if (taken.has(out)) continue;
      const partner = nearest(out, incoming, taken, wanted);
      if (partner === undefined) continue;
      taken.add(out).add(partner);
      for (const half of [out, partner]) {
        if (!saysTransfer(half.reason)) {
          decisions.set(half.transactionId, {
            category: "transfers",
            ruleId: "transfer.mirrored",
            matched: null,
            confidence: confidenceOf[wanted],
            rulesVersion,
          });
        }
      }
    }
  }
}

function nearest(out: Half, incoming: readonly Half[], taken: ReadonlySet<Half>, wanted: Strength): Half | undefined {
  let best: Half | undefined;
  let bestDistance = windowDays + 1;
  for (let at = firstFrom(incoming, out.day - windowDays); at < incoming.length; at += 1) {
    const each = incoming[at];
    if (each === undefined || each.day > out.day + windowDays) break;
    const distance = Math.abs(each.day - out.day);
    if (distance >= bestDistance || taken.has(each) || each.accountId === out.accountId || strengthOf(out, each) !== wanted) continue;
    best = each;
    bestDistance = distance;
  }
  return best;
}

/** Index of the first entry on `day` or later, by halving. */
function firstFrom(ordered: readonly Half[], day: number): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ordered[middle]?.day ?? day) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

function strengthOf(out: TransferCandidate, incoming: TransferCandidate): Strength {
  if (names(out, incoming) || names(incoming, out)) return "names-the-account";
  return saysTransfer(out.reason) || saysTransfer(incoming.reason) || incoming.accountKind === "card" ? "says-transfer" : "only-mirrors";
}

function names(one: TransferCandidate, other: TransferCandidate): boolean {
  return one.counterpartyIban !== null && other.accountIban !== null && one.counterpartyIban.replaceAll(" ", "") === other.accountIban.replaceAll(" ", "");
}

function mayBeHalf(each: TransferCandidate): boolean {
  if (each.bookingStatus !== "booked" || each.amountMinor === 0n) return false;
  if (saysTransfer(each.reason)) return true;
  if (!yielding.test(each.reason.ruleId)) return false;
  if (each.reason.ruleId.endsWith(".card-bill") || (each.accountKind === "card" && each.amountMinor > 0n)) return true;
  // Somebody else's account number is no own account, and a named shop or person neither.
  return each.counterpartyIban === null && each.counterpartyName === null;
}

function byDay(a: Half, b: Half): number {
  return a.day - b.day || (a.transactionId < b.transactionId ? -1 : 1);
}
