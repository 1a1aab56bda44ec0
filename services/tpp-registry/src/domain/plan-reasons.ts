import type { PlanReason } from "@opl/contracts/model";

const sentences: Readonly<Record<PlanReason["code"], (detail: string) => string>> = {
  unnamed: () => "The document does not name this bank; it is left as it is.",
  "absent-as-wanted": () => "Not registered, as the document wants it.",
  "as-wanted": () => "As the document wants it.",
  "not-wanted": () => "The document wants no registration at this bank.",
  "ends-when-answered": () => "A registration is under way; it is ended when the bank has answered.",
  stuck: (at) => `The registration is stuck at ${at} and other terms are wanted.`,
  "by-hand": () => "The bank gives out credentials by hand; an operator enters them.",
  "under-way": (step) => `Under way, at ${step}.`,
  tried: (answer) => `The last try failed and is repeated: ${answer}.`,
  "terms-follow": () => "Other terms are wanted and follow when it is through.",
  "terms-differ": () => "Other terms are wanted than those we are registered with.",
  "unknown-bank": () => "The directory knows no such bank.",
  "takes-none": () => "This bank takes no registrations through us.",
  "outcome-unknown": (answer) => `Not begun again by itself. ${answer}.`,
  "not-registered": () => "Not registered yet.",
  failed: (answer) => `The last attempt failed: ${answer}.`,
  fruitless: () => "The last renewal brought none that ends later.",
  forgotten: () => "The bank does not know us any more.",
  "forgotten-told": () => "The bank does not know us any more; the document wants this told, not repaired.",
  "forgotten-at-last-look": (at) => `The bank did not know us at the last look; asked again at ${at} before that is believed.`,
  "forgotten-and-begun-anew": (at) => `The bank does not know us any more; asked again at ${at}, and then a fresh registration begins.`,
  "newer-own": () => "Newer certificates of our own take the place of those it uses.",
  "ends-soon": () => "A certificate of the registration ends soon.",
  drifted: () => "The bank's own record differs from what we registered.",
  "drifted-again": () => "The bank's own record differs in the same way as before it was repaired; another repair would not help.",
  "drifted-told": () => "The bank's own record differs from what we registered; the document wants this told, not repaired.",
};

export function because(code: PlanReason["code"], detail: string | null = null): PlanReason {
  return { code, detail };
}

/** The reasons as one text for the command line and the log. */
export function sentencesOf(why: readonly PlanReason[]): string {
  return why.map(({ code, detail }) => sentences[code](detail ?? "")).join(" ");
}
