import { stableId } from "../people/random.ts";
import type { Authorization } from "./authorization.ts";
import type { Bank } from "./bank.ts";

/** The id by which a third party knows an account or card: always the same, or a new one with each consent. */
export function resourceId(bank: Pick<Bank, "config">, authorization: Pick<Authorization, "authorizationId"> | undefined, id: string): string {
  if (bank.config.SANDBOX_ACCOUNT_IDS === "stable" || authorization === undefined) return id;
  return stableId(`${authorization.authorizationId} ${id}`, 24);
}
