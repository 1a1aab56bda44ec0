import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Registration, Step } from "./operator-api.ts";

/** Steps of a registration in an operator's words. */
export const stepNames: Record<Step["step"], MessageDescriptor> = {
  certificates: msg`Certificates obtained`,
  "software-statement": msg`Software statement signed`,
  "registration-request": msg`Registration request signed`,
  submission: msg`Sent to the bank`,
  validation: msg`Tried at the bank`,
  activation: msg`Taken into use`,
};

/** How a bank gets to know us. */
export const schemeNames: Record<Registration["scheme"], MessageDescriptor> = {
  op: msg`OP’s own flow`,
  dcr: msg`Dynamic client registration`,
  certificate: msg`By certificate alone`,
  manual: msg`By hand`,
};

/** What an operator can do about an error, by its stable code; the first pattern that fits counts. */
const advice: readonly (readonly [RegExp, MessageDescriptor])[] = [
  [/CREDENTIALS/, msg`Enter the credentials that the bank gave you.`],
  [/UNAVAILABLE|TIMEOUT|TIMED_OUT/, msg`The other side does not answer. We go on trying by ourselves; “Try now” does not wait.`],
  [/RATE_LIMITED/, msg`The bank asks us to wait. We try again by ourselves.`],
  [/REJECTED|REFUSED/, msg`The bank said no. Compare what we sent, under “Sent to the bank”, with what it allows, then try again.`],
  [/CERTIFICATE|QWAC|QSEAL/, msg`Look at the certificates: one is missing, has run out, or is not what the bank wants.`],
  [/INCOMPLETE/, msg`The bank gave less than we asked for. Ask for less in the document, or talk to the bank.`],
];

/** What to do about the last error of a registration. */
export function adviceFor(code: string, status: Registration["status"]): MessageDescriptor {
  const found = advice.find(([pattern]) => pattern.test(code));
  if (found !== undefined) return found[1];
  return status === "running"
    ? msg`We go on trying by ourselves; “Try now” does not wait.`
    : msg`The reference of errors, docs/errors.md, says what this code means. When it is mended, try again.`;
}
