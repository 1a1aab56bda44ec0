import { toOplError } from "@opl/errors";
import { startTimer, type Timer } from "@opl/service";
import { gauge, type Logger } from "@opl/telemetry";
import type { RegistryContext } from "../context.ts";
import { type Figure, readCertificateFigures } from "../usecases/read-certificate-figures.ts";
import { refreshOwnCertificates } from "../usecases/refresh-own-certificates.ts";
import { type RenewalOptions, renewOwnCertificates } from "../usecases/renew-own-certificates.ts";
import { warnOfExpiry } from "../usecases/warn-of-expiry.ts";

const everyMs = 60_000;

const descriptions: Readonly<Record<Figure["name"], string>> = {
  tpp_certificate_days_left: "Days until the certificate in use ends; without a bank: the newest of our own",
  tpp_renewals_refused: "Renewals of the registration in use that failed, or brought no certificate that ends later; more than none is an alarm",
  tpp_registration_failed: "1 where the last registration failed and none is in use",
  tpp_own_certificates_awaited: "1 while the next certificate of our own is due or asked for and not there",
};

/** Looks at the end dates of our certificates, takes the turn of our own, and shows them as metrics. */
export function startCertificateClock(
  ctx: Pick<RegistryContext, "db" | "clock" | "bankGateway" | "environmentDocument">,
  options: RenewalOptions,
  logger: Logger,
): Timer {
  const log = logger.child({ subsystem: "certificate-clock" });
  const known = new Set<string>();
  let shown: ReadonlyMap<string, Figure> = new Map();
  const gauges = new DisposableStack();
  /** What is no more has no value: an alarm about it would never end. */
  const show = (figures: readonly Figure[]): void => {
    shown = new Map(figures.map((figure) => [JSON.stringify([figure.name, figure.attributes]), figure]));
    for (const [key, { name, attributes }] of shown) {
      if (known.has(key)) continue;
      gauges.use(gauge(name, descriptions[name], () => shown.get(key)?.value, attributes));
      known.add(key);
    }
  };
  const timer = startTimer({
    name: "certificate-clock",
    everyMs,
    logger: log,
    run: async () => {
      await takeTurns(ctx, options, log);
      const told = await warnOfExpiry(ctx);
      if (told > 0) log.warn({ told }, "certificates end soon");
      show(await readCertificateFigures(ctx, options.renewBeforeDays));
    },
  });
  return {
    wake: () => timer.wake(),
    async [Symbol.asyncDispose]() {
      await timer[Symbol.asyncDispose]();
      gauges.dispose();
    },
  };
}

/** Nothing is asked for or retired on knowledge of yesterday: without the gateway there is no turn. */
async function takeTurns(
  ctx: Pick<RegistryContext, "db" | "clock" | "bankGateway" | "environmentDocument">,
  options: RenewalOptions,
  log: Logger,
): Promise<void> {
  try {
    const { unusable, leaked } = await refreshOwnCertificates(ctx);
    if (leaked > 0) log.error({ leaked }, "the gateway sent private keys; they were dropped");
    if (unusable > 0) log.error({ unusable }, "the gateway sent keys that cannot be published");
    const turns = await renewOwnCertificates(ctx, options);
    for (const { did, certificateId, error } of turns) {
      if (error === null) log.info({ certificateId }, did === "retired" ? "own certificate retired" : "the next own certificate is asked for");
      else log.error({ certificateId, err: error }, did === "retired" ? "own certificate not retired" : "the next own certificate could not be asked for");
    }
    if (turns.length > 0) await refreshOwnCertificates(ctx);
  } catch (cause) {
    log.warn({ err: toOplError(cause) }, "the gateway does not tell our own certificates; they are as last seen");
  }
}
