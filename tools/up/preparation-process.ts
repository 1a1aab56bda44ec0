import { toOplError } from "@opl/errors";
import { preparations } from "./preparations.ts";
import type { Answer, Question } from "./preparation.ts";

/** The short-lived process behind preparation.ts: does what it is asked and ends with whoever asks. */
process.on("message", (question: Question) => void answer(question).then((message) => process.send?.(message)));
process.on("disconnect", () => process.exit());
// Ctrl-C reaches the whole group of a terminal; when to end is for the asking process to say.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

async function answer({ id, task, input }: Question): Promise<Answer> {
  try {
    return { id, result: await preparations[task](input as never) };
  } catch (error) {
    const { code, kind, message, cause } = toOplError(error);
    return { id, error: { code, kind, message: cause instanceof Error && !message.includes(cause.message) ? `${message} ${cause.message}` : message } };
  }
}
