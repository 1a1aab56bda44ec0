import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ask } from "../api/client.ts";
import type { FundsPermission } from "../api/queries.ts";
import { useProblem } from "../api/use-problem.ts";
import { Button } from "./button.tsx";
import { leaveForBank } from "./leave-for-bank.ts";
import { Notice } from "./notice.tsx";

/** To the bank, to allow asking about the same account anew: in the place of a permission that stands, or after one that ended. */
export function AllowFundsAgain({ permission: { aspspId, fundsConsentId }, children }: { permission: FundsPermission; children: ReactNode }) {
  const problem = useProblem();
  const begin = useMutation({
    mutationFn: () => ask("startFundsPermission", { body: { aspspId, accountId: null, renews: fundsConsentId } }),
    onSuccess: ({ redirectUrl }) => leaveForBank(redirectUrl),
  });
  return (
    <>
      <Button size="small" busy={begin.isPending || begin.isSuccess} onClick={() => begin.mutate()}>
        {children}
      </Button>
      {begin.isError && (
        <Notice tone="danger" live className="basis-full" title={problem(begin.error).title}>
          {problem(begin.error).detail}
        </Notice>
      )}
    </>
  );
}
