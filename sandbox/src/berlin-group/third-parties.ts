import { join } from "node:path";
import { z } from "zod";
import { openJournal } from "../state/journal.ts";

const thirdPartySchema = z.object({
  organizationIdentifier: z.string(),
  name: z.string(),
  /** SHA-256 of each QWAC that was seen. */
  qwacs: z.array(z.string()),
  firstSeenAt: z.string(),
});
export type ThirdParty = z.infer<typeof thirdPartySchema>;

/** Third parties that called, by organizationIdentifier, and those whose certificates are blocked, known or not. */
export function openThirdParties(folder: string) {
  const known = openJournal<ThirdParty>(join(folder, "third-parties.jsonl"), thirdPartySchema);
  const blocked = openJournal(join(folder, "blocked.jsonl"), z.object({ since: z.string() }));
  return {
    get: known.get,
    put: known.put,
    values: known.values,
    block: (identifier: string, since: string): void => blocked.put(identifier, { since }),
    unblock: blocked.remove,
    isBlocked: (identifier: string): boolean => blocked.get(identifier) !== undefined,
    blocked: (): string[] => [...blocked.entries()].map(([identifier]) => identifier),
    close() {
      known.close();
      blocked.close();
    },
  };
}
export type ThirdParties = ReturnType<typeof openThirdParties>;
