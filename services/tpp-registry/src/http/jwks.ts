import { readJwks } from "@opl/contracts/http/tpp-registry";
import { type BoundRoute, route } from "@opl/service";
import type { RegistryContext } from "../context.ts";
import { listPublicKeys } from "../db/public-key-store.ts";
import { publishedKeys } from "../domain/public-keys.ts";
import { refreshBriefly } from "./refresh-briefly.ts";

export function jwksRoutes(ctx: Pick<RegistryContext, "db" | "clock" | "bankGateway">, keepDays: number): readonly BoundRoute[] {
  return [
    route(readJwks, async ({ log }) => {
      await refreshBriefly(ctx, log);
      return { keys: [...publishedKeys(await listPublicKeys(ctx.db), keepDays, ctx.clock.now())] };
    }),
  ];
}
