import { useLingui } from "@lingui/react/macro";
import { isApiError } from "./api-error.ts";

export interface ProblemWords {
  /** What happened. */
  readonly title: string;
  /** What it means, and what a person can do. */
  readonly detail: string;
}

/** An error in a person's words: what happened, what it means for their money, what they can do. */
export function useProblem(): (error: unknown) => ProblemWords {
  const { t } = useLingui();
  return (error) => {
    if (!isApiError(error)) {
      return { title: t`Something went wrong on this page`, detail: t`Nothing happened to your money or your data. Try again, or reload the page.` };
    }
    if (error.status === 0) {
      return { title: t`You seem to be offline`, detail: t`Nothing happened to your money. We try again as soon as you are connected.` };
    }
    if (error.status === 429) {
      return { title: t`Too many tries`, detail: t`Wait a moment before you try again. Nothing happened to your money.` };
    }
    if (error.code === "ERR_RECENT_SIGN_IN_NEEDED") {
      return { title: t`This was not done`, detail: t`It needs you to confirm that it is you.` };
    }
    if (error.status === 404) {
      return { title: t`This is not here`, detail: t`It may have been erased, or the link is wrong.` };
    }
    if (error.status === 401) {
      return { title: t`You are signed out`, detail: t`Sign in again to go on.` };
    }
    if (error.code === "ERR_DOWNLOAD_BROKE_OFF") {
      return { title: t`The download broke off`, detail: t`No half file was kept. Start it again.` };
    }
    if (error.unreachable) {
      return {
        title: t`This cannot be shown right now`,
        detail: t`A part of the service does not answer. Your money and your data are safe. Try again in a minute.`,
      };
    }
    return { title: t`This did not work`, detail: t`Nothing happened to your money. Try again in a minute.` };
  };
}
