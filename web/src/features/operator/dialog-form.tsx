import { Trans } from "@lingui/react/macro";
import type { FormEvent, ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import { OperatorProblem } from "./operator-problem.tsx";

/** A form in a window. Why it was refused, and the buttons, stay in view however long it is, where the window is high enough. */
export function DialogForm({
  onSubmit,
  onClose,
  yes,
  sending: { error, isPending },
  children,
}: {
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  onClose: () => void;
  yes: ReactNode;
  sending: { readonly error: unknown; readonly isPending: boolean };
  children: ReactNode;
}) {
  return (
    <form onSubmit={onSubmit} autoComplete="off" className="space-y-4 px-4 pt-5 sm:px-6 [&_:is(input,textarea)]:scroll-mb-40">
      {children}
      <div className="bottom-0 -mx-4 space-y-3 border-t bg-raised px-4 pb-6 pt-3 sm:-mx-6 sm:px-6 [@media(min-height:40rem)]:sticky">
        {error !== null && (
          <div ref={(shown) => shown?.scrollIntoView({ block: "nearest" })}>
            <OperatorProblem error={error} />
          </div>
        )}
        <div className="flex flex-wrap justify-end gap-3">
          <Button look="quiet" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" look="primary" busy={isPending}>
            {yes}
          </Button>
        </div>
      </div>
    </form>
  );
}
