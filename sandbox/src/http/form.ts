/** A form body as text fields. Fields given twice are named apart: a server must not choose between them. */
export function readForm(body: unknown): { readonly fields: ReadonlyMap<string, string>; readonly repeated: readonly string[]; all(name: string): string[] } {
  const parameters = new URLSearchParams(typeof body === "string" ? body : "");
  const names = [...new Set(parameters.keys())];
  return {
    fields: new Map(names.map((name) => [name, parameters.get(name) ?? ""])),
    repeated: names.filter((name) => parameters.getAll(name).length > 1),
    all: (name) => parameters.getAll(name),
  };
}
