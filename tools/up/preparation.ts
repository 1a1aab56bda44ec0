import { fork } from "node:child_process";
import path from "node:path";
import { type ErrorKind, OplError } from "@opl/errors";
import type { preparations } from "./preparations.ts";

type Preparations = typeof preparations;
type Task = keyof Preparations;

export interface Question {
  readonly id: number;
  readonly task: Task;
  readonly input: unknown;
}

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly kind: ErrorKind; readonly message: string };
}

export interface Preparation {
  /** @throws what the task throws, as OplError */
  ask<Name extends Task>(task: Name, input: Parameters<Preparations[Name]>[0]): ReturnType<Preparations[Name]>;
  end(): void;
}

/**
 * Preparations run in a process of their own that ends when the product is up: the database driver, the event catalogue and the
 * token library would otherwise stay in the memory of a process that only watches others.
 */
export function beginPreparation(node: { readonly flags: readonly string[]; readonly env: Readonly<Record<string, string>> }): Preparation {
  const child = fork(path.join(import.meta.dirname, "preparation-process.ts"), [], {
    execArgv: [...node.flags],
    env: { PATH: process.env["PATH"], ...node.env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let next = 0;
  let over: OplError | undefined;
  const give = (error: OplError): void => {
    over ??= error;
    for (const one of waiting.values()) one.reject(over);
    waiting.clear();
  };
  const gone = (why: string): OplError =>
    new OplError({ code: "ERR_UP_PREPARATION", kind: "unavailable", message: `The process that prepares the start ended (${why}).` });
  child.on("message", ({ id, result, error }: Answer) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(result);
    else one?.reject(new OplError(error));
  });
  child.once("error", (error) => give(gone(error.message)));
  child.once("exit", (code, signal) => give(gone(signal ?? `code ${code}`)));
  return {
    ask(task, input) {
      const one = Promise.withResolvers<unknown>();
      if (over !== undefined) one.reject(over);
      else {
        next += 1;
        waiting.set(next, one);
        child.send({ id: next, task, input } satisfies Question, (error) => error !== null && give(gone(error.message)));
      }
      return one.promise as ReturnType<Preparations[typeof task]>;
    },
    end: () => void (child.connected && child.disconnect()),
  };
}
