import type { operatorRoutes } from "@opl/contracts/http/bff-operator";
import type { ResponseOf } from "@opl/contracts/http/route";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { send } from "../../api/client.ts";
import { type AskOf, buildUrl } from "../../api/routes.ts";

type Routes = typeof operatorRoutes;
export type OperatorOperation = keyof Routes;
export type OperatorAnswer<O extends OperatorOperation> = ResponseOf<Routes[O]>;

export type Bank = OperatorAnswer<"listOperatorBanks">["banks"][number];
export type Registration = NonNullable<Bank["serving"]>;
export type Step = Registration["steps"][number];
export type Certificates = OperatorAnswer<"listOperatorCertificates">;
export type KnownCertificate = Certificates["certificates"][number];
export type OwnCertificate = Certificates["own"][number];
export type Plan = OperatorAnswer<"checkOperatorPlan">;
export type PlanPage = OperatorAnswer<"getOperatorPlan">;
export type Quarantine = OperatorAnswer<"listOperatorQuarantines">["quarantines"][number];
export type FoundBank = OperatorAnswer<"searchDirectory">["aspsps"][number];

/** Method and path of each operation; only types of the contract are shipped, so a test compares the two. */
export const operatorPaths: Record<OperatorOperation, readonly [method: string, path: string]> = {
  listOperatorBanks: ["GET", "/api/operator/banks"],
  getOperatorRegistration: ["GET", "/api/operator/registrations/:registrationId"],
  startOperatorRegistration: ["POST", "/api/operator/registrations"],
  retryOperatorRegistration: ["POST", "/api/operator/registrations/:registrationId/retry"],
  enterOperatorCredentials: ["POST", "/api/operator/registrations/:registrationId/credentials"],
  listOperatorCertificates: ["GET", "/api/operator/certificates"],
  requestOwnCertificate: ["POST", "/api/operator/own-certificates"],
  importOwnChain: ["POST", "/api/operator/own-certificates/:certificateId/chain"],
  importOwnPkcs12: ["POST", "/api/operator/own-certificates/pkcs12"],
  retireOwnCertificate: ["POST", "/api/operator/own-certificates/:certificateId/retirement"],
  getOperatorPlan: ["GET", "/api/operator/plan"],
  checkOperatorPlan: ["POST", "/api/operator/plan/check"],
  listOperatorQuarantines: ["GET", "/api/operator/quarantines"],
  lookAtQuarantine: ["POST", "/api/operator/quarantines/:aspspId/reading"],
  approveQuarantine: ["POST", "/api/operator/quarantines/:aspspId/approval"],
  searchDirectory: ["GET", "/api/operator/directory"],
};

export async function askAsOperator<O extends OperatorOperation>(operation: O, input: AskOf<Routes[O]>, signal?: AbortSignal): Promise<OperatorAnswer<O>> {
  const [method, path] = operatorPaths[operation];
  return (await send(method, buildUrl(path, input.params, input.query), { body: input.body, signal })) as OperatorAnswer<O>;
}

/** While a registration is under way a page looks so often, in milliseconds; otherwise now and then. */
const watching = 1_000;
const atRest = 20_000;

export function isRunning(bank: Bank): boolean {
  return bank.latest?.status === "running";
}

/** The bank's portal gives out credentials, and an operator has to type them in. */
export function awaitsCredentials({ scheme, status, step }: Registration): boolean {
  return scheme === "manual" && status === "running" && step === "submission";
}

/** Every question of these pages, with its place in the cache. */
export const operatorQueries = {
  banks: () =>
    queryOptions({
      queryKey: ["operator", "banks"],
      queryFn: ({ signal }) => askAsOperator("listOperatorBanks", {}, signal),
      refetchInterval: (query) => (query.state.data?.banks.some(isRunning) === true ? watching : atRest),
    }),
  registration: (registrationId: string) =>
    queryOptions({
      queryKey: ["operator", "registration", registrationId],
      queryFn: ({ signal }) => askAsOperator("getOperatorRegistration", { params: { registrationId } }, signal),
    }),
  certificates: () => queryOptions({ queryKey: ["operator", "certificates"], queryFn: ({ signal }) => askAsOperator("listOperatorCertificates", {}, signal) }),
  plan: () => queryOptions({ queryKey: ["operator", "plan"], queryFn: ({ signal }) => askAsOperator("getOperatorPlan", {}, signal) }),
  quarantines: () =>
    queryOptions({
      queryKey: ["operator", "quarantines"],
      queryFn: ({ signal }) => askAsOperator("listOperatorQuarantines", {}, signal),
      refetchInterval: atRest,
    }),
  directory: (terms: { readonly name?: string; readonly country?: string; readonly bic?: string }) =>
    queryOptions({
      queryKey: ["operator", "directory", terms],
      queryFn: ({ signal }) => askAsOperator("searchDirectory", { query: terms }, signal),
      placeholderData: keepPreviousData,
      refetchInterval: (query) => (query.state.data?.aspsps.some(({ registration }) => registration?.status === "running") === true ? watching : atRest),
    }),
};
