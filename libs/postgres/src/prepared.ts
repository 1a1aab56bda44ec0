/** A question asked so often has earned its place in the server's memory. */
const askedBefore = 20;
/** Statements remembered by each connection at the most. */
const most = 100;
/** Texts counted at the most; lists of parameters make new ones without end. */
const counted = 2_000;

/**
 * Names for the questions a process asks again and again: Postgres then parses and plans them once a connection, which is most of the
 * work of a short one. Only for what reads, so that a plan made for an empty table harms nothing that is written; and only where
 * columns are named, since a remembered `*` would fail after a migration adds a column.
 * @returns the name to prepare a text under, undefined for one that is to be planned each time
 */
export function preparedNames(): (text: string) => string | undefined {
  const names = new Map<string, string>();
  const asked = new Map<string, number>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined || names.size >= most) return known;
    if (!readsNamedColumns(text)) return undefined;
    const times = (asked.get(text) ?? 0) + 1;
    if (times <= askedBefore) {
      if (asked.has(text) || asked.size < counted) asked.set(text, times);
      return undefined;
    }
    asked.delete(text);
    const name = `opl_${names.size + 1}`;
    names.set(text, name);
    return name;
  };
}

function readsNamedColumns(text: string): boolean {
  return /^[\s(]*select\b/i.test(text) && !/\bfor (?:no key )?(?:update|share)\b/i.test(text) && !text.replaceAll("count(*)", "").includes("*");
}
