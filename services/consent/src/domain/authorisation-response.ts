/** What came back from the bank with the person, before anything of it is believed. */

export interface Parameter {
  readonly name: string;
  readonly value: string;
}

export class AuthorisationResponse {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(parameters: readonly Parameter[]) {
    this.#values = new Map(
      Map.groupBy(parameters, ({ name }) => name)
        .entries()
        .map(([name, same]) => [name, same.map(({ value }) => value)]),
    );
  }

  /** The first value as delivered; rules about repetition run before anything relies on there being one. */
  get(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** By which states it may be found again: as delivered, or as a signed answer says before anybody has verified it. */
  lookupStates(): readonly string[] {
    return [...this.all("state"), ...this.all("response").flatMap((response) => stateIn(response) ?? [])];
  }

  repeated(): readonly string[] {
    return [...this.#values].filter(([, values]) => values.length > 1).map(([name]) => name);
  }
}

/** No signed answer is longer; more is not even decoded. */
export const maxResponseLength = 16_384;

/** The `state` a signed answer (JARM) claims. A key to look up an attempt by, nothing else: the gateway verifies the answer. */
export function stateIn(response: string): string | undefined {
  const [, payload, ...rest] = response.length > maxResponseLength ? [] : response.split(".");
  if (payload === undefined || rest.length !== 1) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const state: unknown = typeof claims === "object" && claims !== null ? (claims as { state?: unknown }).state : undefined;
    return typeof state === "string" ? state : undefined;
  } catch {
    return undefined;
  }
}
