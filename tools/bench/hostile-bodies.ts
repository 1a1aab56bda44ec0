import { Person } from "../../e2e/person.ts";
import { rawRequest } from "../../services/bff/test/raw-request.ts";
import type { Product } from "../up/product.ts";
import { type Figure, figure, percentile } from "./report.ts";

const tries = 200;
const keys = (count: number): string => `{${Array.from({ length: count }, (_, index) => `"${index.toString(36)}":1`).join(",")}}`;

const kinds: readonly (readonly [name: string, body: string, status: number])[] = [
  ["ten megabytes", `{"locale":"${"a".repeat(10_000_000)}"}`, 413],
  ["a hundred thousand keys", keys(100_000), 413],
  ["as many keys as a body holds", keys(28_000), 400],
  ["a hundred levels", `${'{"a":'.repeat(100)}1${"}".repeat(100)}`, 400],
  ["as many levels as a body holds", `${"[".repeat(131_000)}${"]".repeat(131_000)}`, 400],
  ["__proto__", '{"__proto__":{"locale":"fi"}}', 400],
];

/** US-32: how long a body that is too large, deep or wide keeps us, from the first byte sent to the whole refusal. */
export async function hostileBodies({ origin }: Product): Promise<Figure[]> {
  const { cookie } = await new Person(origin).signUp();
  const headers = { cookie, origin, "opl-csrf": "1", "sec-fetch-site": "same-origin", "content-type": "application/json" };
  const figures: Figure[] = [];
  for (const [name, body, status] of kinds) {
    const times: number[] = [];
    for (let n = 0; n < tries; n += 1) {
      const started = performance.now();
      // The server may close the connection on somebody who goes on sending.
      const answer = await rawRequest(origin, "PATCH", "/api/me/preferences", headers, body).catch(() => ({ status: 413 }));
      times.push(performance.now() - started);
      if (answer.status !== status) throw new Error(`${name}: ${answer.status} instead of ${status}`);
    }
    figures.push(figure(`${name} refused, p95`, percentile(times, 95), "ms", "lower", 50, percentile(times, 50)));
  }
  return figures;
}
