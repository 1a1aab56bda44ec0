import {
  activateRegistration,
  buildRegistrationRequest,
  buildSoftwareStatement,
  endRegistration,
  issueCertificates,
  submitRegistration,
  validateRegistration,
} from "@opl/contracts/http/bank-gateway";

const untilExpiry = ({ expiresAt }: { readonly expiresAt: string }): Temporal.Instant => Temporal.Instant.from(expiresAt);

/** The saga's steps and what each answers; leaving is the last one. */
export const steps = {
  certificates: { step: "certificates", outcome: issueCertificates.response },
  softwareStatement: { step: "software-statement", outcome: buildSoftwareStatement.response, expiresAt: untilExpiry },
  registrationRequest: { step: "registration-request", outcome: buildRegistrationRequest.response, expiresAt: untilExpiry },
  submission: { step: "submission", outcome: submitRegistration.response },
  validation: { step: "validation", outcome: validateRegistration.response },
  activation: { step: "activation", outcome: activateRegistration.response },
  end: { step: "end", outcome: endRegistration.response },
} as const;
