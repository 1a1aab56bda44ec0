import type { JsonObject } from "../compact-jws.ts";

export interface JarmExpectations {
  readonly issuer: string;
  readonly clientId: string;
  readonly now: Temporal.Instant;
}

/** One thing a signed authorization response must satisfy: a sentence on failure, nothing when satisfied. */
export type JarmRule = (response: { readonly claims: JsonObject; readonly expected: JarmExpectations }) => string | undefined;
