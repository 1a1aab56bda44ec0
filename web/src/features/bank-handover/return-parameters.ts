export interface ReturnParameter {
  readonly name: string;
  readonly value: string;
}

const RETURN_PATH = /^\/connect\/return\/([a-z][a-z0-9-]{1,39})\/?$/;

/**
 * What a bank put into the address: from the fragment (hybrid response) and from the query (plain code response), in the order
 * given, repeated names kept apart so that the server can refuse them. Undefined when the path is not a return path.
 */
export function readReturn(address: {
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}): { context: string; parameters: readonly ReturnParameter[] } | undefined {
  const context = RETURN_PATH.exec(address.pathname)?.[1];
  if (context === undefined) return undefined;
  const parameters = [address.hash.replace(/^#/, ""), address.search].flatMap((text) =>
    [...new URLSearchParams(text)].map(([name, value]) => ({ name, value })),
  );
  return { context, parameters };
}

let taken: ReturnType<typeof readReturn>;

/**
 * Takes what the bank delivered out of the address bar, before anything else runs: neither history, referrer, router state nor
 * an error report can hold an authorization code afterwards.
 */
export function takeReturn(location: Location, history: History): void {
  taken = readReturn(location);
  if (taken !== undefined) history.replaceState(history.state, "", `/connect/return/${taken.context}`);
}

/** Hands over what was taken, once. */
export function handOverReturn(): ReturnType<typeof readReturn> {
  const handed = taken;
  taken = undefined;
  return handed;
}
