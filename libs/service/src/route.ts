import type { BodyOf, ParamsOf, QueryOf, ResponseInputOf, RouteContract } from "@opl/contracts/http";
import type { Logger } from "@opl/telemetry";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ReadyAnswer } from "./ready-answer.ts";
import type { PsuContext } from "./tokens.ts";

/** What a handler gets: everything already checked against the contract. */
export interface RouteContext<Contract, Psu = PsuContext | undefined> {
  readonly params: ParamsOf<Contract>;
  readonly query: QueryOf<Contract>;
  readonly body: BodyOf<Contract>;
  /** Name of the calling service, or `browser`. */
  readonly caller: string;
  /** Who at the caller asks; always known where the contract names operators. */
  readonly person?: string | undefined;
  /** Present when the contract requires it, and when it is optional and was given. */
  readonly psu: Psu;
  readonly requestId: string;
  /** Aborted when the caller has gone or the time is over. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

type Answer<Contract> = ResponseInputOf<Contract> extends undefined ? undefined | void : ResponseInputOf<Contract> | ReadyAnswer<Contract>;

export interface BoundRoute {
  readonly contract: RouteContract;
  readonly handler: (context: RouteContext<never>) => Promise<unknown>;
}

/** Binds a contract to its handler; the types of both sides follow from the contract. */
export function route<const Contract extends RouteContract>(
  contract: Contract,
  handler: (context: RouteContext<Contract>) => Promise<Answer<Contract>>,
): BoundRoute {
  return { contract, handler };
}

/** The same for a contract that requires a person: `psu` is there. */
export function psuRoute<const Contract extends RouteContract>(
  contract: Contract,
  handler: (context: RouteContext<Contract, PsuContext>) => Promise<Answer<Contract>>,
): BoundRoute {
  if (contract.psu !== "required") throw new TypeError(`${contract.operationId} does not require a person.`);
  return { contract, handler: handler as BoundRoute["handler"] };
}

/** The same for a contract that wants to know which operator asks. */
export function operatorRoute<const Contract extends RouteContract>(
  contract: Contract,
  handler: (context: RouteContext<Contract> & { readonly person: string }) => Promise<Answer<Contract>>,
): BoundRoute {
  if (contract.namedOperator !== true) throw new TypeError(`${contract.operationId} does not name its operators.`);
  return { contract, handler: handler as BoundRoute["handler"] };
}
