import { inspect } from "node:util";

const mask = "[secret]";

/** A value that shows itself only when asked: printed, logged or put into JSON it reads `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toJSON(): string {
    return mask;
  }

  toString(): string {
    return mask;
  }

  [inspect.custom](): string {
    return mask;
  }
}
