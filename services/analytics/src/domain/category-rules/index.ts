import type { CategoryRule } from "./define-rules.ts";
import { eatingOut } from "./eating-out.ts";
import { family } from "./family.ts";
import { finance } from "./finance.ts";
import { groceries } from "./groceries.ts";
import { health } from "./health.ts";
import { housing } from "./housing.ts";
import { income } from "./income.ts";
import { leisure } from "./leisure.ts";
import { other } from "./other.ts";
import { shopping } from "./shopping.ts";
import { subscriptions } from "./subscriptions.ts";
import { transfers } from "./transfers.ts";
import { transport } from "./transport.ts";

export type { CategoryRule, Confidence } from "./define-rules.ts";

/** Raised with every change of a rule, of how rules are applied or of how counterparties are cleaned; every person is then categorised anew. 2: people may say where an entry belongs. 3: they may split one. 4: they are asked about charges. A test compares it with the rules. */
export const rulesVersion = 4;

/** All rules; where two fit equally well the earlier one decides. */
export const categoryRules: readonly CategoryRule[] = [
  ...transfers,
  ...income,
  ...housing,
  ...groceries,
  ...eatingOut,
  ...transport,
  ...subscriptions,
  ...health,
  ...family,
  ...leisure,
  ...shopping,
  ...finance,
  ...other,
];
