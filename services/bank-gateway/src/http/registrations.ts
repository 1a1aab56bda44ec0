import * as contracts from "@opl/contracts/http/bank-gateway";
import { route } from "@opl/service";
import { activateRegistration } from "../usecases/activate-registration.ts";
import { buildRegistrationRequest } from "../usecases/build-registration-request.ts";
import { buildSoftwareStatement } from "../usecases/build-software-statement.ts";
import type { GatewayContext } from "../usecases/context.ts";
import { endRegistration } from "../usecases/end-registration.ts";
import { enterCredentials } from "../usecases/enter-credentials.ts";
import { issueCertificates } from "../usecases/issue-certificates.ts";
import { readRegistration } from "../usecases/read-registration.ts";
import { submitRegistration } from "../usecases/submit-registration.ts";
import { validateRegistration } from "../usecases/validate-registration.ts";

/** The steps of a registration and its end, driven by tpp-registry. */
export function registrationRoutes(ctx: GatewayContext) {
  return [
    route(contracts.issueCertificates, ({ params, body }) => issueCertificates(ctx, { ...params, ...body })),
    route(contracts.buildSoftwareStatement, ({ params, body }) => buildSoftwareStatement(ctx, { ...params, ...body })),
    route(contracts.buildRegistrationRequest, ({ params, body }) => buildRegistrationRequest(ctx, { ...params, ...body })),
    route(contracts.submitRegistration, ({ params, body }) => submitRegistration(ctx, { ...params, ...body })),
    route(contracts.validateRegistration, ({ params, body }) => validateRegistration(ctx, { ...params, ...body })),
    route(contracts.activateRegistration, ({ params, body }) => activateRegistration(ctx, { ...params, ...body })),
    route(contracts.readRegistration, ({ params }) => readRegistration(ctx, params.registrationId)),
    route(contracts.endRegistration, ({ params, body }) => endRegistration(ctx, { ...params, ...body })),
    route(contracts.enterCredentials, ({ params, body }) => enterCredentials(ctx, { ...params, ...body })),
  ];
}
