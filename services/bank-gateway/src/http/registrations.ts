import * as contracts from "@opl/contracts/http/bank-gateway";
import { route } from "@opl/service";
import { activateRegistration } from "../usecases/activate-registration.ts";
import { buildRegistrationRequest } from "../usecases/build-registration-request.ts";
import { buildSoftwareStatement } from "../usecases/build-software-statement.ts";
import type { GatewayContext } from "../usecases/context.ts";
import { issueCertificates } from "../usecases/issue-certificates.ts";
import { submitRegistration } from "../usecases/submit-registration.ts";
import { validateRegistration } from "../usecases/validate-registration.ts";

/** The steps of a registration, driven by tpp-registry. */
export function registrationRoutes(ctx: GatewayContext) {
  return [
    route(contracts.issueCertificates, ({ params, body }) => issueCertificates(ctx, { ...params, ...body })),
    route(contracts.buildSoftwareStatement, ({ params, body }) => buildSoftwareStatement(ctx, { ...params, ...body })),
    route(contracts.buildRegistrationRequest, ({ params, body }) => buildRegistrationRequest(ctx, { ...params, ...body })),
    route(contracts.submitRegistration, ({ params, body }) => submitRegistration(ctx, { ...params, ...body })),
    route(contracts.validateRegistration, ({ params, body }) => validateRegistration(ctx, { ...params, ...body })),
    route(contracts.activateRegistration, ({ params, body }) => activateRegistration(ctx, { ...params, ...body })),
  ];
}
