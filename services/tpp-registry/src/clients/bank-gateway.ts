import {
  activateRegistration,
  buildRegistrationRequest,
  buildSoftwareStatement,
  endRegistration,
  issueCertificates,
  listAspsps,
  readRegistration,
  submitRegistration,
  validateRegistration,
} from "@opl/contracts/http/bank-gateway";
import { type Client, createClient, type ServiceTokens } from "@opl/service";

const asked = {
  listAspsps,
  issueCertificates,
  buildSoftwareStatement,
  buildRegistrationRequest,
  submitRegistration,
  validateRegistration,
  activateRegistration,
  readRegistration,
  endRegistration,
};

/** The one who holds the keys and talks to the bank; each step answers the same when asked again. */
export type BankGateway = Client<typeof asked>;

export function createBankGateway(baseUrl: string, tokens: ServiceTokens): BankGateway {
  return createClient(asked, { baseUrl, audience: "bank-gateway", tokens });
}
