import { softwareContact, tppProfile, wantedBank, type WrittenTppDocument, writtenTppDocument } from "@opl/contracts/model";
import { isAlias, isMap, isNode, isSeq, LineCounter, parseDocument, visit, type Document, type Node } from "yaml";
import type { z } from "zod";
import { documentProblems, nearest, type Platform } from "../domain/document-rules.ts";

/** Something about a document that a person should know, with its place in the file. */
export interface PlacedProblem {
  readonly line: number;
  readonly column: number;
  /** `banks[0].roles[1]`; empty for the file as a whole. */
  readonly field: string;
  readonly message: string;
  readonly level: "mistake" | "note";
}

export interface ReadDocument {
  /** Null when there is any mistake. */
  readonly document: WrittenTppDocument | null;
  readonly problems: readonly PlacedProblem[];
}

/** A thousand banks with everything said of them take a third of this. */
const maxCharacters = 1_000_000;
type Path = readonly PropertyKey[];

/**
 * Reads a desired state from YAML 1.2 or JSON. Every mistake is told at once, each with its line and column. Without a platform
 * nothing is said of its banks and its address.
 */
export function readDocument(text: string, platform: Platform | null): ReadDocument {
  const whole = (message: string): ReadDocument => ({ document: null, problems: [{ line: 1, column: 1, field: "", message, level: "mistake" }] });
  if (text.length > maxCharacters) return whole(`the file is longer than ${maxCharacters} characters`);
  if (text.trim() === "") return whole("the file is empty; start from tpp.example.yaml");
  const lines = new LineCounter();
  const tree = isDeep(text) ? null : parseTree(text, lines);
  if (tree === null) return whole("the file is nested too deeply");
  const at = (offset: number, path: Path, message: string, level: PlacedProblem["level"] = "mistake"): PlacedProblem => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col), field: fieldOf(path), message, level };
  };
  // Most of what comes after the first is its consequence.
  const [syntax] = [...tree.errors, ...tree.warnings].toSorted((one, other) => one.pos[0] - other.pos[0]);
  if (syntax !== undefined) return { document: null, problems: [at(syntax.pos[0], [], syntaxMessages[syntax.code] ?? plainMessage(syntax.message))] };
  const [refused] = refusedNodes(tree);
  if (refused !== undefined) return { document: null, problems: [at(refused.node.range?.[0] ?? 0, [], refused.message)] };
  const value: unknown = tree.toJS({ maxAliasCount: 0 });
  const placed = (path: Path, message: string, level?: PlacedProblem["level"]): PlacedProblem => at(offsetOf(tree, path), path, message, level);
  const twice = banksTwice(value).map(({ path, message }) => placed(path, message));
  const parsed = writtenTppDocument.safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.filter(({ code, path }) => !(code === "custom" && fieldOf(path) === "banks"));
    const told = issues.flatMap((issue) =>
      explain(issue, value).map(({ path, key, message }) =>
        at(key === undefined ? offsetOf(tree, path) : keyOffset(tree, path, key), key === undefined ? path : [...path, key], message),
      ),
    );
    return { document: null, problems: [...told, ...twice].toSorted(byPlace) };
  }
  const problems = documentProblems(parsed.data, platform).map(({ path, message, level }) => placed(path, message, level));
  return { document: problems.some(({ level }) => level === "mistake") ? null : parsed.data, problems: problems.toSorted(byPlace) };
}

/** One problem as a sentence: `tpp.yaml:12:5 banks[0].roles[1]: PIS is not one of our roles.` */
export function problemSentence(file: string, { line, column, field, message }: PlacedProblem): string {
  return `${file}:${line}:${column} ${field === "" ? "" : `${field}: `}${message}.`;
}

const mostOpen = 100;

/** More in one another than any desired state: seen before the parser spends its time on it. */
function isDeep(text: string): boolean {
  let open = 0;
  for (const letter of text) {
    if (letter === "[" || letter === "{") open += 1;
    else if (letter === "]" || letter === "}") open -= 1;
    if (open > mostOpen) return true;
  }
  return /(?:[-?:] ){50}/.test(text) || /^ {200}/m.test(text);
}

/** Null where brackets in brackets are more than the stack holds. */
function parseTree(text: string, lineCounter: LineCounter): Document.Parsed | null {
  try {
    return parseDocument(text, { version: "1.2", schema: "core", merge: false, uniqueKeys: true, prettyErrors: false, logLevel: "error", lineCounter });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const tagMessage = "tags (!) are not taken; write a plain value";
const syntaxMessages: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "this key is written twice; keep one of them",
  MULTIPLE_DOCS: "a second document begins here; a file holds one",
  TAB_AS_INDENT: "a tab indents this line; YAML takes spaces",
  TAG_RESOLVE_FAILED: tagMessage,
};

function plainMessage(message: string): string {
  return `this is not sound YAML: ${message.split("\n")[0]?.replace(/\.$/, "")}`;
}

function refusedNodes(tree: Document.Parsed): { readonly node: Node; readonly message: string }[] {
  const found: { node: Node; message: string }[] = [];
  visit(tree, (_key, node) => {
    if (!isNode(node)) return;
    if (isAlias(node) || ("anchor" in node && node.anchor !== undefined))
      found.push({ node, message: "anchors and aliases are not taken; write the value out" });
    else if (node.tag !== undefined) found.push({ node, message: tagMessage });
  });
  return found;
}

function banksTwice(value: unknown): { readonly path: Path; readonly message: string }[] {
  const banks: unknown = isObject(value) ? value["banks"] : undefined;
  if (!Array.isArray(banks)) return [];
  const first = new Map<string, number>();
  return banks.flatMap((bank: unknown, index) => {
    const aspsp = isObject(bank) ? bank["aspsp"] : undefined;
    if (typeof aspsp !== "string") return [];
    const earlier = first.get(aspsp);
    if (earlier === undefined) first.set(aspsp, index);
    return earlier === undefined
      ? []
      : [{ path: ["banks", index, "aspsp"], message: `${aspsp} stands in the list twice, first as banks[${earlier}]; keep one of them` }];
  });
}

interface Told {
  readonly path: Path;
  /** Where it is the key, not its value. */
  readonly key?: string;
  readonly message: string;
}

function explain(issue: z.core.$ZodIssue, value: unknown): readonly Told[] {
  const { path } = issue;
  const found = path.reduce<unknown>(
    (inside, part) => (typeof inside === "object" && inside !== null ? (inside as Record<PropertyKey, unknown>)[part] : undefined),
    value,
  );
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => {
        const known = keysAt(path);
        const near = nearest(key, known);
        return {
          path,
          key,
          message:
            near === undefined ? `there is no such key here; remove it, known are ${known.join(", ")}` : `there is no such key; perhaps ${near} is meant`,
        };
      });
    case "invalid_type":
      if (found === undefined) return [{ path, message: `is missing; it is ${typeNames[issue.expected] ?? issue.expected}` }];
      return [{ path, message: `is ${typeOf(found)}, but has to be ${typeNames[issue.expected] ?? issue.expected}${quoteHint(issue.expected, found)}` }];
    case "invalid_value": {
      const values = issue.values.map(String);
      if (found === undefined) return [{ path, message: `is missing; it is ${either(values)}` }];
      const near = typeof found === "string" ? nearest(found, values) : undefined;
      return [
        {
          path,
          message: `is ${shown(found)}, but has to be ${either(values)}${near === undefined || values.length === 1 ? "" : `; perhaps ${near} is meant`}`,
        },
      ];
    }
    case "too_small":
    case "too_big": {
      const [word, bound] = issue.code === "too_small" ? ["at least", issue.minimum] : ["at most", issue.maximum];
      return [
        {
          path,
          message: `is ${shown(found)}, but has to ${issue.origin === "array" ? `have ${word} ${bound} entries` : issue.origin === "string" ? `have ${word} ${bound} characters` : `be ${word} ${bound}`}`,
        },
      ];
    }
    case "invalid_format":
      return [{ path, message: `is ${shown(found)}, but has to be ${formatNames[issue.format] ?? issue.message}` }];
    case "custom":
    case "invalid_element":
    case "invalid_key":
    case "invalid_union":
    case "not_multiple_of":
      return [{ path, message: `is ${shown(found)}, but has to be ${issue.message}` }];
  }
}

const typeNames: Readonly<Record<string, string>> = { string: "text", number: "a number", object: "a group of keys", array: "a list", int: "a whole number" };
const formatNames: Readonly<Record<string, string>> = { url: "a web address (https://…)", email: "an e-mail address" };

function typeOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object"
    ? "a group of keys"
    : typeof value === "string"
      ? "text"
      : typeof value === "number"
        ? "a number"
        : value === true
          ? "true"
          : "false";
}

function quoteHint(expected: string, found: unknown): string {
  return expected === "string" && (typeof found === "number" || typeof found === "boolean") ? "; write it in quotes" : "";
}

const maxShown = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
}

function either(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? "") : `one of ${values.join(", ")}`;
}

function keysAt(path: Path): readonly string[] {
  const [part, inside] = path;
  if (part === "banks") return Object.keys(wantedBank.shape);
  if (part !== "tpp") return Object.keys(writtenTppDocument.shape);
  if (inside === "software") return Object.keys(tppProfile.shape.software.shape);
  if (inside === "authority") return Object.keys(tppProfile.shape.authority.unwrap().shape);
  return Object.keys((inside === "contacts" ? softwareContact : tppProfile).shape);
}

/** Where a value begins, or what would hold it when it is missing. */
function offsetOf(tree: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = tree.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range !== undefined && node.range !== null) return node.range[0];
  }
  return tree.contents?.range[0] ?? 0;
}

function keyOffset(tree: Document.Parsed, path: Path, key: string): number {
  const node = path.length === 0 ? tree.contents : tree.getIn(path, true);
  const pair = isMap(node) ? node.items.find((item) => isNode(item.key) && String(item.key.toJSON()) === key) : undefined;
  return isNode(pair?.key) ? (pair.key.range?.[0] ?? 0) : isSeq(node) || isMap(node) ? (node.range?.[0] ?? 0) : 0;
}

function fieldOf(path: Path): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`)).join("");
}

function byPlace(one: PlacedProblem, other: PlacedProblem): number {
  return one.line - other.line || one.column - other.column;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
