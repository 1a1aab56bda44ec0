import type { FastifyInstance } from "fastify";
import type { BerlinGroupBank } from "../berlin-group/bank.ts";

type ThirdPartyPath = { Params: { organizationIdentifier: string } };

/** Who called the Berlin Group bank, and whom it turns away. */
export function berlinGroupRoutes(server: FastifyInstance, { thirdParties, consents, clock }: BerlinGroupBank): void {
  server.get("/berlin-group/third-parties", async () => ({ thirdParties: [...thirdParties.values()], blocked: thirdParties.blocked() }));
  server.get("/berlin-group/consents", async () => ({ consents: [...consents.values()] }));

  server.post<ThirdPartyPath>("/berlin-group/third-parties/:organizationIdentifier/block", async (request) => {
    thirdParties.block(request.params.organizationIdentifier, clock.now().toString());
    return { blocked: thirdParties.blocked() };
  });

  server.delete<ThirdPartyPath>("/berlin-group/third-parties/:organizationIdentifier/block", async (request) => {
    thirdParties.unblock(request.params.organizationIdentifier);
    return { blocked: thirdParties.blocked() };
  });
}
