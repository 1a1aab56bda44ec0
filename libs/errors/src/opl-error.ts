import type { ErrorKind } from "./kind.ts";

export type ErrorDetails = Readonly<Record<string, unknown>>;

export interface OplErrorInit {
  /** Stable, upper case, prefixed by its owner: `ERR_CONSENT_EXPIRED`. */
  readonly code: string;
  readonly kind: ErrorKind;
  /** One sentence without secrets or personal data; shown to callers unless the kind is `bug`. */
  readonly message: string;
  /** What went wrong below; logged, never sent. */
  readonly cause?: unknown;
  /** Public facts about the failure; sent to callers. */
  readonly details?: ErrorDetails | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

const codePattern = /^ERR_[A-Z0-9]+(?:_[A-Z0-9]+)*$/;
const brand = Symbol.for("one-point-ledger.OplError");

/** The one error class: a stable code, a kind from a closed list, public details and a private cause. */
export class OplError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  declare readonly details?: ErrorDetails;
  declare readonly retryAfterSeconds?: number;

  constructor(init: OplErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    if (!codePattern.test(init.code)) throw new TypeError(`Not an error code: ${init.code}`);
    this.code = init.code;
    this.kind = init.kind;
    if (init.details !== undefined) this.details = init.details;
    if (init.retryAfterSeconds !== undefined) this.retryAfterSeconds = init.retryAfterSeconds;
  }

  override get name(): string {
    return "OplError";
  }

  get [brand](): true {
    return true;
  }
}

/** True for every OplError, also one made by a second copy of this module. */
export function isOplError(value: unknown): value is OplError {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}

/** Leaves an OplError as it is and wraps anything else as kind `bug`, code `ERR_BUG`, with the original as cause. */
export function toOplError(value: unknown): OplError {
  if (isOplError(value)) return value;
  const message = value instanceof Error ? value.message : "Something that is not an error was thrown.";
  return new OplError({ code: "ERR_BUG", kind: "bug", message, cause: value });
}
