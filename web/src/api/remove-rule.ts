import { isApiError } from "./api-error.ts";
import { ask } from "./client.ts";

/** Removes a rule by counterparty. One that is gone already, by a try before or from another page, is removed as well. */
export async function removeRule(counterpartyRuleId: string): Promise<void> {
  try {
    await ask("removeRule", { params: { counterpartyRuleId } });
  } catch (error) {
    if (!isApiError(error) || error.code !== "ERR_ANALYTICS_RULE_NOT_FOUND") throw error;
  }
}
