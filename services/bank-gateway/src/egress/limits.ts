/** What one call to a bank may cost. Beyond any of these it is refused, never cut short (BR-41, BR-44, BR-45). */
export interface EgressLimits {
  /** Decoded bytes of one answer. */
  readonly maxBodyBytes: number;
  readonly maxHeaderBytes: number;
  readonly connectTimeoutMs: number;
  /** From request sent to headers received. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of the body. */
  readonly idleTimeoutMs: number;
  /** The whole call, from connecting to the last byte. */
  readonly totalTimeoutMs: number;
  readonly maxConnections: number;
}

export const defaultLimits: EgressLimits = {
  maxBodyBytes: 8 * 1024 * 1024,
  maxHeaderBytes: 32 * 1024,
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 15_000,
  idleTimeoutMs: 5_000,
  totalTimeoutMs: 20_000,
  maxConnections: 32,
};
