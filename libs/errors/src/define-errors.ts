import { OplError } from "./opl-error.ts";
import type { OplErrorInit } from "./opl-error.ts";
import type { ErrorKind } from "./kind.ts";

/** Kind and default message of one code. */
export type ErrorDefinition = readonly [kind: ErrorKind, message: string];

export type ErrorOverrides = Partial<Pick<OplErrorInit, "message" | "cause" | "details" | "retryAfterSeconds">>;

export interface ErrorFactory {
  (overrides?: ErrorOverrides): OplError;
  readonly code: string;
  readonly kind: ErrorKind;
  readonly defaultMessage: string;
}

/**
 * Turns a table of codes into factories, one line a code:
 * `defineErrors({ ERR_CONSENT_NOT_FOUND: ['not-found', 'There is no such consent.'] })`.
 */
export function defineErrors<const T extends Record<`ERR_${string}`, ErrorDefinition>>(definitions: T): { readonly [Code in keyof T]: ErrorFactory } {
  const entries = Object.entries<ErrorDefinition>(definitions).map(([code, [kind, defaultMessage]]) => {
    const make = (overrides: ErrorOverrides = {}): OplError => {
      const error = new OplError({ message: defaultMessage, ...overrides, code, kind });
      Error.captureStackTrace?.(error, make);
      return error;
    };
    return [code, Object.freeze(Object.assign(make, { code, kind, defaultMessage }))] as const;
  });
  return Object.freeze(Object.fromEntries(entries)) as { readonly [Code in keyof T]: ErrorFactory };
}
