import { deleteReadsBefore } from "../db/budget-store.ts";
import { deleteLapsedAuthorizations } from "../db/open-authorization-store.ts";
import type { GatewayContext } from "./context.ts";

/** Longer than the budget's window and than any sync that still pages. */
const keepHours = 72;

/** Reads that no budget counts any more, and what was remembered for authorizations that nobody finished. */
export async function forgetOldReads({ db, clock }: Pick<GatewayContext, "db" | "clock">): Promise<void> {
  await deleteReadsBefore(db, clock.now().subtract({ hours: keepHours }));
  await deleteLapsedAuthorizations(db, clock.now());
}
