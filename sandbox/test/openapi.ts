import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { parse } from "yaml";

/** The official files, where this machine has them beside the repository. */
const folder = resolve(process.env["OPL_SHARED_DIR"] ?? resolve(import.meta.dirname, "../../../shared"), "specs");

export function hasSpecification(file: string): boolean {
  return existsSync(join(folder, file));
}

interface Witnessed {
  readonly file: string;
  readonly operation: string;
  readonly answer: { readonly status: number; readonly body: unknown; readonly text: string };
}

/** Remembers answers while tests run, to hold them against the official files at the end. */
export function witness(): { note(file: string, operation: string, answer: Witnessed["answer"]): void; findings(): string[]; readonly size: number } {
  const seen: Witnessed[] = [];
  return {
    note: (file, operation, answer) => void seen.push({ file, operation, answer }),
    findings() {
      const judges = new Map([...new Set(seen.map((each) => each.file))].map((file) => [file, openApi(file)]));
      return seen.flatMap(({ file, operation, answer }) => judges.get(file)?.answer(operation, answer) ?? []);
    },
    get size() {
      return seen.length;
    },
  };
}

interface Operation {
  readonly parameters?: readonly object[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, object>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>> & { readonly parameters?: readonly object[] }>>;
}
interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly required?: boolean;
  readonly schema: object;
}

/** A request as it went over the wire: headers in small letters, the path below the server's base address. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Judge {
  /** The operation a request is for, by method and path; undefined where the file has none. */
  readonly operationOf: (request: Pick<SentRequest, "method" | "path">) => string | undefined;
  readonly request: (request: SentRequest) => string[];
  readonly answer: (operation: string, answer: Witnessed["answer"]) => string[];
  /** Against a schema of the file by its name, for what travels inside something else. */
  readonly schema: (name: string, value: unknown) => string[];
}

/** What an unmodified OpenAPI file says against requests and answers, found by another validator than gateway and sandbox have; empty where nothing. */
export function openApi(file: string): Judge {
  const document = parse(readFileSync(join(folder, file), "utf8"), (_name, value: unknown) => withNumericBounds(value)) as Document;
  // OpenAPI 3.0 has members that JSON Schema does not know, and formats of its own.
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true, logger: false });
  (formats as unknown as (target: Ajv) => void)(ajv);
  ajv.addFormat("JWT", /^[\w-]+\.[\w-]+\.[\w-]+$/);
  ajv.addSchema(document, "document");
  /** Follows references. @returns where in the document the end is, and what is there */
  const follow = (pointer: string): { readonly pointer: string; readonly value: unknown } => {
    const value = pointer
      .slice(2)
      .split("/")
      .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[unescaped(part)], document);
    const reference = (value as { $ref?: string } | undefined)?.$ref;
    return reference === undefined ? { pointer, value } : follow(reference);
  };
  const findings = (pointer: string, value: unknown, where = ""): string[] => {
    const validate = ajv.compile({ $ref: `document${pointer}` });
    return validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${where}${instancePath} ${message}`);
  };
  const operationOf: Judge["operationOf"] = ({ method, path }) => {
    const found = Object.entries(document.paths).find(([template, item]) => item[method.toLowerCase()] !== undefined && matched(template, path) !== undefined);
    return found === undefined ? undefined : `${method} ${found[0]}`;
  };
  return {
    operationOf,
    request({ method, path, headers, body }) {
      const [, template = ""] = operationOf({ method, path })?.split(" ") ?? [];
      if (template === "") return [`there is no ${method} ${path}`];
      const url = new URL(path, "https://bank.example");
      const at = `#/paths/${escape(template)}/${method.toLowerCase()}`;
      const pointers = Object.keys((follow(at).value as Operation).parameters ?? []).map((index) => follow(`${at}/parameters/${index}`));
      const given: Readonly<Record<Parameter["in"], Readonly<Record<string, string>>>> = {
        path: matched(template, path) ?? {},
        query: Object.fromEntries(url.searchParams),
        header: headers,
        cookie: {},
      };
      const known = pointers.map(({ value }) => value as Parameter);
      const unknown = Object.keys(given.query).filter((name) => !known.some((one) => one.in === "query" && one.name === name));
      const bodies = follow(`${at}/requestBody`).value as { readonly required?: boolean } | undefined;
      return [
        ...pointers.flatMap(({ pointer, value }) => {
          const { name, in: place, required } = value as Parameter;
          const sent = given[place][place === "header" ? name.toLowerCase() : name];
          if (sent === undefined) return required === true ? [`${name} is required in ${place}`] : [];
          return findings(`${pointer}/schema`, sent, name);
        }),
        ...unknown.map((name) => `there is no ${name} in query`),
        ...(bodies === undefined && body !== "" ? ["there is no body"] : []),
        ...(bodies?.required === true && body === "" ? ["a body is required"] : []),
      ];
    },
    answer(operation, { status, body, text }) {
      const [method = "", path = ""] = operation.split(" ");
      const { pointer, value } = follow(`#/paths/${escape(path)}/${method.toLowerCase()}/responses/${status}`);
      if (value === undefined) return [`${operation} documents no answer ${status}`];
      const { content } = value as { content?: Readonly<Record<string, object>> };
      if (content === undefined) return text === "" ? [] : [`${operation} ${status} documents no body`];
      const [type = ""] = Object.keys(content);
      return findings(`${pointer}/content/${escape(type)}/schema`, body);
    },
    schema: (name, value) => findings(`#/components/schemas/${name}`, value),
  };
}

/** What stands in the places of a path template; undefined where the path is another. */
function matched(template: string, path: string): Readonly<Record<string, string>> | undefined {
  // Some names have hyphens, which those of groups have not.
  const names = [...template.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => name);
  const found = new RegExp(`^${template.replace(/\{[^}]+\}/g, "([^/]+)")}$`).exec(path.split("?")[0] ?? "");
  return found === null ? undefined : Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? "")]));
}

/** OpenAPI 3.0 writes exclusive bounds as JSON Schema once did: a truth value beside the bound. */
function withNumericBounds(value: unknown): unknown {
  const { exclusiveMinimum, minimum, ...rest } = (value ?? {}) as { exclusiveMinimum?: unknown; minimum?: unknown };
  return typeof exclusiveMinimum === "boolean" ? { ...rest, [exclusiveMinimum ? "exclusiveMinimum" : "minimum"]: minimum } : value;
}

function escape(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
}

function unescaped(part: string): string {
  return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
}
