import type { Logger } from "@opl/telemetry";
import { lifetimeSeconds } from "../domain/token-set.ts";

/** One line where a bank says of a token that it lives for no sensible time, which is then kept within bounds (OA-55). Silence is allowed. */
export function recordLifetime(
  logger: Logger,
  toldSeconds: number | undefined,
  { consentId, aspspId }: { readonly consentId: string; readonly aspspId: string },
): void {
  if (toldSeconds === undefined) return;
  const keptSeconds = lifetimeSeconds(toldSeconds);
  if (keptSeconds === Math.floor(toldSeconds)) return;
  const told = Number.isNaN(toldSeconds) ? "unreadable" : toldSeconds;
  logger.warn({ consentId, aspspId, toldSeconds: told, keptSeconds }, "a bank tells a lifetime of a token that is out of bounds");
}
