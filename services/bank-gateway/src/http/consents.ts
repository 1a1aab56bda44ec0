import * as contracts from "@opl/contracts/http/bank-gateway";
import { psuRoute, route } from "@opl/service";
import type { GatewayContext } from "../usecases/context.ts";
import { createAspspConsent } from "../usecases/create-aspsp-consent.ts";
import { exchangeCode } from "../usecases/exchange-code.ts";
import { pollAuthorization } from "../usecases/poll-authorization.ts";
import { revokeAspspConsent } from "../usecases/revoke-aspsp-consent.ts";

/** Consents at banks: create, exchange or ask for the outcome, revoke. */
export function consentRoutes(ctx: GatewayContext) {
  return [
    psuRoute(contracts.createAspspConsent, async ({ params, body, psu }) => {
      const input = { kind: "accounts", ...params, ...body, validUntil: Temporal.Instant.from(body.validUntil) } as const;
      const { validUntil: _told, ...created } = await createAspspConsent(ctx, input, psu);
      return { ...created, expiresAt: created.expiresAt.toString() };
    }),
    psuRoute(contracts.exchangeCode, async ({ params, body, psu }) => {
      const granted = await exchangeCode(ctx, params.consentId, body.aspspId, body, psu);
      return { scope: [...granted.scope], authorisedAt: granted.authorisedAt.toString(), validUntil: granted.validUntil.toString() };
    }),
    route(contracts.pollAuthorization, async ({ params, body }) => {
      const polled = await pollAuthorization(ctx, params.consentId, body.aspspId);
      if (polled.status === "pending") return { ...polled, nextPollAt: polled.nextPollAt.toString() };
      return { ...polled, scope: [...polled.scope], authorisedAt: polled.authorisedAt.toString(), validUntil: polled.validUntil.toString() };
    }),
    route(contracts.revokeAspspConsent, ({ params, body, psu }) => revokeAspspConsent(ctx, params.consentId, body.aspspId, psu ?? "unattended")),
  ];
}
