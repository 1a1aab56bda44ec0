import { createHash } from "node:crypto";
import type { Logger } from "@opl/telemetry";
import { sharedAnswer } from "./shared-answer.ts";
import type { TppRegistryClient } from "./tpp-registry.ts";

/** Our public key set as it is sent. */
export interface KeySet {
  readonly body: string;
  readonly etag: string;
}

/** The key set of the TPP, for banks that check our signatures. The same for everybody; without the registry the last one that was known. */
export interface PublishedKeySet {
  read(): Promise<KeySet>;
}

/** However many ask, the registry is asked so seldom; a new key is signed with ten minutes later at the earliest. */
const heldForMs = 10_000;
const timeoutMs = 3_000;

export function publishedKeySet(client: TppRegistryClient, logger: Logger, heldMs: number = heldForMs): PublishedKeySet {
  const log = logger.child({ subsystem: "key-set" });
  let lastGood: KeySet | undefined;
  const ask = async (): Promise<KeySet> => {
    try {
      const { keys } = await client.readJwks({ timeoutMs });
      const body = JSON.stringify({ keys });
      return (lastGood = { body, etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"` });
    } catch (error) {
      if (lastGood === undefined) throw error;
      log.warn({ err: error }, "the registry does not tell our public keys; they are as last seen");
      return lastGood;
    }
  };
  return sharedAnswer(ask, heldMs);
}
