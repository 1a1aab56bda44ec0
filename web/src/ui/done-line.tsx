import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";

/** What was done last, and how to undo it: until something else is done. */
export interface Done<Undo> {
  readonly sentence: ReactNode;
  readonly undo?: Undo;
}

/** Tells it, also to who listens. It stands there empty, since only then what comes into it is heard. */
export function DoneLine<Undo>({ done, busy, onUndo }: { done: Done<Undo> | undefined; busy: boolean; onUndo: (undo: Undo) => void }) {
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-3 text-14 not-empty:mt-2">
      {done !== undefined && <span>{done.sentence}</span>}
      {done?.undo !== undefined && (
        <Button size="small" look="quiet" busy={busy} onClick={() => done.undo !== undefined && onUndo(done.undo)}>
          <Trans>Undo</Trans>
        </Button>
      )}
    </div>
  );
}
