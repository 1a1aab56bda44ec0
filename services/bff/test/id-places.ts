import type { RouteContract } from "@opl/contracts/http";
import { z } from "zod";

interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** What only says when, how, or which of a list that is the same for everybody. */
const sayNoId = (schema: Schema): boolean =>
  schema.enum !== undefined || schema.const !== undefined || schema.format === "date" || schema.type === "boolean" || schema.type === "null";
const structure = ["anyOf", "oneOf", "allOf", "items", "prefixItems", "properties", "additionalProperties"] as const;

/**
 * Texts and numbers that point at nothing anybody has, each with what they are. Named by the whole place, so that a neighbour of the same name
 * is not let through with it.
 */
const namesNothing: readonly RegExp[] = [
  // Which bank, and by which of our addresses its answer came: the same for everybody.
  /^\w+ body\.(aspspId|redirectContext)$/,
  // What the person is called at the bank, and for how long they say yes.
  /^startConnection body\.(loginHint|validityDays)$/,
  // Words to look for, figures, and how much of it.
  /^listTransactionRows query\.(text|minAmount|maxAmount|limit)$|^getCashFlow query\.months$|^getForecast query\.days$/,
  // What the person writes down, and how an amount is made up.
  /^(noteTransaction|splitTransaction|annotateTransactions) body\.(\w+\.)?note$|^\w+ body\.(parts\.)?amount\.(amount|currency)$/,
  // A budget is the person's own in that currency: nobody's else can be said.
  /^(setBudget|removeBudget) params\.currency$|^setBudget body\.limit$/,
  // Whom a payment goes to, how much and how often; the account of a payee is no account of ours.
  /^putPaymentOrderView body\.payments\.(instruction\.(amount|creditor|remittance)|schedule)\./,
  // Names, and who proves by knowing it that they are that person.
  /^\w+ body\.(name|email|password|code)$/,
];

/**
 * `operation place.name` for each place of a request that could carry an id, of whatever form: a UUID of ours, a text that a bank or a page
 * made, a number. A place that is new is one until a line above says otherwise.
 */
export function idPlaces(contracts: readonly RouteContract[]): string[] {
  const places = contracts.flatMap(({ operationId, params, query, body }) =>
    Object.entries({ params, query, body }).flatMap(([place, schema]) =>
      schema === undefined ? [] : valuesIn(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })).map((name) => `${operationId} ${place}.${name}`),
    ),
  );
  return places.filter((place) => !namesNothing.some((pattern) => pattern.test(place)));
}

/** Everywhere in a schema, whatever word joins its parts; names only under `properties`. */
function valuesIn(schema: unknown, name = ""): string[] {
  if (Array.isArray(schema)) return [...new Set(schema.flatMap((one) => valuesIn(one, name)))];
  if (typeof schema !== "object" || schema === null || sayNoId(schema)) return [];
  const { properties = {}, ...rest } = schema as Schema;
  const inner = [
    ...Object.entries(properties).flatMap(([key, value]) => valuesIn(value, name === "" ? key : `${name}.${key}`)),
    ...Object.entries(rest).flatMap(([word, value]) => (structure.includes(word as "items") ? valuesIn(value, name) : [])),
  ];
  return structure.some((word) => Object.hasOwn(schema, word)) ? [...new Set(inner)] : [name];
}
