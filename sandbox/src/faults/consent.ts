import { z } from "zod";
import { defineFault, type Fault } from "./fault.ts";

const none = z.strictObject({});

/** What the bank does on its own side, at once. Aim them at a psu, a clientId or an authorizationId. */
export const consentFaults: readonly Fault<unknown>[] = [
  defineFault({
    name: "consent.revoke",
    summary: "The person withdraws at the bank: every fitting authorization becomes Revoked.",
    options: none,
    now: (levers, target) => levers.authorizationsOf(target).forEach((id) => levers.revokeAuthorization(id)),
  }),
  defineFault({
    name: "consent.expire",
    summary: "Every fitting authorization becomes Expired.",
    options: none,
    now: (levers, target) => levers.authorizationsOf(target).forEach((id) => levers.expireAuthorization(id)),
  }),
  defineFault({
    name: "consent.require-sca",
    summary: "The bank wants to see the person again: every fitting authorization stands, and nothing is read under it any more.",
    options: none,
    now: (levers, target) => levers.authorizationsOf(target).forEach((id) => levers.requireSca(id)),
  }),
  defineFault({
    name: "token.expire-access",
    summary: "Ends fitting access tokens now; refreshing goes on.",
    options: none,
    now(levers, target) {
      levers.expireAccessTokens(target);
    },
  }),
  defineFault({
    name: "token.forget-refresh",
    summary: "Forgets fitting refresh tokens: the next refresh is refused.",
    options: none,
    now(levers, target) {
      levers.forgetRefreshTokens(target);
    },
  }),
  defineFault({
    name: "request.expire",
    summary: "Ends every pushed request now: who brings its name afterwards is turned away. It knows no person.",
    options: none,
    now: (levers) => levers.expirePushedRequests(),
  }),
  defineFault({
    name: "bank.clock",
    summary: "Puts the bank's clock ahead (or behind) by so many seconds, until the switch is taken away.",
    options: z.strictObject({ offsetSeconds: z.int() }),
    now: (levers, _target, { offsetSeconds }) => levers.moveClock(offsetSeconds),
    undo: (levers) => levers.moveClock(0),
  }),
  defineFault({
    name: "bank.rotate-id-token-key",
    summary: "At every bank a new key signs ID tokens from now on; the old one stays published.",
    options: none,
    now: (levers) => levers.rotateIdTokenKey(),
  }),
  defineFault({
    name: "bank.tls-certificate",
    summary:
      "The mutual-TLS hosts of OP and of the FAPI issuers, and the trust service provider with the directory, show another certificate (`revoked`: one that is good but for its place on the list at crlUrl), or (`old-tls`) speak at most TLS 1.1, until the switch is taken away.",
    options: z.strictObject({ kind: z.enum(["expired", "wrong-host", "unknown-authority", "self-signed", "revoked", "old-tls"]) }),
    now: (levers, _target, { kind }) => levers.showServerCertificate(kind),
    undo: (levers) => levers.showServerCertificate("good"),
  }),
];
