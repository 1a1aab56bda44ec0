import { accountFaults } from "./account.ts";
import { authorizationResponseFaults } from "./authorization-response.ts";
import { bodyFaults } from "./body.ts";
import { consentFaults } from "./consent.ts";
import { discoveryFaults } from "./discovery.ts";
import { dpopFaults } from "./dpop.ts";
import type { Fault } from "./fault.ts";
import { idTokenFaults } from "./id-token.ts";
import { jarmFaults } from "./jarm.ts";
import { networkFaults } from "./network.ts";
import { pageFaults } from "./page.ts";
import { paymentFaults } from "./payment.ts";
import { registrationFaults } from "./registration.ts";
import { tokenFaults } from "./token.ts";
import { userinfoFaults } from "./userinfo.ts";

/** Every fault the bank knows, one file a group. */
export const allFaults: readonly Fault<unknown>[] = [
  ...networkFaults,
  ...bodyFaults,
  ...pageFaults,
  ...accountFaults,
  ...consentFaults,
  ...idTokenFaults,
  ...authorizationResponseFaults,
  ...tokenFaults,
  ...userinfoFaults,
  ...registrationFaults,
  ...paymentFaults,
  ...discoveryFaults,
  ...jarmFaults,
  ...dpopFaults,
];
