import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, FileCheck2 } from "lucide-react";
import { useState } from "react";
import { queries } from "../../../api/queries.ts";
import { useProblem } from "../../../api/use-problem.ts";
import { useFormat } from "../../../format/use-format.ts";
import { cx } from "../../../ui/classes.ts";
import { Bone, Loading } from "../../../ui/skeleton.tsx";
import { indentJson } from "./json-text.ts";

/** The message this row came from, exactly as the bank sent it. Loaded only when asked for. */
export function Proof({ transactionId }: { transactionId: string }) {
  const [open, setOpen] = useState(false);
  return (
    <section className="px-5 py-3">
      <h3>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex min-h-10 w-full items-center gap-3 rounded-8 text-left text-14 font-500"
        >
          <FileCheck2 aria-hidden="true" size={20} strokeWidth={1.75} className="text-muted" />
          <span className="flex-1">
            <Trans>Proof: as received from the bank</Trans>
          </span>
          <ChevronDown aria-hidden="true" size={16} strokeWidth={1.75} className={cx("text-muted transition-transform", open && "rotate-180")} />
        </button>
      </h3>
      {open && <ProofContent transactionId={transactionId} />}
    </section>
  );
}

function ProofContent({ transactionId }: { transactionId: string }) {
  const { t } = useLingui();
  const format = useFormat();
  const problem = useProblem();
  const { data, error } = useQuery(queries.proof(transactionId));
  if (error !== null) return <p className="pb-3 text-14 text-muted">{problem(error).detail}</p>;
  if (data === undefined) {
    return (
      <Loading className="space-y-2 pb-3">
        <Bone className="h-4 w-full" />
        <Bone className="h-32 w-full" />
      </Loading>
    );
  }
  const { aspspName } = data;
  const received = format.instant(data.receivedAt);
  return (
    <div className="pb-3">
      <p className="text-14 text-muted">
        <Trans>
          As received from {aspspName} on {received}. Only line breaks were added.
        </Trans>
      </p>
      <pre
        tabIndex={0}
        aria-label={t`The bank’s message`}
        className="private mt-3 max-h-80 overflow-auto rounded-8 bg-sunken p-3 font-mono text-12 leading-5 whitespace-pre-wrap break-words"
      >
        {indentJson(data.content)}
      </pre>
      <dl className="mt-3 space-y-2 text-12 text-muted">
        <div>
          <dt className="font-500">
            <Trans>Fingerprint of the message (SHA-256)</Trans>
          </dt>
          <dd className="font-mono break-all">{data.hash}</dd>
        </div>
        <div>
          <dt className="font-500">
            <Trans>Place in the message</Trans>
          </dt>
          <dd className="font-mono break-all">{data.pointer}</dd>
        </div>
        {data.interactionId !== null && (
          <div>
            <dt className="font-500">
              <Trans>Request</Trans>
            </dt>
            <dd className="font-mono break-all">{data.interactionId}</dd>
          </div>
        )}
      </dl>
    </div>
  );
}
