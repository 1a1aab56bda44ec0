import { Plural, Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { queries } from "../../../api/queries.ts";
import type { Answer } from "../../../api/routes.ts";
import { useProblem } from "../../../api/use-problem.ts";
import { useFormat } from "../../../format/use-format.ts";
import { Amount } from "../../../ui/amount.tsx";
import { Button } from "../../../ui/button.tsx";
import type { CategoryId } from "../../../ui/category-ids.ts";
import { Bone, Loading } from "../../../ui/skeleton.tsx";

export type RulePreview = Answer<"previewTransactionRule">;

/** After a category is chosen: for this transaction only, or for everything with its counterparty, with what that changes. */
export function ScopeChoice({
  transactionId,
  category,
  name,
  onOne,
  onAll,
  onLeave,
}: {
  transactionId: string;
  category: CategoryId;
  name: string;
  onOne: () => void;
  onAll: (preview: RulePreview) => void;
  onLeave: () => void;
}) {
  const format = useFormat();
  const problem = useProblem();
  const { data, error } = useQuery(queries.rulePreview(transactionId, category));
  return (
    <div
      role="group"
      aria-label={name}
      data-keeps-escape=""
      className="mt-3 flex flex-col gap-2"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        // Leaves the choice and not the transaction.
        event.stopPropagation();
        onLeave();
      }}
    >
      <p className="text-14">
        <Trans>Move to {name}:</Trans>
      </p>
      {/* The next step of what the person is doing, so the focus goes with them. */}
      <Button autoFocus onClick={onOne}>
        <Trans>Only this one</Trans>
      </Button>
      {data === undefined && error === null && (
        <Loading>
          <Bone className="h-14 w-full" />
        </Loading>
      )}
      {data !== undefined && data.counterpartyName !== null && (
        <Button className="flex-col !gap-0" onClick={() => onAll(data)}>
          <span className="break-words">
            <Trans>All from {data.counterpartyName}</Trans>
          </span>
          <span className="text-12 font-400 text-muted">
            {data.transactions === 0 ? (
              <Trans>From now on; nothing there is changes</Trans>
            ) : (
              <>
                <Plural
                  value={data.transactions}
                  one={`${format.count(data.transactions)} transaction`}
                  other={`${format.count(data.transactions)} transactions`}
                />
                {data.sums.map((sum) => (
                  <Fragment key={sum.currency}>
                    , <Amount value={sum} />
                  </Fragment>
                ))}
                , <Trans>and from now on</Trans>
              </>
            )}
          </span>
        </Button>
      )}
      {error !== null && <p className="text-12 text-muted">{problem(error).detail}</p>}
      <Button look="quiet" size="small" onClick={onLeave}>
        <Trans>Cancel</Trans>
      </Button>
    </div>
  );
}
