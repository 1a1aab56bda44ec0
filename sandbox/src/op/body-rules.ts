import { z } from "zod";
import { validation, type Violation } from "./refusal.ts";

/** How the bank reads JSON bodies member by member. Each rule says every violation it finds below its path. */

export type Rule = (value: unknown, path: string) => readonly Violation[];

/** Reads a body as a JSON object; no body is an empty one. */
export function readJsonObject(body: unknown): Record<string, unknown> {
  let value: unknown;
  try {
    value = typeof body === "string" && body.trim() !== "" ? JSON.parse(body) : {};
  } catch {
    throw validation([{ type: "TypeMismatch", message: "The body is not JSON" }]);
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(value);
  if (!parsed.success) throw validation([{ type: "TypeMismatch", message: "The body must be a JSON object" }]);
  return parsed.data;
}

/** The bank treats null like a member that is not there. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/** An ISO 8601 date-time with zone. */
export function isInstant(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/i.test(text) && canRead(() => Temporal.Instant.from(text));
}

export function canRead(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

/** A member that must be there. */
export function required(rule: Rule): Rule {
  return (value, path) => (isAbsent(value) ? [{ type: "Required", path, message: `${path} is required` }] : rule(value, path));
}

/** A member that may be left out. */
export function optional(rule: Rule): Rule {
  return (value, path) => (isAbsent(value) ? [] : rule(value, path));
}

/** An object of exactly these members; `together` judges them once each is right by itself. */
export function object(
  members: Readonly<Record<string, Rule>>,
  together?: (value: Readonly<Record<string, unknown>>, path: string) => readonly Violation[],
): Rule {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [{ type: "TypeMismatch", path, message: `${path} must be an object` }];
    const given = value as Record<string, unknown>;
    const below = (name: string): string => (path === "" ? name : `${path}.${name}`);
    const unknown = Object.keys(given)
      .filter((name) => !Object.hasOwn(members, name))
      .map((name): Violation => ({ type: "UnrecognizedProperty", path: below(name), message: `Unrecognized property ${below(name)}` }));
    const found = [...unknown, ...Object.entries(members).flatMap(([name, rule]) => rule(given[name], below(name)))];
    return found.length > 0 || together === undefined ? found : together(given, path);
  };
}

/** Text of so many characters that passes `judge`. */
export function text({ min = 1, max }: { min?: number; max: number }, judge: (value: string, path: string) => readonly Violation[] = () => []): Rule {
  return (value, path) => {
    if (typeof value !== "string") return [{ type: "TypeMismatch", path, message: `${path} must be a text` }];
    if (value.length < min || value.length > max) return [{ type: "Size", path, message: `${path} must have ${min} to ${max} characters`, min, max }];
    return judge(value, path);
  };
}

/** Judges a text that is right or wrong as a whole. */
export function matching(test: (value: string) => boolean, type: Violation["type"], says: string): (value: string, path: string) => readonly Violation[] {
  return (value, path) => (test(value) ? [] : [{ type, path, message: `${path} ${says}` }]);
}
