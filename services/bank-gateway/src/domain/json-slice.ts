/**
 * The piece of a JSON text that a JSON pointer (RFC 6901) names, exactly as written there: spaces, order and number
 * forms untouched. Undefined when there is no such place. The text must be valid JSON without duplicate members.
 */
export function jsonSlice(text: string, pointer: string): string | undefined {
  if (pointer !== "" && !pointer.startsWith("/")) return undefined;
  const path = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  let at = skipBlank(text, 0);
  for (const part of path) {
    const inside = text[at] === "{" ? findMember(text, at, part) : text[at] === "[" ? findItem(text, at, part) : undefined;
    if (inside === undefined) return undefined;
    at = inside;
  }
  return text.slice(at, endOfValue(text, at));
}

function findMember(text: string, open: number, name: string): number | undefined {
  let at = skipBlank(text, open + 1);
  while (text[at] === '"') {
    const nameEnd = endOfString(text, at);
    const value = skipBlank(text, skipBlank(text, nameEnd) + 1);
    if (JSON.parse(text.slice(at, nameEnd)) === name) return value;
    at = next(text, value);
  }
  return undefined;
}

function findItem(text: string, open: number, index: string): number | undefined {
  if (!/^(?:0|[1-9]\d{0,8})$/.test(index)) return undefined;
  let at = skipBlank(text, open + 1);
  for (let left = Number(index); at < text.length && text[at] !== "]"; left -= 1) {
    if (left === 0) return at;
    at = next(text, at);
  }
  return undefined;
}

/** Where the item after this one begins, or the closing bracket stands. */
function next(text: string, value: number): number {
  const end = skipBlank(text, endOfValue(text, value));
  return text[end] === "," ? skipBlank(text, end + 1) : end;
}

function endOfValue(text: string, start: number): number {
  if (text[start] === '"') return endOfString(text, start);
  if (text[start] !== "{" && text[start] !== "[") return start + (/^[^\s,\]}]*/.exec(text.slice(start, start + 64))?.[0].length ?? 0);
  let depth = 0;
  let at = start;
  do {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else {
      if (character === "{" || character === "[") depth += 1;
      if (character === "}" || character === "]") depth -= 1;
      at += 1;
    }
  } while (depth > 0 && at < text.length);
  return at;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function skipBlank(text: string, start: number): number {
  let at = start;
  while (/\s/.test(text[at] ?? "")) at += 1;
  return at;
}
