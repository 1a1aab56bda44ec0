import type { ResponseInputOf, RouteContract } from "@opl/contracts/http";
import { serializerCompiler } from "fastify-type-provider-zod";

/** An answer already checked and written out, to be given as often as it holds. */
export interface ReadyAnswer<Contract = unknown> {
  readonly contract: Contract;
  readonly bytes: Buffer;
}

const made = new WeakSet<object>();

/** Checks an answer against its contract and writes it out once. @throws like an answer that is not as agreed */
export function readyAnswer<const Contract extends RouteContract>(contract: Contract, answer: ResponseInputOf<Contract>): ReadyAnswer<Contract> {
  const { response, method, path } = contract;
  if (response === null) throw new TypeError(`${contract.operationId} answers nothing.`);
  const bytes = Buffer.from(serializerCompiler({ schema: response, method, url: path })(answer));
  const ready = Object.freeze({ contract, bytes });
  made.add(ready);
  return ready;
}

export function isReadyAnswer(answer: unknown): answer is ReadyAnswer {
  return typeof answer === "object" && answer !== null && made.has(answer);
}
