const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Those in whose name, or further `words`, every typed word begins some word; first those whose name begins so. Order is kept otherwise. */
export function matchNames<T extends { readonly name: string; readonly words?: string }>(all: readonly T[], typed: string): readonly T[] {
  const wanted = plain(typed)
    .split(/\s+/)
    .filter((word) => word !== "");
  if (wanted.length === 0) return all;
  const rank = ({ name, words = "" }: T): number => {
    const known = plain(`${name} ${words}`).split(/[\s,.:–-]+/);
    if (!wanted.every((want) => known.some((word) => word.startsWith(want)))) return -1;
    return plain(name).startsWith(wanted.join(" ")) ? 1 : 0;
  };
  const ranked = all.map((one) => ({ one, rank: rank(one) })).filter((found) => found.rank >= 0);
  return [...ranked.filter((found) => found.rank === 1), ...ranked.filter((found) => found.rank === 0)].map(({ one }) => one);
}
