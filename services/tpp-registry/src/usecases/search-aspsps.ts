import type { Aspsp, RegistrationTerms } from "@opl/contracts/model";
import type { RegistryContext } from "../context.ts";
import { listDirectory } from "../db/directory-store.ts";
import { listNewest, type RegistrationWithSteps } from "../db/registration-store.ts";
import { type AspspSearch, isFound } from "../domain/directory.ts";
import { termsOf } from "../domain/tpp-profile.ts";
import { refreshDirectory } from "./refresh-directory.ts";

export interface FoundAspsp {
  readonly aspsp: Aspsp;
  /** The one that is running there, else the last one. */
  readonly registration: (RegistrationWithSteps & { readonly terms: RegistrationTerms }) | null;
}

/** Banks of the directory as it was last seen, so also while the gateway is away. */
export async function searchAspsps(
  ctx: Pick<RegistryContext, "db" | "clock" | "bankGateway" | "environmentDocument">,
  search: AspspSearch,
): Promise<readonly FoundAspsp[]> {
  const kept = await listDirectory(ctx.db);
  if (kept.length === 0) await refreshDirectory(ctx);
  const found = (kept.length === 0 ? await listDirectory(ctx.db) : kept).filter((aspsp) => isFound(aspsp, search));
  const registrations = new Map((await listNewest(ctx.db)).map((one) => [one.registration.aspspId, one]));
  return found.map((aspsp) => {
    const one = registrations.get(aspsp.aspspId);
    const registered = aspsp.registrationScheme === null ? aspsp.registered : one?.inUse === true;
    return {
      aspsp: { ...aspsp, registered },
      registration: one === undefined ? null : { ...one, terms: termsOf(ctx.environmentDocument, one.registration) },
    };
  });
}
