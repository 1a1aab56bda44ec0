import { defineErrors } from "@opl/errors";

export const errors = defineErrors({
  // What every adapter translates a bank's refusals into; the set is closed.
  ERR_ASPSP_REJECTED: ["rejected", "The bank refused the request."],
  ERR_ASPSP_CONSENT_INVALID: ["rejected", "The bank no longer accepts the consent."],
  ERR_ASPSP_CONSENT_EXPIRED: ["rejected", "The consent has run out at the bank."],
  ERR_ASPSP_TOKEN_INVALID: ["rejected", "The bank does not accept our access any more."],
  ERR_ASPSP_RATE_LIMITED: ["rate-limited", "The bank has been asked too often; try again later."],
  ERR_ASPSP_UNAVAILABLE: ["unavailable", "The bank does not answer at the moment."],
  ERR_ASPSP_PROTOCOL: ["upstream", "The bank sent an answer that does not fit its own interface."],
  // What the gateway says itself.
  ERR_ASPSP_UNKNOWN: ["not-found", "There is no such bank."],
  ERR_ASPSP_CAPABILITY_MISSING: ["rejected", "This bank does not offer that."],
  ERR_ASPSP_NOT_REGISTERED: ["rejected", "We are not registered at this bank yet."],
  ERR_ASPSP_ORIGIN_REFUSED: ["bug", "A request would have left the addresses of this bank."],
  ERR_AUTHORIZATION_REFUSED: ["rejected", "What came back from the bank did not pass the checks."],
  ERR_BANK_CONSENT_NOT_FOUND: ["not-found", "There is no such consent at a bank."],
  ERR_BANK_CONSENT_EXISTS: ["conflict", "This consent was already created at the bank."],
  ERR_BANK_CONSENT_STATE: ["conflict", "The consent is not in a state that allows this."],
  ERR_BANK_REGISTRATION_NOT_FOUND: ["not-found", "There is no such registration at a bank."],
  ERR_ALGORITHM_UNFIT: ["rejected", "The signature algorithm that is wanted does not go with this bank."],
  ERR_CURSOR_INVALID: ["invalid", "The cursor does not belong to this account and consent."],
  ERR_OWN_CERTIFICATE_MISSING: [
    "conflict",
    "No certificate of our own fits this bank: request one with POST /certificates and import what the provider issues, or import one with POST /certificates/pkcs12.",
  ],
  ERR_OWN_CERTIFICATE_NOT_FOUND: ["not-found", "There is no such certificate of our own."],
  ERR_OWN_CERTIFICATE_REFUSED: ["rejected", "The certificate cannot be used."],
  ERR_OWN_CERTIFICATE_STATE: ["conflict", "The certificate is not in a state that allows this."],
  ERR_RAW_MESSAGE_NOT_FOUND: ["not-found", "There is no such archived message."],
  ERR_REGISTRATION_CREDENTIALS_AWAITED: [
    "conflict",
    "Awaiting the credentials an operator enters: have us registered at the bank's portal, then send what it gave out with PUT /registrations/:registrationId/credentials.",
  ],
  ERR_REGISTRATION_CREDENTIALS_UNWANTED: ["rejected", "This registration takes no credentials by hand."],
  ERR_REGISTRATION_ENDED: ["conflict", "This registration has ended; begin another one."],
  ERR_REGISTRATION_MANAGEMENT_REFUSED: [
    "conflict",
    "The bank knows our client but refuses to let us manage it; it is asked again. If that lasts, have the client deleted at the bank: then it is registered anew.",
  ],
  ERR_REGISTRATION_OUTCOME_UNKNOWN: [
    "rejected",
    "The registration was sent and its answer was lost, so the bank may hold a client of ours that we do not know: look at the bank's portal, have it deleted there, then retry.",
  ],
  ERR_REGISTRATION_PENDING_AT_ASPSP: ["unavailable", "The bank has seen our certificate and is still registering us; it is asked again."],
  ERR_REGISTRATION_STEP_ORDER: ["conflict", "An earlier step of the registration is missing."],
  ERR_REGISTRATION_STEP_RUNNING: ["conflict", "This step of the registration is running already."],
  ERR_TRUST_SERVICE_PROTOCOL: ["upstream", "The trust service provider or directory sent an answer that does not fit."],
  ERR_TRUST_SERVICE_REFUSED: ["rejected", "The trust service provider or directory refused the request."],
  ERR_TRUST_SERVICE_UNAVAILABLE: ["unavailable", "The trust service provider or directory does not answer at the moment."],
  // The one way out for a private key.
  ERR_KEY_NOT_FOUND: ["not-found", "There is no such key under this registration."],
  ERR_KEY_EXPORT_NOT_FOUND: ["not-found", "There is no such export of a key."],
  ERR_KEY_EXPORT_STATE: ["conflict", "The export is not at the step before this one."],
  ERR_KEY_EXPORT_EXPIRED: ["conflict", "The time of this export is over; ask again."],
  ERR_KEY_EXPORT_OPERATOR: ["forbidden", "This step belongs to another operator."],
});
