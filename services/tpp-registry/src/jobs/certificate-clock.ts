import { startTimer, type Timer } from "@opl/service";
import { gauge, type Logger } from "@opl/telemetry";
import type { RegistryContext } from "../context.ts";
import { type Figure, readCertificateFigures } from "../usecases/read-certificate-figures.ts";
import { warnOfExpiry } from "../usecases/warn-of-expiry.ts";

const everyMs = 60_000;

const descriptions: Readonly<Record<Figure["name"], string>> = {
  tpp_certificate_days_left: "Days until the certificate in use ends",
  tpp_renewals_refused: "Renewals of the registration in use that failed; more than none is an alarm",
};

/** Looks at the end dates of our certificates, and shows them as metrics. */
export function startCertificateClock(ctx: Pick<RegistryContext, "db" | "clock">, logger: Logger): Timer {
  const log = logger.child({ subsystem: "certificate-clock" });
  const shown = new Map<string, number>();
  const gauges = new DisposableStack();
  const show = ({ name, attributes, value }: Figure): void => {
    const key = JSON.stringify([name, attributes]);
    if (!shown.has(key)) gauges.use(gauge(name, descriptions[name], () => shown.get(key), attributes));
    shown.set(key, value);
  };
  const timer = startTimer({
    name: "certificate-clock",
    everyMs,
    logger: log,
    run: async () => {
      const told = await warnOfExpiry(ctx);
      if (told > 0) log.warn({ told }, "certificates end soon");
      for (const figure of await readCertificateFigures(ctx)) show(figure);
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
