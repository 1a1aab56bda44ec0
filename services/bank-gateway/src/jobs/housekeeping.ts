import type { KeyEncryptionKey } from "@opl/sealing";
import { startTimer } from "@opl/service";
import { gauge } from "@opl/telemetry";
import type { GatewayContext } from "../usecases/context.ts";
import { expireKeyExports } from "../usecases/expire-key-exports.ts";
import { forgetOldReads } from "../usecases/forget-old-reads.ts";
import { purgeErasedPsus } from "../usecases/purge-erased-psus.ts";
import { resendRequests } from "../usecases/resend-requests.ts";
import { rewrapDataKeys } from "../usecases/rewrap-data-keys.ts";

/**
 * Old reads and exports that nobody collected go, and what we published about erased people; data keys follow a rotation of the key above
 * them; requests for certificates that were not answered are sent again.
 */
export function startHousekeeping(ctx: GatewayContext, kek: KeyEncryptionKey, purgeFacts: (psuId: string) => Promise<unknown>) {
  let underOtherKek: number | undefined;
  const progress = gauge("opl_data_keys_under_other_kek", "Data keys that another key-encryption key wraps than the one that wraps now", () => underOtherKek);
  const rewrap = (signal: AbortSignal): Promise<unknown> => rewrapDataKeys(ctx, kek, signal, (left) => (underOtherKek = left));
  return [
    { [Symbol.asyncDispose]: async () => progress[Symbol.dispose]() },
    startTimer({ name: "old-reads", everyMs: 3_600_000, logger: ctx.logger, run: () => forgetOldReads(ctx) }),
    startTimer({ name: "expire-key-exports", everyMs: 60_000, logger: ctx.logger, run: () => expireKeyExports(ctx) }),
    startTimer({ name: "purge-erased-psus", everyMs: 10_000, logger: ctx.logger, run: () => purgeErasedPsus(ctx, purgeFacts) }),
    startTimer({ name: "resend-requests", everyMs: 30_000, logger: ctx.logger, run: (signal) => resendRequests(ctx, signal) }),
    startTimer({ name: "rewrap-data-keys", everyMs: 3_600_000, logger: ctx.logger, run: rewrap }),
  ];
}
