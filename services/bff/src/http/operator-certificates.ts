import * as contracts from "@opl/contracts/http/bff-operator";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { bankNames } from "../views/bank-names.ts";
import { operatorCertificates, withoutChain } from "../views/operator-certificates.ts";
import { operatorRoute } from "./operator-route.ts";
import { impersonal, impersonalPart, orMissing } from "./parts.ts";

/** Our certificates: those in use at banks, and those of our own from trust service providers. */
export function operatorCertificateRoutes({ clients, bankDirectory }: Pick<BffContext, "clients" | "bankDirectory">): readonly BoundRoute[] {
  const { bankGateway, tppRegistry } = clients;
  return [
    operatorRoute(contracts.listOperatorCertificates, async (asking) => {
      const [used, own, banks] = await Promise.all([
        orMissing(asking, "certificates", tppRegistry.listCertificates(impersonalPart(asking))),
        orMissing(asking, "own", bankGateway.listOwnCertificates(impersonalPart(asking))),
        bankDirectory.list().catch(() => undefined),
      ]);
      return {
        ...operatorCertificates({ inventory: used?.certificates ?? [], own: own?.certificates ?? [], nameOf: bankNames(banks) }),
        enrolment: own?.enrolment ?? false,
        missing: [...(used === undefined ? (["certificates"] as const) : []), ...(own === undefined ? (["own"] as const) : [])],
      };
    }),
    operatorRoute(contracts.requestOwnCertificate, async ({ body, ...asking }) =>
      withoutChain(await bankGateway.requestCertificate({ ...impersonal(asking), body })),
    ),
    operatorRoute(contracts.importOwnChain, async ({ params, body, ...asking }) =>
      withoutChain(await bankGateway.importIssuedCertificate({ ...impersonal(asking), params, body })),
    ),
    operatorRoute(contracts.importOwnPkcs12, async ({ body, ...asking }) => withoutChain(await bankGateway.importPkcs12({ ...impersonal(asking), body }))),
    operatorRoute(contracts.retireOwnCertificate, async ({ params, ...asking }) =>
      withoutChain(await bankGateway.retireCertificate({ ...impersonal(asking), params })),
    ),
  ];
}
