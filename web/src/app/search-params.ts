/** Plain search parameters (`?q=prisma&category=housing,groceries`): readable, and safe to share. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    const text = Array.isArray(value) ? value.join(",") : typeof value === "string" ? value : "";
    if (text !== "") params.set(name, text);
  }
  // Commas between ids and the like stay readable; they have no meaning in a query.
  const encoded = params.toString().replaceAll("%2C", ",");
  return encoded === "" ? "" : `?${encoded}`;
}
