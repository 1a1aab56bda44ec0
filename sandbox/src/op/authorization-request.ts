import { canRead, isAbsent, isInstant, readJsonObject } from "./body-rules.ts";
import { validation, type Violation } from "./refusal.ts";

/** Rules for a new account-information authorization. */
export interface AuthorizationRules {
  readonly now: Temporal.Instant;
  readonly today: Temporal.PlainDate;
  readonly maxDays: number;
  readonly historyDays: number;
  /** Whether an end may stand beside a period. */
  readonly range: "combined" | "exclusive";
}

export interface AuthorizationRequest {
  readonly expires?: string;
  readonly transactionFrom?: string;
  readonly transactionTo?: string;
}

const members = ["expires", "transactionFrom", "transactionTo"] as const;

/** Reads the body of A1; a refusal names every violation. */
export function readAuthorizationRequest(body: unknown, rules: AuthorizationRules): AuthorizationRequest {
  const given = readJsonObject(body);
  const violations = [...unknownMembers(given), ...wrongTypes(given)];
  if (violations.length > 0) throw validation(violations);
  const request = Object.fromEntries(members.flatMap((name) => (isAbsent(given[name]) ? [] : [[name, given[name]]]))) as AuthorizationRequest;
  const broken = [...shapeViolations(request, rules), ...dateViolations(request, rules)];
  if (broken.length > 0) throw validation(broken);
  return request;
}

function unknownMembers(given: Record<string, unknown>): Violation[] {
  return Object.keys(given)
    .filter((name) => !(members as readonly string[]).includes(name))
    .map((path) => ({ type: "UnrecognizedProperty", path, message: `Unrecognized property ${path}` }));
}

function wrongTypes(given: Record<string, unknown>): Violation[] {
  const readable = { expires: isInstant, transactionFrom: isDay, transactionTo: isDay };
  return members.flatMap((path): Violation[] => {
    const value = given[path];
    if (isAbsent(value) || (typeof value === "string" && readable[path](value))) return [];
    const wanted = path === "expires" ? "an ISO 8601 date-time with zone" : "a date YYYY-MM-DD";
    return [{ type: "TypeMismatch", path, message: `${path} must be ${wanted}` }];
  });
}

function shapeViolations(request: AuthorizationRequest, rules: AuthorizationRules): Violation[] {
  const { expires, transactionFrom, transactionTo } = request;
  const period = [transactionFrom, transactionTo].filter((day) => day !== undefined).length;
  if (period === 1) {
    const path = transactionFrom === undefined ? "transactionFrom" : "transactionTo";
    return [{ type: "Required", path, message: `${path} is required when the other end of the period is given` }];
  }
  const neither = expires === undefined && period === 0;
  const both = expires !== undefined && period === 2;
  if (neither || (both && rules.range === "exclusive")) {
    const message = neither ? "Give expires, or transactionFrom and transactionTo" : "Give expires or a period of transactions, not both";
    return [{ type: "ExpirationOrTransactionRange", message }];
  }
  return [];
}

function dateViolations({ expires, transactionFrom, transactionTo }: AuthorizationRequest, rules: AuthorizationRules): Violation[] {
  const found: Violation[] = [];
  const date = (path: string, message: string): number => found.push({ type: "Date", path, message });
  if (expires !== undefined) {
    const end = Temporal.Instant.from(expires);
    const latest = rules.now.add({ hours: 24 * rules.maxDays });
    if (Temporal.Instant.compare(end, rules.now) <= 0) date("expires", "expires must be in the future");
    if (Temporal.Instant.compare(end, latest) > 0) date("expires", `expires must be at most ${rules.maxDays} days from now`);
  }
  if (transactionFrom !== undefined && transactionTo !== undefined) {
    const earliest = rules.today.subtract({ days: rules.historyDays }).toString();
    if (transactionFrom < earliest) date("transactionFrom", `transactionFrom must be at most ${rules.historyDays} days back`);
    if (transactionTo > rules.today.toString()) date("transactionTo", "transactionTo must not be after today");
    if (transactionFrom > transactionTo) date("transactionFrom", "transactionFrom must not be after transactionTo");
  }
  return found;
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && canRead(() => Temporal.PlainDate.from(text, { overflow: "reject" }));
}
