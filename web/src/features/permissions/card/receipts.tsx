import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import type { queries, Receipts as ReceiptsOf } from "../../../api/queries.ts";
import { useProblem } from "../../../api/use-problem.ts";
import { useFormat } from "../../../format/use-format.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { saveAsFile } from "../../../ui/save-as-file.ts";
import { Bone, Loading } from "../../../ui/skeleton.tsx";

type Receipt = ReceiptsOf["receipts"][number];

interface About {
  readonly bank: string;
  readonly fileName: string;
  readonly query: ReturnType<typeof queries.receipts>;
}

/** Signed documents of what was allowed and how it ended, to keep and to show without us. Asked for when somebody looks. */
export function Receipts(about: About) {
  const [open, setOpen] = useState(false);
  return (
    <details className="group border-t" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="flex min-h-12 items-center rounded-12 px-4 text-14 text-muted -outline-offset-2 hover:text-ink sm:px-6">
        <Trans>Receipts</Trans>
      </summary>
      <div className="px-4 pb-5 sm:px-6">{open && <ReceiptList {...about} />}</div>
    </details>
  );
}

function ReceiptList({ bank, fileName, query }: About) {
  const format = useFormat();
  const problem = useProblem();
  const words = useReceiptWords();
  const { data, error } = useQuery(query);
  if (error !== null && data === undefined) {
    return (
      <Notice tone="danger" live title={problem(error).title}>
        {problem(error).detail}
      </Notice>
    );
  }
  if (data === undefined) {
    return (
      <Loading>
        <Bone className="h-12 w-full rounded-8" />
      </Loading>
    );
  }
  const { receipts, keys } = data;
  const signed = receipts.flatMap(({ jws }) => (jws === null ? [] : [jws]));
  const save = () => saveAsFile(fileName, JSON.stringify({ receipts: signed, keys }, null, 2), "application/json");
  return (
    <>
      <p className="max-w-2xl text-14 text-muted">
        <Trans>Signed documents of what you allowed and how it ended. Keep them: anybody can check them without us.</Trans>
      </p>
      {receipts.length > 0 && (
        <ol className="mt-3 divide-y rounded-8 border">
          {receipts.map((receipt) => (
            <li key={receipt.receiptId} className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-14">
              <span className="min-w-0 flex-1 basis-40">{words(receipt, bank)}</span>
              {receipt.jws === null && (
                <Badge>
                  <Trans>Being signed</Trans>
                </Badge>
              )}
              <time dateTime={receipt.at} className="shrink-0 text-12 text-muted tabular">
                {format.instant(receipt.at)}
              </time>
            </li>
          ))}
        </ol>
      )}
      {signed.length === 0 ? (
        <p className="mt-3 text-14 text-muted">{receipts.length === 0 ? <Trans>None</Trans> : <Trans>The first is ready in less than a minute.</Trans>}</p>
      ) : (
        <Button size="small" className="mt-3" onClick={save}>
          <Download aria-hidden="true" size={16} strokeWidth={1.75} />
          <Trans>Download receipts</Trans>
        </Button>
      )}
    </>
  );
}

function useReceiptWords(): (receipt: Receipt, bank: string) => string {
  const { t } = useLingui();
  return ({ happened }, bank) => {
    switch (happened) {
      case "granted":
        return t`You gave the permission at ${bank}`;
      case "renewed":
        return t`You renewed the permission at ${bank}`;
      case "reconfirmed":
        return t`You confirmed that reading may go on`;
      case "withdrawn":
        return t`You withdrew the permission`;
      case "ended-by-us":
        return t`We ended the permission`;
      case "ended-at-bank":
        return t`${bank} no longer accepts the permission`;
      case "expired":
        return t`The permission ran out`;
      case "replaced":
        return t`A renewed permission took its place`;
    }
  };
}
