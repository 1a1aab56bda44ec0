import * as contracts from "@opl/contracts/http/bff-operator";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { bankNames } from "../views/bank-names.ts";
import { quarantineView } from "../views/quarantine.ts";
import { operatorRoute } from "./operator-route.ts";
import { impersonal, wholeOf } from "./parts.ts";

/** Banks whose description of themselves is not believed. Looking and approving name the operator to the gateway. */
export function operatorQuarantineRoutes({ clients, bankDirectory }: Pick<BffContext, "clients" | "bankDirectory">): readonly BoundRoute[] {
  const { bankGateway } = clients;
  const names = async () => bankNames(await bankDirectory.list().catch(() => undefined));
  return [
    operatorRoute(contracts.listOperatorQuarantines, async (asking) => {
      const [{ authorizationServers }, nameOf] = await Promise.all([bankGateway.listQuarantines(impersonal(asking)), names()]);
      return { quarantines: authorizationServers.flatMap((server) => quarantineView(server, nameOf) ?? []) };
    }),
    operatorRoute(contracts.lookAtQuarantine, async ({ params, ...asking }) => {
      const [server, nameOf] = await Promise.all([bankGateway.readAuthorizationServer({ ...wholeOf(asking), params }), names()]);
      return { quarantine: quarantineView(server, nameOf) };
    }),
    operatorRoute(contracts.approveQuarantine, async ({ params, body, ...asking }) => {
      await bankGateway.approveAuthorizationServer({ ...wholeOf(asking), params, body });
    }),
  ];
}
