import { toOplError } from "@opl/errors";
import { listUnanswered, unlessSomebodyRequests } from "../db/own-certificate-store.ts";
import type { GatewayContext } from "./context.ts";
import { enrol } from "./request-certificate.ts";

/**
 * Sends the requests again that a connected provider did not answer, each in its time; a registry that renews waits for them. One that
 * fails keeps no other back.
 */
export async function resendRequests(ctx: Pick<GatewayContext, "db" | "clock" | "own" | "logger">, signal?: AbortSignal): Promise<void> {
  const due = () => listUnanswered(ctx.db, ctx.clock.now());
  // Without the lock first: it is in the way of whoever asks for a certificate.
  if (ctx.own.enrolment === undefined || (await due()).length === 0) return;
  await unlessSomebodyRequests(ctx.db, async () => {
    for (const row of await due()) {
      if (signal?.aborted === true) return;
      await enrol(ctx, row).catch((error: unknown) => {
        ctx.logger.warn({ certificateId: row.certificateId, code: toOplError(error).code }, "a request for a certificate of our own was not answered");
      });
    }
  });
}
