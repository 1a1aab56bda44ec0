const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** The commands in which every typed word begins some word, those whose name begins so first. Order is kept otherwise. */
export function matchCommands<C extends { readonly name: string; readonly words: string }>(commands: readonly C[], typed: string): readonly C[] {
  const wanted = plain(typed)
    .split(/\s+/)
    .filter((word) => word !== "");
  if (wanted.length === 0) return commands;
  const rank = (command: C): number => {
    const words = plain(`${command.name} ${command.words}`).split(/[\s,.:–-]+/);
    if (!wanted.every((want) => words.some((word) => word.startsWith(want)))) return -1;
    return plain(command.name).startsWith(wanted.join(" ")) ? 1 : 0;
  };
  const ranked = commands.map((command) => ({ command, rank: rank(command) })).filter((one) => one.rank >= 0);
  return [...ranked.filter((one) => one.rank === 1), ...ranked.filter((one) => one.rank === 0)].map((one) => one.command);
}
