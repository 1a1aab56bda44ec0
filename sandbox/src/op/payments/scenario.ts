import type { Violation } from "../refusal.ts";

/** What `x-sandbox-scenario` asks for on a submission. */
export interface Scenario {
  readonly outcome?: "InsufficientFunds" | "PaymentSystemUnavailable" | "PaymentFail" | "PaymentSubmitFailed" | "PaymentSubmitSuccess";
  readonly reason?: string;
  /** The call is answered as if it came so much later. */
  readonly later?: Temporal.Duration;
  /** An authorization made by the helper of the sandbox, which may be used without a person's token. */
  readonly authorized?: string;
}

const outcomes = ["InsufficientFunds", "PaymentSystemUnavailable", "PaymentFail", "PaymentSubmitFailed", "PaymentSubmitSuccess"] as const;
const reasons = ["AccountClosed", "InvalidPayee", "LimitExceeded"];

/** Reads the header: one scenario, or several with commas between them. A violation where it asks for something unknown. */
export function readScenario(header: string | undefined): Scenario | Violation {
  let scenario: Scenario = {};
  for (const part of (header ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean)) {
    const [name = "", value] = part.split("=", 2);
    const read = scenarioOf(name, value);
    if (read === undefined) return { type: "InvalidValue", path: "x-sandbox-scenario", message: `There is no scenario ${part}` };
    scenario = { ...scenario, ...read };
  }
  return scenario;
}

function scenarioOf(name: string, value: string | undefined): Scenario | undefined {
  if (name === "SandboxAuthorized") return value === undefined ? undefined : { authorized: value };
  if (name === "FutureSimulation") return later(value ?? "");
  const outcome = outcomes.find((each) => each === name);
  if (outcome === undefined || (value !== undefined && !(outcome === "PaymentFail" && reasons.includes(value)))) return undefined;
  return { outcome, ...(value === undefined ? {} : { reason: value }) };
}

function later(text: string): Scenario | undefined {
  try {
    const duration = Temporal.Duration.from(text);
    // Instants know hours only; a day of the simulation has 24 of them.
    const { days, weeks, months, years } = duration;
    if (duration.sign < 0 || months !== 0 || years !== 0) return undefined;
    return { later: duration.with({ days: 0, weeks: 0 }).add({ hours: 24 * (days + 7 * weeks) }) };
  } catch {
    return undefined;
  }
}
