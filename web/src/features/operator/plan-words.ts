import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Plan } from "./operator-api.ts";

export type PlanReason = Plan["actions"][number]["why"][number];

/** Why something is or is not to do at a bank. */
export const reasonWords: Record<PlanReason["code"], MessageDescriptor> = {
  unnamed: msg`The document does not name this bank; it is left as it is.`,
  "absent-as-wanted": msg`Not registered, as the document wants it.`,
  "as-wanted": msg`As the document wants it.`,
  "not-wanted": msg`The document wants no registration at this bank.`,
  "ends-when-answered": msg`A registration is under way; it is ended when the bank has answered.`,
  stuck: msg`The registration is stuck and other terms are wanted:`,
  "by-hand": msg`The bank gives out credentials by hand; an operator enters them.`,
  "under-way": msg`A registration is under way.`,
  tried: msg`The last try failed and is repeated:`,
  "terms-follow": msg`Other terms are wanted and follow when it is through.`,
  "terms-differ": msg`Other terms are wanted than those we are registered with.`,
  "unknown-bank": msg`The directory knows no such bank.`,
  "takes-none": msg`This bank takes no registrations through us.`,
  "outcome-unknown": msg`Not begun again by itself:`,
  "not-registered": msg`Not registered yet.`,
  failed: msg`The last attempt failed:`,
  fruitless: msg`The last renewal brought none that ends later.`,
  forgotten: msg`The bank does not know us any more.`,
  "forgotten-told": msg`The bank does not know us any more; the document wants this told, not repaired.`,
  "forgotten-at-last-look": msg`The bank did not know us at the last look. It is asked again before that is believed:`,
  "forgotten-and-begun-anew": msg`The bank does not know us any more. It is asked again, and then a fresh registration begins:`,
  "newer-own": msg`Newer certificates of our own take the place of those it uses.`,
  "ends-soon": msg`A certificate of the registration ends soon.`,
  drifted: msg`The bank’s own record differs from what we registered.`,
  "drifted-again": msg`The bank’s own record differs in the same way as before it was repaired; another repair would not help.`,
  "drifted-told": msg`The bank’s own record differs from what we registered; the document wants this told, not repaired.`,
};

/** Reasons whose detail is a point in time; a step's name is left to the bank's card, anything else is said in the bank's words. */
export const detailIsTime: ReadonlySet<PlanReason["code"]> = new Set(["forgotten-at-last-look", "forgotten-and-begun-anew"]);
export const detailIsSaid: ReadonlySet<PlanReason["code"]> = new Set(["stuck", "tried", "outcome-unknown", "failed"]);
