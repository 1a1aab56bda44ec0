/** Does the same at several banks at once: one that hangs or fails keeps no other waiting. @throws what the first of them threw, once all are through */
export async function besideEachOther(banks: readonly string[], run: (aspspId: string) => Promise<void>): Promise<void> {
  for (const ended of await Promise.allSettled(banks.map(run))) if (ended.status === "rejected") throw ended.reason;
}
