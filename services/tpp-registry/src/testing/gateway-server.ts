import * as contracts from "@opl/contracts/http/bank-gateway";
import { createHttpServer, route, type ServiceTokens } from "@opl/service";
import { silentLogger } from "@opl/testkit";
import type { StandInGateway } from "./gateway.ts";

export interface GatewayServer extends AsyncDisposable {
  readonly url: string;
}

/** The stand-in as a server of its own, for a registry in another process. `onCall` hears of each step before it is done, and after. */
export async function serveGateway(
  { gateway }: StandInGateway,
  tokens: ServiceTokens,
  onCall: (operation: string, when: "before" | "after") => void = () => undefined,
): Promise<GatewayServer> {
  const heard =
    <Input, Output>(operation: string, perform: (input: Input) => Promise<Output>) =>
    async (input: Input): Promise<Output> => {
      onCall(operation, "before");
      const output = await perform(input);
      onCall(operation, "after");
      return output;
    };
  const server = await createHttpServer({
    name: "bank-gateway",
    logger: silentLogger(),
    tokens,
    routes: [
      route(contracts.listAspsps, () => gateway.listAspsps()),
      route(
        contracts.issueCertificates,
        heard("issueCertificates", ({ params, body }) => gateway.issueCertificates({ params, body })),
      ),
      route(
        contracts.buildSoftwareStatement,
        heard("buildSoftwareStatement", ({ params, body }) => gateway.buildSoftwareStatement({ params, body })),
      ),
      route(
        contracts.buildRegistrationRequest,
        heard("buildRegistrationRequest", ({ params, body }) => gateway.buildRegistrationRequest({ params, body })),
      ),
      route(
        contracts.submitRegistration,
        heard("submitRegistration", ({ params, body }) => gateway.submitRegistration({ params, body })),
      ),
      route(
        contracts.validateRegistration,
        heard("validateRegistration", ({ params, body }) => gateway.validateRegistration({ params, body })),
      ),
      route(
        contracts.activateRegistration,
        heard("activateRegistration", ({ params, body }) => gateway.activateRegistration({ params, body })),
      ),
      route(
        contracts.readRegistration,
        heard("readRegistration", ({ params }) => gateway.readRegistration({ params })),
      ),
      route(
        contracts.endRegistration,
        heard("endRegistration", ({ params, body }) => gateway.endRegistration({ params, body })),
      ),
    ],
    health: { ready: async () => ({}) },
  });
  return { url: await server.listen({ host: "127.0.0.1", port: 0 }), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
