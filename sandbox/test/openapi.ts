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
      return seen.flatMap(({ file, operation, answer }) => judges.get(file)?.(operation, answer) ?? []);
    },
    get size() {
      return seen.length;
    },
  };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, object>> }>>>>;
}

/** What an unmodified OpenAPI file says against an answer, found by another validator than the sandbox has; empty where nothing. */
export function openApi(file: string): (operation: string, answer: { readonly status: number; readonly body: unknown; readonly text: string }) => string[] {
  const document = parse(readFileSync(join(folder, file), "utf8")) as Document;
  // OpenAPI 3.0 has members that JSON Schema does not know, and formats of its own.
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true, logger: false });
  (formats as unknown as (target: Ajv) => void)(ajv);
  ajv.addFormat("JWT", /^[\w-]+\.[\w-]+\.[\w-]+$/);
  ajv.addSchema(document, "document");
  const follow = (value: unknown): unknown => {
    const reference = (value as { $ref?: string }).$ref;
    if (reference === undefined) return value;
    return follow(
      reference
        .slice(2)
        .split("/")
        .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part.replaceAll("~1", "/").replaceAll("~0", "~")], document),
    );
  };
  return (operation, { status, body, text }) => {
    const [method = "", path = ""] = operation.split(" ");
    const responses = document.paths[path]?.[method.toLowerCase()]?.responses;
    const response = responses?.[status];
    if (response === undefined) return [`${operation} documents no answer ${status}`];
    const { content } = follow(response) as { content?: Readonly<Record<string, object>> };
    if (content === undefined) return text === "" ? [] : [`${operation} ${status} documents no body`];
    const [type = ""] = Object.keys(content);
    const isReference = "$ref" in response;
    const base = isReference ? String(response.$ref) : `#/paths/${escape(path)}/${method.toLowerCase()}/responses/${status}`;
    const validate = ajv.compile({ $ref: `document${base}/content/${escape(type)}/schema` });
    return validate(body) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}

function escape(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
}
