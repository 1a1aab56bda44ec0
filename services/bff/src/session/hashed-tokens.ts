import { createHash } from "node:crypto";
import type { getAdapter } from "better-auth/db/adapter";

type Adapter = Awaited<ReturnType<typeof getAdapter>>;
type Where = NonNullable<Parameters<Adapter["findMany"]>[0]["where"]>[number];
type Row = Record<string, unknown>;

/**
 * Keeps session tokens out of the database: the login library goes on working with the token of the cookie, the `sessions`
 * table holds its SHA-256. A copy of the table therefore opens no session. What the library lists by person carries hashes,
 * so sessions are ended by id and not through its lists.
 */
export function withHashedSessionTokens(adapter: Adapter): Adapter {
  return { ...adapter, ...methods(adapter), transaction: (work) => adapter.transaction((inner) => work({ ...inner, ...methods(inner) })) };
}

type Methods = Omit<Adapter, "id" | "options" | "createSchema" | "transaction" | "count" | "incrementOne" | "consumeOne">;

function methods(inner: Omit<Adapter, "transaction">): Methods {
  return {
    async create<T extends Row, R = T>(input: Omit<Parameters<Adapter["create"]>[0], "data"> & { data: Omit<T, "id"> }): Promise<R> {
      const token = input.model === "session" ? (input.data as Row)["token"] : undefined;
      if (typeof token !== "string") return inner.create<T, R>(input);
      const row = await inner.create<T, R>({ ...input, data: { ...input.data, token: hash(token) } });
      return { ...row, token };
    },
    async findOne<T>(input: Parameters<Adapter["findOne"]>[0]): Promise<T | null> {
      const { where, restore } = hashed(input.model, input.where);
      return restore(await inner.findOne<T>({ ...input, where }));
    },
    async findMany<T>(input: Parameters<Adapter["findMany"]>[0]): Promise<T[]> {
      const { where, restore } = hashed(input.model, input.where ?? []);
      return (await inner.findMany<T>({ ...input, where })).map((row) => restore(row) ?? row);
    },
    async update<T>(input: Parameters<Adapter["update"]>[0]): Promise<T | null> {
      const { where, restore } = hashed(input.model, input.where);
      return restore(await inner.update<T>({ ...input, where }));
    },
    updateMany: (input) => inner.updateMany({ ...input, where: hashed(input.model, input.where).where }),
    delete: (input) => inner.delete({ ...input, where: hashed(input.model, input.where).where }),
    deleteMany: (input) => inner.deleteMany({ ...input, where: hashed(input.model, input.where).where }),
  };
}

/** Conditions with hashes in place of tokens, and the way back for the rows they find. */
function hashed(model: string, where: readonly Where[]): { where: Where[]; restore: <T>(row: T | null) => T | null } {
  const tokens = new Map<string, string>();
  const replaced = where.map((condition) => {
    if (model !== "session" || condition.field !== "token") return condition;
    const values = [condition.value].flat().filter((value) => typeof value === "string");
    for (const token of values) tokens.set(hash(token), token);
    const hashes = values.map(hash);
    return { ...condition, value: Array.isArray(condition.value) ? hashes : (hashes[0] ?? null) };
  });
  const restore = <T>(row: T | null): T | null => {
    const token = tokens.get(String((row as Row | null)?.["token"]));
    return row === null || token === undefined ? row : { ...row, token };
  };
  return { where: replaced, restore };
}

function hash(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
