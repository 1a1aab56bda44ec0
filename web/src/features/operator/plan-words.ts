import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Reason } from "./plan-reasons.ts";

/** The registry’s sentences about a bank for those who read another language than it writes. */
export const reasonWords: Record<Reason, MessageDescriptor> = {
  "ends-when-answered": msg`A registration is under way; it is ended when the bank has answered.`,
  "not-wanted": msg`The document wants no registration at this bank.`,
  "by-hand": msg`The bank gives out credentials by hand; an operator enters them.`,
  "under-way": msg`A registration is under way.`,
  tried: msg`The last try failed and is repeated:`,
  "terms-follow": msg`Other terms are wanted and follow when it is through.`,
  "terms-differ": msg`Other terms are wanted than those we are registered with.`,
  "unknown-bank": msg`The directory knows no such bank.`,
  "takes-none": msg`This bank takes no registrations through us.`,
  failed: msg`The last attempt failed:`,
  "not-registered": msg`Not registered yet.`,
  forgotten: msg`The bank does not know us any more.`,
  "forgotten-told": msg`The bank does not know us any more; the document wants this told, not repaired.`,
  "newer-own": msg`Newer certificates of our own take the place of those it uses.`,
  "ends-soon": msg`A certificate of the registration ends soon.`,
  drifted: msg`The bank’s own record differs from what we registered.`,
  "drifted-again": msg`The bank’s own record differs in the same way as before it was repaired; another repair would not help.`,
  "drifted-told": msg`The bank’s own record differs from what we registered; the document wants this told, not repaired.`,
};
