/** What a document may not exceed; every limit is a refusal, never a truncation. */
export interface StrictJsonLimits {
  /** Nested arrays and objects. Default 32. */
  readonly maxDepth?: number;
}

export type StrictJsonReason = "syntax" | "too-deep" | "duplicate-member" | "forbidden-member" | "inexact-number" | "lone-surrogate" | "nul-character";

/** Why a document was refused; `offset` counts UTF-16 units. No part of the document is repeated here. */
export class StrictJsonError extends Error {
  readonly reason: StrictJsonReason;
  readonly offset: number | undefined;
  constructor(reason: StrictJsonReason, offset?: number, options?: ErrorOptions) {
    super(offset === undefined ? `JSON refused: ${reason}` : `JSON refused: ${reason} at ${offset}`, options);
    this.name = "StrictJsonError";
    this.reason = reason;
    this.offset = offset;
  }
}

const forbiddenMembers: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Reads JSON of a party we do not trust. Beyond the grammar it refuses duplicate members, members that reach into
 * prototypes, depth, numbers that a double cannot hold exactly, lone surrogates and NUL.
 * One scan with a bounded stack looks for these before the document is built.
 */
export function parseStrictJson(text: string, limits: StrictJsonLimits = {}): unknown {
  scan(text, limits.maxDepth ?? 32);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StrictJsonError("syntax", undefined, { cause: error });
  }
}

function scan(text: string, maxDepth: number): void {
  if (text.includes("\0")) throw new StrictJsonError("nul-character", text.indexOf("\0"));
  // One set of member names per depth, used again by the next object at that depth.
  const members: (Set<string> | undefined)[] = [];
  const insideObject: boolean[] = [];
  let depth = 0;
  let expectsName = false;
  let i = 0;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === quote) {
      const end = endOfString(text, i);
      const raw = text.slice(i + 1, end);
      const value = raw.includes("\\") ? unescape(text.slice(i, end + 1), i) : raw;
      if (expectsName) {
        rememberName(members[depth], value, i);
        expectsName = false;
      }
      i = end + 1;
      continue;
    }
    if (code === openBrace || code === openBracket) {
      depth += 1;
      if (depth > maxDepth) throw new StrictJsonError("too-deep", i);
      const isObject = code === openBrace;
      insideObject[depth] = isObject;
      if (isObject) (members[depth] ??= new Set()).clear();
      expectsName = isObject;
    } else if (code === closeBrace || code === closeBracket) {
      depth -= 1;
      if (depth < 0) throw new StrictJsonError("syntax", i);
      expectsName = false;
    } else if (code === comma) {
      expectsName = insideObject[depth] === true && depth > 0;
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      i = endOfNumber(text, i);
      continue;
    }
    i += 1;
  }
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  throw new StrictJsonError("syntax", start);
}

function unescape(literal: string, offset: number): string {
  let value: unknown;
  try {
    value = JSON.parse(literal);
  } catch (error) {
    throw new StrictJsonError("syntax", offset, { cause: error });
  }
  const decoded = String(value);
  if (decoded.includes("\0")) throw new StrictJsonError("nul-character", offset);
  if (!decoded.isWellFormed()) throw new StrictJsonError("lone-surrogate", offset);
  return decoded;
}

function rememberName(names: Set<string> | undefined, name: string, offset: number): void {
  if (forbiddenMembers.has(name)) throw new StrictJsonError("forbidden-member", offset);
  if (names === undefined) return;
  const before = names.size;
  names.add(name);
  if (names.size === before) throw new StrictJsonError("duplicate-member", offset);
}

const numberLiteral = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function endOfNumber(text: string, start: number): number {
  numberLiteral.lastIndex = start;
  const match = numberLiteral.exec(text);
  if (match === null) throw new StrictJsonError("syntax", start);
  // Fifteen significant digits always survive a double; more may not, so they are not accepted as numbers.
  const digits = match[0]
    .replace(/[eE].*$/, "")
    .replaceAll(/\D/g, "")
    .replace(/^0+/, "");
  if (digits.length > 15) throw new StrictJsonError("inexact-number", start);
  return numberLiteral.lastIndex;
}
