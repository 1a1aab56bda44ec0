import { getRegistration, listRegistrations, retryRegistration, startRegistration } from "@opl/contracts/http/tpp-registry";
import { type BoundRoute, route } from "@opl/service";
import type { RegistryContext } from "../context.ts";
import * as registrations from "../db/registration-store.ts";
import { errors } from "../errors.ts";
import * as retry from "../usecases/retry-registration.ts";
import * as start from "../usecases/start-registration.ts";
import { viewRegistration } from "./registration-view.ts";

export function registrationRoutes(ctx: RegistryContext, wake: () => void): readonly BoundRoute[] {
  return [
    route(startRegistration, async ({ body }) => {
      const started = await start.startRegistration(ctx, body.aspspId, { renew: body.renew === true });
      wake();
      return viewRegistration(started, ctx.clock.now());
    }),
    route(retryRegistration, async ({ params }) => {
      const tried = await retry.retryRegistration(ctx, params.registrationId);
      wake();
      return viewRegistration(tried, ctx.clock.now());
    }),
    route(listRegistrations, async () => ({
      registrations: (await registrations.listRegistrations(ctx.db)).map((entry) => viewRegistration(entry, ctx.clock.now())),
    })),
    route(getRegistration, async ({ params }) => {
      const found = await registrations.getRegistration(ctx.db, params.registrationId);
      if (found === undefined) throw errors.ERR_REGISTRATION_NOT_FOUND();
      return viewRegistration(found, ctx.clock.now());
    }),
  ];
}
