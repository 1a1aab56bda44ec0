import type { CertificatePurpose, KeyType } from "@opl/contracts/model";
import { dueInTime, type OwnCertificateInUse, pauseSeconds } from "./renewal.ts";

/** A certificate of our own, as far as its turn is concerned; the key is in the gateway. */
export interface OwnCertificate {
  readonly certificateId: string;
  readonly purpose: CertificatePurpose;
  readonly keyType: KeyType;
  readonly status: "requested" | "ready" | "retired";
  readonly createdAt: Temporal.Instant;
  readonly retiredAt: Temporal.Instant | null;
  /** When we first saw that it may be used. */
  readonly readySince: Temporal.Instant | null;
  /** Null until it is issued. */
  readonly issued: { readonly thumbprint: string; readonly notBefore: Temporal.Instant; readonly notAfter: Temporal.Instant; readonly refused: boolean } | null;
  /** When its public key came into our key set; null where it is not in there. */
  readonly publishedAt: Temporal.Instant | null;
}

/** What takes the place of what: one certificate of a purpose and a kind of key serves at a time. */
type Slot = Pick<OwnCertificate, "purpose" | "keyType">;
type Issued = OwnCertificate & { readonly issued: NonNullable<OwnCertificate["issued"]> };

/** Whoever fetched our key set just before a new key came into it asks again after so long: five minutes by its header, and as much for the ways between. */
const longestPublishedAheadSeconds = 600;
const compare = (one: Temporal.Instant, other: Temporal.Instant): number => Temporal.Instant.compare(one, other);

const sameSlot = (one: Slot, other: Slot): boolean => one.purpose === other.purpose && one.keyType === other.keyType;
const isIssued = (certificate: OwnCertificate): certificate is Issued => certificate.issued !== null;

/** The one of a slot that ends last among those that may be used. */
export function newestReady(all: readonly OwnCertificate[], slot: Slot): Issued | undefined {
  return all
    .filter(isIssued)
    .filter((certificate) => certificate.status === "ready" && !certificate.issued.refused && sameSlot(certificate, slot))
    .toSorted((one, other) => compare(other.issued.notAfter, one.issued.notAfter) || compare(other.createdAt, one.createdAt))[0];
}

/** What a registration has of our own, by the thumbprints it uses, and what is to take its place. */
export function ownCertificatesAmong(thumbprints: readonly string[], all: readonly OwnCertificate[]): readonly OwnCertificateInUse[] {
  return all
    .filter(isIssued)
    .filter(({ issued }) => thumbprints.includes(issued.thumbprint))
    .map((used) => {
      const next = newestReady(all, used);
      const replaced = next !== undefined && next.certificateId !== used.certificateId && (used.status === "retired" || isNewer(next, used));
      const replaceableSince = replaced ? notBefore(usableSince(next, used), used.retiredAt) : null;
      return { replaceableSince, awaited: replaceableSince === null && (replaced || isAwaited(all, used)) };
    });
}

function isNewer(next: Issued, used: Issued): boolean {
  return compare(next.issued.notAfter, used.issued.notAfter) > 0;
}

/** A key must have been published for a while before something is signed with it; the nearer the end of the old one, the shorter. */
function usableSince(next: Issued, used: Issued): Temporal.Instant | null {
  if (next.purpose === "qwac") return next.readySince;
  if (next.publishedAt === null) return null;
  const quarter = Math.floor(next.publishedAt.until(used.issued.notAfter).total("seconds") / 4);
  return next.publishedAt.add({ seconds: Math.max(0, Math.min(longestPublishedAheadSeconds, quarter)) });
}

/** One that is given up is to be replaced from that moment on, however long the other one was there. */
function notBefore(since: Temporal.Instant | null, retiredAt: Temporal.Instant | null): Temporal.Instant | null {
  return since !== null && retiredAt !== null && compare(retiredAt, since) > 0 ? retiredAt : since;
}

function isAwaited(all: readonly OwnCertificate[], slot: Slot): boolean {
  return all.some((certificate) => certificate.status === "requested" && sameSlot(certificate, slot));
}

/** Certificates whose time has come and for whose place nothing is ready or asked for: so many days before the end, never in the first half of the life. */
export function toReplace(all: readonly OwnCertificate[], renewBeforeDays: number, now: Temporal.Instant): readonly OwnCertificate[] {
  return all
    .filter(isIssued)
    .filter((certificate) => newestReady(all, certificate)?.certificateId === certificate.certificateId && !isAwaited(all, certificate))
    .filter(({ createdAt, issued: { notBefore, notAfter } }) => {
      const heldSince = compare(createdAt, notBefore) > 0 ? createdAt : notBefore;
      return compare(dueInTime({ heldSince, endsAt: notAfter }, renewBeforeDays), now) <= 0;
    });
}

/** Nobody knows what became of a request for the next one that is older than this and has led to none: it may be asked for again. */
export function givenUpBefore({ issued }: OwnCertificate, now: Temporal.Instant): Temporal.Instant {
  return now.subtract({ seconds: issued === null ? 0 : pauseSeconds(1, now, issued.notAfter) });
}

/**
 * Certificates that are done with: another serves in their place, and they have ended, or no registration that serves or is under way has
 * them. A key that may still be signed with for an older consent is published until the end, so retiring waits until what is left is no
 * longer than retired keys are kept.
 */
export function toRetire(all: readonly OwnCertificate[], used: ReadonlySet<string>, keepDays: number, now: Temporal.Instant): readonly OwnCertificate[] {
  return all.filter(isIssued).filter((certificate) => {
    const { issued } = certificate;
    const next = newestReady(all, certificate);
    if (certificate.status !== "ready" || next === undefined || !isNewer(next, certificate)) return false;
    if (compare(issued.notAfter, now) <= 0) return true;
    return !used.has(issued.thumbprint) && compare(issued.notAfter, now.add({ hours: keepDays * 24 })) <= 0;
  });
}

/** Slots, each once, with whether a certificate is waited for there: asked for, or due and not even asked for. */
export function slotsOf(all: readonly OwnCertificate[], renewBeforeDays: number, now: Temporal.Instant): readonly (Slot & { readonly awaited: boolean })[] {
  const due = toReplace(all, renewBeforeDays, now);
  return [...Map.groupBy(all, ({ purpose, keyType }) => `${purpose} ${keyType}`).values()].flatMap(([first]) =>
    first === undefined ? [] : [{ purpose: first.purpose, keyType: first.keyType, awaited: isAwaited(all, first) || due.some((one) => sameSlot(one, first)) }],
  );
}
