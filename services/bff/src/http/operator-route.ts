import type { RouteContract } from "@opl/contracts/http";
import { isOplError } from "@opl/errors";
import { psuRoute } from "@opl/service";
import type { BoundRoute, PsuContext, RouteContext } from "@opl/service";

type Bind = typeof psuRoute;

/**
 * Binds a route of the operators; whose contract does not say so cannot be bound as one. Each change leaves a line for the audit: who,
 * what, at which bank or thing, and how it went; never a value of the request beside ids.
 */
export const operatorRoute: Bind = (contract, handler) => {
  const { role, method, operationId }: RouteContract = contract;
  if (role !== "operator") throw new TypeError(`${operationId} is not for operators.`);
  const bound = psuRoute(contract, handler);
  return method === "GET" ? bound : { ...bound, handler: audited(bound.handler) };
};

function audited(handler: BoundRoute["handler"]): BoundRoute["handler"] {
  return async (context) => {
    const { psu, log, params, body } = context as unknown as RouteContext<RouteContract, PsuContext>;
    const note = { subsystem: "audit", psuId: psu.psuId, sessionId: psu.sessionId, ...idsIn(params), ...idsIn(body) };
    try {
      const answer = await handler(context);
      log.info({ ...note, outcome: "done" }, "an operator acted");
      return answer;
    } catch (error) {
      log.info({ ...note, outcome: isOplError(error) ? error.code : "failed" }, "an operator acted");
      throw error;
    }
  };
}

/** What may be named in a log, of whatever was asked. */
function idsIn(part: unknown): Readonly<Record<string, unknown>> {
  if (typeof part !== "object" || part === null) return {};
  return Object.fromEntries(
    Object.entries(part).filter(([name]) => name === "aspspId" || name === "registrationId" || name === "certificateId" || name === "purpose"),
  );
}
