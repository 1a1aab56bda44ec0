/** An answer by which a simulated server says no. Thrown anywhere below a route, sent as it is. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: object | string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: object | string, headers: Readonly<Record<string, string>> = {}) {
    super(`refused with ${status}`);
    this.name = "Refusal";
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** How one server words what goes wrong before any of its routes is reached. */
export interface Dialect {
  readonly notFound: () => Refusal;
  /** A request that cannot be read: too large, broken, of a method nobody serves. */
  readonly malformed: (status: number, message: string) => Refusal;
  readonly failure: () => Refusal;
}
