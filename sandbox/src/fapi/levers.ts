import type { BankLevers, FaultTarget } from "../faults/fault.ts";
import type { Issuer } from "./issuer.ts";

type IssuerLevers = Pick<
  BankLevers,
  | "revokeAuthorization"
  | "expireAuthorization"
  | "expireAccessTokens"
  | "forgetRefreshTokens"
  | "expirePushedRequests"
  | "rotateIdTokenKey"
  | "authorizationsOf"
>;

/** What fault switches may do to one issuer at once. */
export function issuerLevers(issuer: Issuer): IssuerLevers {
  const { authorizations, grants, clock } = issuer;
  const fits = (target: FaultTarget, record: { readonly clientId?: unknown; readonly authorizationId?: unknown }): boolean =>
    (target.clientId === undefined || target.clientId === record.clientId) &&
    (target.authorizationId === undefined || target.authorizationId === record.authorizationId) &&
    (target.psu === undefined || target.psu === authorizations.get(String(record.authorizationId))?.psuId);
  return {
    revokeAuthorization(authorizationId) {
      if (authorizations.apply(authorizationId, { type: "revoke" }) !== undefined) issuer.forgetGrants(authorizationId);
    },
    expireAuthorization(authorizationId) {
      authorizations.apply(authorizationId, { type: "expire" });
    },
    expireAccessTokens: (target) =>
      grants.changeWhere(
        ({ payload }) => payload["kind"] === "issued" && fits(target, payload),
        (grant) => ({ ...grant, expiresAtMs: clock.now().epochMilliseconds }),
      ),
    forgetRefreshTokens: (target) =>
      grants.removeWhere(
        ({ payload }) => payload["kind"] === "RefreshToken" && fits(target, { clientId: payload["clientId"], authorizationId: payload["accountId"] }),
      ),
    expirePushedRequests: () =>
      void grants.changeWhere(
        ({ payload }) => payload["kind"] === "PushedAuthorizationRequest",
        (grant) => ({ ...grant, payload: { ...grant.payload, exp: 1 } }),
      ),
    rotateIdTokenKey: async () => (await issuer.keys()).rotate(),
    authorizationsOf: (target) => [...authorizations.all()].filter((each) => fits(target, each)).map((each) => each.authorizationId),
  };
}
