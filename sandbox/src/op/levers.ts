import type { BankLevers, FaultTarget } from "../faults/fault.ts";
import type { Bank } from "./bank.ts";
import { revokePayments } from "./payments/settlement.ts";

/** What fault switches may do to the bank at once. */
export function bankLevers(bank: Bank): Omit<BankLevers, "expirePushedRequests"> {
  const psuOf = (authorizationId: string | undefined): string | undefined => bank.authorizations.get(authorizationId ?? "")?.psuId;
  const fits = (target: FaultTarget, record: { readonly clientId: string; readonly authorizationId?: string | undefined }): boolean =>
    (target.clientId === undefined || target.clientId === record.clientId) &&
    (target.authorizationId === undefined || target.authorizationId === record.authorizationId) &&
    (target.psu === undefined || target.psu === psuOf(record.authorizationId));
  return {
    revokeAuthorization(authorizationId) {
      if (bank.authorizations.get(authorizationId)?.kind === "payments") revokePayments(bank, bank.payments.ofBundle(authorizationId));
      else bank.authorizations.apply(authorizationId, { type: "revoke" });
      bank.tokens.dropRefresh((token) => token.authorizationId === authorizationId);
    },
    expireAuthorization(authorizationId) {
      bank.authorizations.apply(authorizationId, { type: "expire" });
    },
    requireSca(authorizationId) {
      bank.authorizations.apply(authorizationId, { type: "require-sca" });
    },
    expireAccessTokens: (target) => bank.tokens.expireAccess((token) => fits(target, token)),
    forgetRefreshTokens: (target) => bank.tokens.dropRefresh((token) => fits(target, token)),
    moveClock: (offsetSeconds) => bank.clock.move(offsetSeconds),
    rotateIdTokenKey: () => bank.idTokenKeys.rotate(),
    showServerCertificate: (kind) => bank.showServerCertificate(kind),
    authorizationsOf: (target) => [...bank.authorizations.all()].filter((each) => fits(target, each)).map((each) => each.authorizationId),
  };
}
