import { toOplError } from "@opl/errors";
import type { Logger } from "@opl/telemetry";
import type { RegistryContext } from "../context.ts";
import { refreshOwnCertificates } from "../usecases/refresh-own-certificates.ts";

/** Shorter than whoever asks us waits. */
const timeoutMs = 2_000;

/** What an operator or a provider has just done is in the answer; without the gateway it is that of before. @returns whether the gateway answered */
export function refreshBriefly(ctx: Pick<RegistryContext, "db" | "clock" | "bankGateway">, log: Logger): Promise<boolean> {
  return refreshOwnCertificates(ctx, timeoutMs).then(
    ({ leaked }) => {
      if (leaked > 0) log.error({ leaked }, "the gateway sent private keys; they were dropped");
      return true;
    },
    (cause: unknown) => {
      log.warn({ err: toOplError(cause) }, "the gateway does not tell our own certificates; they are as last seen");
      return false;
    },
  );
}
