/**
 * Where in a parsed body a text holds half of a character: JSON may write one (`"\ud800"`), but it is no text, and a store that takes JSON
 * refuses it. @param path how the value itself is called
 * @returns the path of the first one, as mistakes of a form are told; of the object where it is a name in it
 */
export function brokenTextIn(value: unknown, path: string): string | undefined {
  const waiting: [value: unknown, path: string][] = [[value, path]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [one, at] = next;
    if (typeof one === "string" && !one.isWellFormed()) return at;
    if (typeof one !== "object" || one === null) continue;
    for (const [name, inner] of Object.entries(one)) {
      if (!name.isWellFormed()) return at;
      if (typeof inner === "string" || typeof inner === "object") waiting.push([inner, `${at}.${name}`]);
    }
  }
  return undefined;
}
