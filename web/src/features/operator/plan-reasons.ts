export type Reason =
  | "ends-when-answered"
  | "not-wanted"
  | "by-hand"
  | "under-way"
  | "tried"
  | "terms-follow"
  | "terms-differ"
  | "unknown-bank"
  | "takes-none"
  | "failed"
  | "not-registered"
  | "forgotten"
  | "forgotten-told"
  | "newer-own"
  | "ends-soon"
  | "drifted"
  | "drifted-again"
  | "drifted-told";

/** What the registry says of a bank, sentence by sentence. */
export const knownReasons: readonly (readonly [pattern: RegExp, reason: Reason])[] = [
  [/A registration is under way; it is ended when the bank has answered\./, "ends-when-answered"],
  [/The document wants no registration at this bank\./, "not-wanted"],
  [/The bank gives out credentials by hand; an operator enters them\./, "by-hand"],
  [/Under way, at \S+\./, "under-way"],
  [/The last try failed and is repeated:/, "tried"],
  [/Other terms are wanted and follow when it is through\./, "terms-follow"],
  [/Other terms are wanted than those we are registered with\./, "terms-differ"],
  [/The directory knows no such bank\./, "unknown-bank"],
  [/This bank takes no registrations through us\./, "takes-none"],
  [/The last attempt failed:/, "failed"],
  [/Not registered yet\./, "not-registered"],
  [/The bank does not know us any more\./, "forgotten"],
  [/The bank does not know us any more; the document wants this told, not repaired\./, "forgotten-told"],
  [/Newer certificates of our own take the place of those it uses\./, "newer-own"],
  [/A certificate of the registration ends soon\./, "ends-soon"],
  [/The bank's own record differs from what we registered\./, "drifted"],
  [/The bank's own record differs in the same way as before it was repaired; another repair would not help\./, "drifted-again"],
  [/The bank's own record differs from what we registered; the document wants this told, not repaired\./, "drifted-told"],
];

/** A reason in sentences that are known, as far as they are; the rest, such as what a bank said, as it is. */
export function reasonParts(said: string): readonly (Reason | { readonly said: string })[] {
  const rest = said.trim();
  if (rest === "") return [];
  for (const [pattern, reason] of knownReasons) {
    const found = pattern.exec(rest);
    if (found?.index === 0) return [reason, ...reasonParts(rest.slice(found[0].length))];
  }
  return [{ said: rest }];
}
