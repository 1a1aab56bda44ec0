import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { errors } from "../errors.ts";
import { decide } from "../fapi/decoupled.ts";
import type { Issuer } from "../fapi/issuer.ts";
import { readInput } from "./input.ts";

type IssuerPath = { Params: { issuer: string; clientId: string } };

const decisionSchema = z.strictObject({
  authorizationId: z.string(),
  decision: z.enum(["approve", "refuse"]),
  /** Accounts to open, by id; all where absent. */
  accounts: z.array(z.string()).optional(),
});

/** The registers of the FAPI issuers, and decisions of persons who hold no device here. */
export function fapiRoutes(server: FastifyInstance, issuers: readonly Issuer[]): void {
  const issuerOf = (name: string): Issuer => {
    const issuer = issuers.find(({ profile }) => profile.name === name);
    if (issuer === undefined) throw errors.ERR_SANDBOX_INPUT({ message: `There is no issuer ${name}.` });
    return issuer;
  };

  server.get<IssuerPath>("/fapi/:issuer/clients", async (request) => ({ clients: [...issuerOf(request.params.issuer).clients.values()] }));

  server.delete<IssuerPath>("/fapi/:issuer/clients/:clientId", async (request) => {
    const { clients } = issuerOf(request.params.issuer);
    const { clientId } = request.params;
    if (clients.get(clientId) === undefined) throw errors.ERR_SANDBOX_CLIENT_UNKNOWN();
    clients.remove(clientId);
    return { deleted: clientId };
  });

  server.get<IssuerPath>("/fapi/:issuer/approvals", async (request) => ({
    approvals: [...issuerOf(request.params.issuer).pending.values()].map(({ authorizationId, clientId, psuId, bindingMessage }) => ({
      authorizationId,
      clientId,
      psuId,
      bindingMessage,
    })),
  }));

  server.post<IssuerPath>("/fapi/:issuer/approvals", async (request) => {
    const issuer = issuerOf(request.params.issuer);
    const { authorizationId, decision, accounts } = readInput(decisionSchema, request.body);
    const pending = issuer.pending.get(authorizationId);
    const person = issuer.people.find(pending?.psuId ?? "");
    if (pending === undefined || person === undefined) throw errors.ERR_SANDBOX_AUTHORIZATION_UNKNOWN({ message: "Nobody waits for this approval." });
    const accountIds = accounts ?? person.accounts.map(({ accountId }) => accountId);
    await decide(issuer, pending, decision === "approve" ? { psuId: person.psuId, accountIds, cardIds: [] } : undefined);
    return { authorizationId, decision };
  });
}
