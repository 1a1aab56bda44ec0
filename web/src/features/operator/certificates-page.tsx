import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { FileKey, FilePlus, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Notice } from "../../ui/notice.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { ImportPkcs12Dialog } from "./import-pkcs12-dialog.tsx";
import { type Certificates, operatorQueries } from "./operator-api.ts";
import { OperatorHead } from "./operator-head.tsx";
import { isLive, OwnCertificateCard } from "./own-certificate-card.tsx";
import { RequestDialog } from "./request-dialog.tsx";
import { UsedCertificateCard } from "./used-certificate-card.tsx";

/** Operators: what proves who we are, where it is used, and until when. */
export function OperatorCertificatesPage() {
  const { t } = useLingui();
  const { data, error, isPending, refetch } = useQuery(operatorQueries.certificates());
  const [opened, setOpened] = useState<"request" | "pkcs12">();
  const close = (): void => setOpened(undefined);
  return (
    <>
      <OperatorHead
        title={t`Certificates`}
        lead={<Trans>What proves to banks who we are. Keys stay in the gateway; only public parts are shown.</Trans>}
        action={
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => setOpened("request")}>
              <FilePlus aria-hidden="true" size={16} strokeWidth={1.75} />
              <Trans>Request a certificate</Trans>
            </Button>
            <Button onClick={() => setOpened("pkcs12")}>
              <FileKey aria-hidden="true" size={16} strokeWidth={1.75} />
              <Trans>Import PKCS#12</Trans>
            </Button>
          </div>
        }
      />
      {isPending && (
        <Loading className="space-y-4">
          <Bone className="h-44 w-full rounded-12" />
          <Bone className="h-44 w-full rounded-12" />
        </Loading>
      )}
      {error !== null && data === undefined && <ProblemPanel error={error} onRetry={() => void refetch()} />}
      {data !== undefined && <Lists data={data} />}
      {opened === "request" && <RequestDialog enrolment={data?.enrolment ?? false} onClose={close} />}
      {opened === "pkcs12" && <ImportPkcs12Dialog onClose={close} />}
    </>
  );
}

function Lists({ data }: { data: Certificates }) {
  const { certificates, own, missing } = data;
  const ended = certificates.filter(({ status }) => status === "superseded" || status === "expired");
  const current = certificates
    .filter((one) => !ended.includes(one))
    .toSorted((one, other) => one.status.localeCompare(other.status) || one.daysLeft - other.daysLeft);
  const live = own.filter(isLive);
  const retired = own.filter((one) => !live.includes(one));
  return (
    <>
      {missing.length > 0 && (
        <Notice tone="warning" className="mb-6" title={<Trans>Some of this page cannot be shown right now</Trans>}>
          {missing.includes("own") ? <Trans>Certificates of our own are missing here.</Trans> : <Trans>Certificates in use at banks are missing here.</Trans>}
        </Notice>
      )}
      {certificates.length === 0 && own.length === 0 && missing.length === 0 && (
        <EmptyState icon={ShieldCheck} title={<Trans>No certificate yet</Trans>}>
          <Trans>They appear here with the first registration, or when you request or import one.</Trans>
        </EmptyState>
      )}
      {live.length > 0 && (
        <section aria-labelledby="own-certificates" className="mb-10">
          <h2 id="own-certificates" tabIndex={-1} className="mb-4 text-20 font-600">
            <Trans>Our own, from trust service providers</Trans>
          </h2>
          <div className="space-y-4">
            {live.map((certificate) => (
              <OwnCertificateCard key={certificate.certificateId} certificate={certificate} />
            ))}
          </div>
        </section>
      )}
      {current.length > 0 && (
        <section aria-labelledby="used-certificates" className="mb-10">
          <h2 id="used-certificates" className="mb-4 text-20 font-600">
            <Trans>From banks</Trans>
          </h2>
          <div className="space-y-4">
            {current.map((certificate) => (
              <UsedCertificateCard key={certificate.certificateId} certificate={certificate} />
            ))}
          </div>
        </section>
      )}
      {ended.length + retired.length > 0 && (
        <details>
          <summary className="flex min-h-12 items-center rounded-8 text-14 text-muted hover:text-ink">
            <Trans>No longer in use</Trans>
          </summary>
          <div className="space-y-4 pt-2">
            {retired.map((certificate) => (
              <OwnCertificateCard key={certificate.certificateId} certificate={certificate} />
            ))}
            {ended.map((certificate) => (
              <UsedCertificateCard key={certificate.certificateId} certificate={certificate} />
            ))}
          </div>
        </details>
      )}
    </>
  );
}
