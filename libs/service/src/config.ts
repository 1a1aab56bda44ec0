import { readFileSync } from "node:fs";
import { z } from "zod";
import { errors } from "./errors.ts";
import { Secret } from "./secret.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment by a schema whose keys are the variables' names. An empty variable counts as unset.
 * @throws ERR_CONFIG whose message is a report of every bad variable; values never appear in it
 */
export function parseConfig<Schema extends z.ZodObject>(schema: Schema, env: Environment, { service }: { readonly service: string }): z.output<Schema> {
  const given = Object.fromEntries(Object.keys(schema.shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const rows = describeConfig(schema);
  const bad = Map.groupBy(result.error.issues, (issue) => String(issue.path[0] ?? "(all)"));
  const lines = [...bad].map(([name, issues]) => {
    const about = rows.find((row) => row.name === name)?.description;
    const wrong = given[name] === undefined ? "is missing" : issues.map((issue) => issue.message).join("; ");
    return `  ${name}: ${wrong}${about === undefined ? "" : ` (${about})`}`;
  });
  throw errors.ERR_CONFIG({
    message: `The configuration of ${service} is not usable; ${count(lines.length, "variable needs", "variables need")} attention:\n${lines.join("\n")}`,
    details: { service, variables: [...bad.keys()] },
  });
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** One environment variable, for `.env.example` and for the report. */
export interface ConfigRow {
  readonly name: string;
  readonly required: boolean;
  /** As text, undefined when there is none. */
  readonly default: string | undefined;
  readonly description: string | undefined;
}

/** The variables a schema reads, in its order. */
export function describeConfig(schema: z.ZodObject): readonly ConfigRow[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const unset = (field as z.ZodType).safeParse(undefined);
    return {
      name,
      required: !unset.success,
      default: unset.success && unset.data !== undefined ? `${unset.data as string | number | boolean}` : undefined,
      description: descriptionOf(field as z.ZodType),
    };
  });
}

/** The description given last, also when the schema was wrapped (default, optional, transform) afterwards. */
function descriptionOf(schema: z.ZodType): string | undefined {
  for (let at: unknown = schema; at instanceof z.ZodType;) {
    if (at.description !== undefined) return at.description;
    const def = at.def as { innerType?: unknown; in?: unknown };
    at = def.innerType ?? def.in;
  }
  return undefined;
}

/** A variable that names a file; parsed, it is the content of the file without the final newline, as {@link Secret}. */
export function secretFile() {
  return fileText().transform((text) => new Secret(text));
}

/** A variable that names a JSON file; parsed, it is what the schema makes of its content. */
export function jsonFile<T extends z.ZodType>(schema: T) {
  return fileText()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "the file is not JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

function fileText() {
  return z.string().transform((path, context) => {
    try {
      const text = readFileSync(path, "utf8").trimEnd();
      if (text !== "") return text;
      context.addIssue({ code: "custom", message: "the file is empty" });
    } catch (error) {
      context.addIssue({ code: "custom", message: `the file cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown reason"})` });
    }
    return z.NEVER;
  });
}

/** A whole number written as decimal text. */
export function integer(minimum: number, maximum: number) {
  const message = `expected a whole number from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^-?\d{1,15}$/, message)
    .transform((text) => Number.parseInt(text, 10))
    .pipe(z.int().min(minimum, message).max(maximum, message));
}

/** `true` or `false`, nothing else. */
export function flag() {
  return z.enum(["true", "false"], "expected true or false").transform((text) => text === "true");
}

/** Any number of items, separated by commas. */
export function list<Item extends z.ZodType<unknown, string>>(item: Item) {
  return z
    .string()
    .transform((text) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    )
    .pipe(z.array(item));
}

/** An absolute URL with one of the given schemes, kept as text. */
export function url(...schemes: readonly string[]) {
  return z
    .string()
    .refine(
      (text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)),
      `expected a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`,
    );
}
