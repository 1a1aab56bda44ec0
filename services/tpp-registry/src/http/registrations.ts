import { getRegistration, listRegistrations, startRegistration } from "@opl/contracts/http/tpp-registry";
import { type BoundRoute, route } from "@opl/service";
import type { RegistryContext } from "../context.ts";
import * as registrations from "../db/registration-store.ts";
import { errors } from "../errors.ts";
import { renewRegistration } from "../usecases/renew-registration.ts";
import * as start from "../usecases/start-registration.ts";
import { viewRegistration } from "./registration-view.ts";

export function registrationRoutes(ctx: RegistryContext, wakeRegistrar: () => void): readonly BoundRoute[] {
  return [
    route(startRegistration, async ({ body }) => {
      const started = await (body.renew === true ? renewRegistration : start.startRegistration)(ctx, body.aspspId);
      wakeRegistrar();
      return viewRegistration(started, ctx.clock.now());
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
