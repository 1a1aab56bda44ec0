import type { RouteContract } from "@opl/contracts/http";
import { bffRoutes } from "@opl/contracts/http/bff";
import { operatorRoutes } from "@opl/contracts/http/bff-operator";
import { securityRoutes } from "@opl/contracts/http/bff-security";
import { signInRoutes } from "@opl/contracts/http/bff-sign-in";
import type { PublicJwk } from "@opl/contracts/model";
import { newId } from "@opl/service";
import { addPasskey } from "./authenticator.ts";
import type { Bff, Person } from "./bff.ts";

const contracts: readonly RouteContract[] = [
  ...Object.values(bffRoutes),
  ...Object.values(operatorRoutes),
  ...Object.values(signInRoutes),
  ...Object.values(securityRoutes),
];

/** Every route that reads, from the contracts, so that a new one is among them. */
export const reads = contracts.filter(({ method }) => method === "GET");

const span = "from=2026-01-01&to=2026-11-22";

/** Where somebody finds something of their own, by each reading route that cannot be asked by its path alone. */
const addresses: Readonly<Record<string, (person: Person, bff: Bff) => string | Promise<string>>> = {
  getConnection: ({ holdings }) => `/api/connections/${holdings.consent.consentId}`,
  getReceipts: ({ holdings }) => `/api/connections/${holdings.consent.consentId}/receipts`,
  getFundsReceipts: ({ holdings }) => `/api/funds-permissions/${holdings.fundsConsentId}/receipts`,
  getTransactionView: ({ holdings }) => `/api/transactions/${holdings.transactions[1]?.transactionId}`,
  previewTransactionRule: ({ holdings }) => `/api/transactions/${holdings.transactions[1]?.transactionId}/counterparty-rule?category=family`,
  getProof: ({ holdings }) => `/api/transactions/${holdings.transactions[1]?.transactionId}/proof`,
  getSpending: () => `/api/insights/spending?${span}`,
  getNetWorth: () => `/api/insights/net-worth?${span}`,
  getPaymentOrderView: ({ holdings }) => `/api/payment-orders/${holdings.paymentOrder.paymentOrderId}`,
  getOperatorRegistration: (_, { downstream }) => `/api/operator/registrations/${downstream.registrations[0]?.registrationId}`,
  searchDirectory: () => "/api/operator/directory?name=op&country=FI&bic=OKOYFIHH",
};

/** The address to ask a reading route at. @throws where its contract wants an id or a query and none is named above */
export async function addressOf({ operationId, path, params, query }: RouteContract, person: Person, bff: Bff): Promise<string> {
  const address = addresses[operationId];
  if (address !== undefined) return address(person, bff);
  if (params !== undefined || query?.safeParse({}).success === false) throw new Error(`${operationId} needs an address in test/reads.ts.`);
  return path;
}

/** An operator with one of everything there can be: no list on any page is empty for want of it. */
export async function personWithEverything(bff: Bff): Promise<Person> {
  const person = await bff.operator();
  await addPasskey(person);
  await person.browser.send("POST", "/api/me/recovery-codes", { body: {} });
  const key: PublicJwk = { kty: "EC", crv: "P-256", x: "eA", y: "eQ", kid: "seal", use: "sig", alg: "ES256" };
  const jws = `${Buffer.from(JSON.stringify({ alg: "ES256", kid: key.kid })).toString("base64url")}.e30.c2ln`;
  bff.downstream.keys.push(key);
  for (const permission of [person.holdings.consent.consentId, person.holdings.fundsConsentId])
    bff.downstream.receipts.set(permission, [{ receiptId: newId(), sequence: 1, happened: "granted", at: "2026-11-22T10:00:00Z", jws }]);
  return person;
}
