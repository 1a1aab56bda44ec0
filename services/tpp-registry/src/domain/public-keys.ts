import { type PublicJwk, publicJwk } from "@opl/contracts/model";

export interface KnownKey {
  readonly jwk: PublicJwk;
  readonly retiredAt: Temporal.Instant | null;
  /** Stays after its retirement: its signatures are shown years later. */
  readonly lasting: boolean;
}

/** Private members of a JSON Web Key (RFC 7518 section 6). */
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/** What of a key may be shown; null when there is none of it that we know. Whether it came with a private part, which nobody should have sent. */
export function readPublicKey(jwk: Readonly<Record<string, unknown>>): { readonly key: PublicJwk | null; readonly leaked: boolean } {
  return { key: publicJwk.safeParse(jwk).data ?? null, leaked: privateMembers.some((name) => name in jwk) };
}

/** Our key set: current keys, and retired ones for so many days, or for good. */
export function publishedKeys(known: readonly KnownKey[], keepDays: number, now: Temporal.Instant): readonly PublicJwk[] {
  return known
    .filter(({ retiredAt, lasting }) => lasting || retiredAt === null || Temporal.Instant.compare(retiredAt.add({ hours: keepDays * 24 }), now) > 0)
    .map(({ jwk }) => jwk);
}
