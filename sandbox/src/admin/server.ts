import Fastify, { type FastifyInstance } from "fastify";
import { isOplError, type ErrorKind } from "@opl/errors";
import type { BerlinGroupBank } from "../berlin-group/bank.ts";
import type { UkBank } from "../uk/bank.ts";
import { berlinGroupRoutes } from "./berlin-group.ts";
import type { AccountBanks } from "./banks.ts";
import { bookRoutes } from "./books.ts";
import { fapiRoutes } from "./fapi.ts";
import { faultRoutes } from "./faults.ts";
import { ukRoutes } from "./uk.ts";

const statusOf: Partial<Record<ErrorKind, number>> = { invalid: 400, "not-found": 404, conflict: 409, rejected: 422 };

/** The operator's side of the sandbox: books, fault switches, new bookings, registers of the banks. Plain http, for this machine. */
export function createAdminServer(
  { accounts, uk, berlinGroup }: { accounts: AccountBanks; uk: UkBank; berlinGroup: BerlinGroupBank },
  { allowedHosts }: { allowedHosts: readonly string[] },
): FastifyInstance {
  const server = Fastify({ bodyLimit: 1024 * 1024, forceCloseConnections: true, logger: false });
  // A web page of another site must not reach this through the person's own browser by a made-up host name.
  server.addHook("onRequest", async (request, reply) => {
    const host = (request.headers.host ?? "").replace(/:\d+$/, "");
    if (!allowedHosts.includes(host)) return reply.code(421).send({ code: "ERR_SANDBOX_INPUT", message: `The host name ${host} is not served here` });
  });
  server.setErrorHandler((error, _request, reply) => {
    if (isOplError(error)) return reply.code(statusOf[error.kind] ?? 500).send({ code: error.code, message: error.message, ...error.details });
    const { statusCode = 500, message } = error as { statusCode?: number; message: string };
    return reply.code(statusCode).send({ code: "ERR_SANDBOX_INPUT", message: statusCode < 500 ? message : "Something went wrong in the sandbox" });
  });
  bookRoutes(server, accounts);
  faultRoutes(server, accounts);
  ukRoutes(server, uk);
  fapiRoutes(server, accounts.issuers);
  berlinGroupRoutes(server, berlinGroup);
  return server;
}
