import * as contracts from "@opl/contracts/http/bff-operator";
import { isOplError } from "@opl/errors";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { shownArtefact } from "../views/artefact.ts";
import { operatorBanks, withoutArtefacts } from "../views/operator-bank.ts";
import { operatorRoute } from "./operator-route.ts";
import { impersonal, impersonalPart, orMissing } from "./parts.ts";

/** Registrations at banks, and the directory of banks. */
export function operatorBankRoutes({ clients, bankDirectory }: Pick<BffContext, "clients" | "bankDirectory">): readonly BoundRoute[] {
  const { bankGateway, tppRegistry } = clients;
  return [
    operatorRoute(contracts.listOperatorBanks, async (asking) => {
      const [{ registrations }, certificates, banks, inForce] = await Promise.all([
        tppRegistry.listRegistrations(impersonal(asking)),
        orMissing(asking, "certificates", tppRegistry.listCertificates(impersonalPart(asking))),
        orMissing(asking, "banks", bankDirectory.list()),
        orMissing(asking, "drift", tppRegistry.getDesiredState(impersonalPart(asking))),
      ]);
      return {
        banks: operatorBanks({ registrations, certificates: certificates?.certificates ?? [], banks: banks ?? [], drift: inForce?.drift ?? [] }),
        missing: [
          ...(banks === undefined ? (["banks"] as const) : []),
          ...(certificates === undefined ? (["certificates"] as const) : []),
          ...(inForce === undefined ? (["drift"] as const) : []),
        ],
      };
    }),
    operatorRoute(contracts.getOperatorRegistration, async ({ params, ...asking }) => {
      const { steps, ...found } = await tppRegistry.getRegistration({ ...impersonal(asking), params });
      return { ...found, steps: steps.map((step) => ({ ...step, artefact: step.artefact === null ? null : shownArtefact(step.artefact) })) };
    }),
    operatorRoute(contracts.startOperatorRegistration, async ({ body, ...asking }) =>
      withoutArtefacts(await tppRegistry.startRegistration({ ...impersonal(asking), body })),
    ),
    operatorRoute(contracts.retryOperatorRegistration, async ({ params, ...asking }) =>
      withoutArtefacts(await tppRegistry.retryRegistration({ ...impersonal(asking), params })),
    ),
    operatorRoute(contracts.enterOperatorCredentials, async ({ params, body, ...asking }) => {
      await bankGateway.enterCredentials({ ...impersonal(asking), params, body });
      // The step that waited for them has pauses of minutes by now.
      try {
        await tppRegistry.retryRegistration({ ...impersonalPart(asking), params });
      } catch (error) {
        if (!isOplError(error) || error.kind !== "unavailable") throw error;
        // They are kept, and the step finds them after its pause.
        asking.log.warn({ err: error }, "a registration could not be hurried");
      }
    }),
    operatorRoute(contracts.searchDirectory, async ({ query, ...asking }) => tppRegistry.searchAspsps({ ...impersonal(asking), query })),
  ];
}
