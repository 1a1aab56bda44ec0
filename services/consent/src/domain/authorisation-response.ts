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

  repeated(): readonly string[] {
    return [...this.#values].filter(([, values]) => values.length > 1).map(([name]) => name);
  }
}
