import { Trans } from "@lingui/react/macro";
import { Fragment } from "react";
import { Amount } from "../../ui/amount.tsx";
import type { Order } from "./payments-api.ts";

/** How much of an order was paid, and of how much. */
export function PaidOf({ order: { paid, totals } }: { order: Pick<Order, "paid" | "totals"> }) {
  return (
    <Trans>
      <Sum amounts={paid} /> of <Sum amounts={totals} />
    </Trans>
  );
}

function Sum({ amounts }: { amounts: Order["totals"] }) {
  return amounts.map((amount, index) => (
    <Fragment key={amount.currency}>
      {index > 0 && " + "}
      <Amount value={amount} />
    </Fragment>
  ));
}
