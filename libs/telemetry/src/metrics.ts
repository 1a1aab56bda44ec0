import { metrics } from "@opentelemetry/api";
import type { Attributes, Counter, Histogram, ObservableGauge } from "@opentelemetry/api";

const meter = () => metrics.getMeter("@opl/telemetry");

/** A figure that only grows. Attributes must have few values: never an id of a person, account or request. */
export function counter(name: string, description: string): Counter {
  return meter().createCounter(name, { description });
}

/** A distribution, such as durations in seconds. */
export function histogram(name: string, description: string, unit = "s"): Histogram {
  return meter().createHistogram(name, { description, unit });
}

/** A figure that is read when metrics are collected; disposing stops the reading. */
export function gauge(name: string, description: string, read: () => number | undefined, attributes: Attributes = {}): Disposable {
  const instrument: ObservableGauge = meter().createObservableGauge(name, { description });
  const observe = (result: { observe(value: number, attributes?: Attributes): void }): void => {
    const value = read();
    if (value !== undefined) result.observe(value, attributes);
  };
  instrument.addCallback(observe);
  return { [Symbol.dispose]: () => instrument.removeCallback(observe) };
}
