/** The same characters with line breaks and blanks between them, for reading. Text that is not JSON comes back as it is. */
export function indentJson(text: string): string {
  let depth = 0;
  const line = (): string => `\n${"  ".repeat(depth)}`;
  const parts = text.match(/"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g);
  if (parts === null || !/^\s*[{[]/.test(text)) return text;
  let out = "";
  for (const [index, part] of parts.entries()) {
    if (part === "{" || part === "[") {
      const empty = parts[index + 1] === "}" || parts[index + 1] === "]";
      depth += 1;
      out += empty ? part : part + line();
    } else if (part === "}" || part === "]") {
      const empty = parts[index - 1] === "{" || parts[index - 1] === "[";
      depth = Math.max(0, depth - 1);
      out += empty ? part : line() + part;
    } else if (part === ",") out += part + line();
    else if (part === ":") out += ": ";
    else out += part;
  }
  return out;
}
