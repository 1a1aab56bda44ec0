import type { AuthorisationResponse } from "../authorisation-response.ts";
import type { ReceivedAuthorisation } from "../authorisation.ts";

export interface ReturnToCheck {
  readonly response: AuthorisationResponse;
  readonly attempt: ReceivedAuthorisation;
  /** The bank whose redirect URI the answer arrived at. */
  readonly redirectContext: string;
  readonly now: Temporal.Instant;
}

/** One reason to refuse a return. The attempt is used up by a refusal: nobody else could have brought this state. */
export interface ReturnRule {
  /** The stable reason of the failed outcome. */
  readonly reason: `ERR_${string}`;
  /** Rows of the acceptance table it answers. */
  readonly rows: readonly string[];
  readonly refuses: (returned: ReturnToCheck) => boolean;
}
