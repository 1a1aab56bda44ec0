import type { OAuthProfile } from "../../adapters/bank-adapter.ts";
import type { BankConsent } from "../../db/consent-store.ts";

/** What the person brought back from the bank, as far as consent has not judged it already. */
export interface AuthorizationReturn {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** Null where the answer is signed: then it is in there. */
  readonly code: string | null;
  readonly idToken: string | null;
  readonly issuer: string | null;
  /** The signed answer (JARM). */
  readonly response?: string | null | undefined;
}

export interface ReturnToJudge {
  readonly oauth: OAuthProfile;
  readonly consent: Pick<BankConsent, "redirectUri" | "stateHash" | "nonceHash">;
  readonly returned: AuthorizationReturn;
}

/** One reason to refuse a return before anything of it is sent to the bank. */
export interface ReturnRule {
  /** Rows of the acceptance table it answers. */
  readonly rows: readonly string[];
  readonly refuses: (judged: ReturnToJudge) => boolean;
}
