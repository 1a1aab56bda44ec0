import type { JsonObject } from "@opl/fapi";
import type { OAuthProfile } from "../../adapters/bank-adapter.ts";
import type { GrantedTokens } from "../token-endpoint.ts";

export interface TokensToJudge {
  readonly oauth: Pick<OAuthProfile, "senderConstraint">;
  readonly granted: GrantedTokens;
  /** What may be granted at the most. */
  readonly askedScope: readonly string[];
  readonly idTokenRequired: boolean;
  /** What the access token says of itself, where it can be read (RFC 9068). */
  readonly claims: JsonObject | undefined;
  readonly certificateThumbprint: string;
  readonly proofThumbprint: string | undefined;
}

/** One reason not to use tokens that were granted. */
export interface TokenRule {
  /** Rows of the acceptance table it answers. */
  readonly rows: readonly string[];
  /** Somebody should look at the bank: it does what no bank may. */
  readonly alarm?: true;
  readonly refuses: (judged: TokensToJudge) => boolean;
}
