/** The part of JSON Schema that zod writes for our events. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly [key: string]: unknown;
}

/**
 * What in `next` would break a subscriber written for `released`: a released version may only gain optional fields. Empty when
 * nothing does. Paths as `data.amount.currency`.
 */
export function breakingChanges(released: JsonSchema, next: JsonSchema, path = "data"): string[] {
  const found: string[] = [];
  if (JSON.stringify(released.type) !== JSON.stringify(next.type)) found.push(`${path}: type changed`);
  const before = released.properties ?? {};
  const after = next.properties ?? {};
  for (const [name, schema] of Object.entries(before)) {
    const counterpart = after[name];
    if (counterpart === undefined) found.push(`${path}.${name}: removed`);
    else found.push(...breakingChanges(schema, counterpart, `${path}.${name}`));
  }
  const wasRequired = new Set(released.required ?? []);
  const isRequired = new Set(next.required ?? []);
  for (const name of wasRequired) if (!isRequired.has(name) && after[name] !== undefined) found.push(`${path}.${name}: became optional`);
  for (const name of isRequired) if (!(name in before)) found.push(`${path}.${name}: new and required; old events in the stream lack it`);
  if (released.items !== undefined && next.items !== undefined) found.push(...breakingChanges(released.items, next.items, `${path}[]`));
  for (const keyword of ["enum", "const", "format", "pattern", "anyOf"] as const) {
    if (JSON.stringify(released[keyword]) !== JSON.stringify(next[keyword])) found.push(`${path}: ${keyword} changed`);
  }
  return found;
}
