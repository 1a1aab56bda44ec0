import type { AspspProfile, OAuthProfile } from "../../adapters/bank-adapter.ts";
import type { ServerMetadata } from "./metadata.ts";

export interface MetadataToJudge {
  readonly metadata: ServerMetadata;
  readonly oauth: OAuthProfile;
  readonly profile: Pick<AspspProfile, "origins" | "signingAlgorithms">;
}

/** One reason not to believe a server's metadata. */
export interface DiscoveryRule {
  /** Stable; in the quarantine of the bank and in the security log. */
  readonly reason: string;
  /** Rows of the acceptance table it answers. */
  readonly rows: readonly string[];
  readonly refuses: (judged: MetadataToJudge) => boolean;
}

/** Whether two lists have nothing in common; a list that is not there has nothing. */
export function apart(wanted: readonly string[], offered: readonly string[] | undefined): boolean {
  return !wanted.some((each) => offered?.includes(each) === true);
}
