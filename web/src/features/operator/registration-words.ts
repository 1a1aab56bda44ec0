import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Advice } from "./advice.ts";
import type { Registration, Step } from "./operator-api.ts";

/** Steps of a registration in an operator's words. */
const stepNames: Record<Step["step"], MessageDescriptor> = {
  certificates: msg`Certificates obtained`,
  "software-statement": msg`Software statement signed`,
  "registration-request": msg`Registration request signed`,
  submission: msg`Sent to the bank`,
  validation: msg`Tried at the bank`,
  activation: msg`Taken into use`,
};

/** A step in those words; where credentials come from a portal, nothing is sent to the bank. */
export function stepName(step: Step["step"], scheme: Registration["scheme"]): MessageDescriptor {
  return scheme === "manual" && step === "submission" ? msg`Credentials entered` : stepNames[step];
}

/** How a bank gets to know us. */
export const schemeNames: Record<Registration["scheme"], MessageDescriptor> = {
  op: msg`OP’s own flow`,
  dcr: msg`Dynamic client registration`,
  certificate: msg`By certificate alone`,
  manual: msg`By hand`,
};

/** What is wrong, where the sentence of the service is for who has no such page: it names routes to call. */
export const errorTitles: Readonly<Record<string, MessageDescriptor>> = {
  ERR_OWN_CERTIFICATE_MISSING: msg`No certificate of our own fits this bank.`,
  ERR_REGISTRATION_CREDENTIALS_AWAITED: msg`This bank gives out credentials by hand.`,
};

/** What an operator can do about an error. */
export const adviceWords: Record<Advice, MessageDescriptor> = {
  "enter-credentials": msg`Have us registered at the bank’s developer portal, then enter the credentials that it gave out.`,
  "no-answer": msg`The other side does not answer. We go on trying by ourselves; “Try now” does not wait.`,
  "told-to-wait": msg`The bank asks us to wait. We try again by ourselves.`,
  refused: msg`The bank said no. Compare what we sent, under “Registration request signed”, with what it allows, then try again.`,
  certificates: msg`Look at the certificates: one is missing, has run out, or is not what the bank wants.`,
  "too-little": msg`The bank gave less than we asked for. Ask for less in the document, or talk to the bank.`,
  "goes-on": msg`We go on trying by ourselves; “Try now” does not wait.`,
  "look-up": msg`The reference of errors, docs/errors.md, says what this code means. When it is mended, try again.`,
};
