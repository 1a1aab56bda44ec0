import { bankGatewayRoutes } from "@opl/contracts/http/bank-gateway";
import { createClient } from "@opl/service";
import type { Client, ClientOptions } from "@opl/service";

/** Only what pages need, people's and operators'; the rest of the gateway is not for us. */
const {
  listAspsps,
  getRawMessage,
  listOwnCertificates,
  requestCertificate,
  importIssuedCertificate,
  importPkcs12,
  retireCertificate,
  enterCredentials,
  listQuarantines,
  readAuthorizationServer,
  approveAuthorizationServer,
} = bankGatewayRoutes;
const routes = {
  listAspsps,
  getRawMessage,
  listOwnCertificates,
  requestCertificate,
  importIssuedCertificate,
  importPkcs12,
  retireCertificate,
  enterCredentials,
  listQuarantines,
  readAuthorizationServer,
  approveAuthorizationServer,
};

export type BankGatewayClient = Client<typeof routes>;

export const bankGatewayClient = (options: Omit<ClientOptions, "audience">): BankGatewayClient =>
  createClient(routes, { ...options, audience: "bank-gateway" });
