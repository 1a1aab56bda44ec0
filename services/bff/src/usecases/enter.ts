import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";
import type { SignedIn, Visitor, WithCookies } from "../session/people.ts";

/** Where somebody comes from who is about to be let in. */
export interface Arrival {
  readonly visitor: Visitor;
  /** The session cookie the browser came with, if any; its session ends (US-04). */
  readonly formerCookie: string | undefined;
  /** The token of what the browser has begun. */
  readonly ceremony: string | undefined;
}

/** A new session for who has proved who they are. @throws ERR_CREDENTIALS_REFUSED for who was erased a moment ago */
export async function enter(
  { people, overviews }: Pick<BffContext, "overviews" | "people">,
  psuId: string,
  { visitor, formerCookie }: Pick<Arrival, "visitor" | "formerCookie">,
): Promise<WithCookies<SignedIn>> {
  const signedIn = await people.begin(psuId, visitor);
  if (signedIn === undefined) throw errors.ERR_CREDENTIALS_REFUSED();
  if (formerCookie === undefined) return signedIn;
  const { value: former } = await people.signOut(formerCookie);
  if (former !== undefined) overviews.drop(former.psuId);
  return signedIn;
}
