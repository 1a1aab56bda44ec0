import { Trans, useLingui } from "@lingui/react/macro";
import { Copy, Download, FileUp } from "lucide-react";
import { useState } from "react";
import { useFormat } from "../../format/use-format.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { CertificateFacts, Problems, purposeNames } from "./certificate-facts.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { DaysLeft } from "./days-left.tsx";
import { ImportChainDialog } from "./import-chain-dialog.tsx";
import { askAsOperator, type OwnCertificate } from "./operator-api.ts";
import { saveAsFile } from "../../ui/save-as-file.ts";
import { CertificateStatus } from "./used-certificate-card.tsx";

/** Awaited, ready, or given up and still in use: what an operator has to think of. */
export function isLive({ status, use }: OwnCertificate): boolean {
  return status !== "retired" || use?.status === "active";
}

/** A certificate of our own: awaited, ready or retired. */
export function OwnCertificateCard({ certificate }: { certificate: OwnCertificate }) {
  const { t, i18n } = useLingui();
  const format = useFormat();
  const [opened, setOpened] = useState<"chain" | "retire">();
  const { certificateId, issued, status, csrPem, purpose, use } = certificate;
  const close = (): void => setOpened(undefined);
  return (
    <article className="rounded-12 border bg-surface p-4 sm:p-6" data-own-certificate={certificateId}>
      <header className="mb-4 flex flex-wrap items-center gap-2">
        <h3 className="mr-2 text-16 font-600">{i18n._(purposeNames[purpose])}</h3>
        {issued !== null && use !== null && isLive(certificate) && <DaysLeft days={use.daysLeft} end={issued.notAfter} />}
        {status === "requested" && (
          <Badge tone="accent">
            <Trans>Certificate awaited</Trans>
          </Badge>
        )}
        {status === "ready" && use?.status !== "active" && use?.status !== "expired" && (
          <Badge>
            <Trans>Ready</Trans>
          </Badge>
        )}
        {use?.status === "active" && <CertificateStatus status="active" />}
        {status === "retired" && (
          <Badge>
            <Trans>Retired</Trans>
          </Badge>
        )}
      </header>
      {issued === null ? (
        <p className="text-14 text-muted">
          <Trans>Requested on {format.instantDay(certificate.createdAt)}. Give the request to the provider, then import what it issues.</Trans>
        </p>
      ) : (
        <>
          <CertificateFacts issued={issued} usedAt={use?.usedAt} />
          <Problems problems={issued.problems} />
        </>
      )}
      {status !== "retired" && (
        <div className="mt-5 flex flex-wrap gap-2">
          {status === "requested" && csrPem !== null && <RequestFile pem={csrPem} name={`${purpose}-${certificateId}.csr`} />}
          {status === "requested" && (
            <Button size="small" look="primary" onClick={() => setOpened("chain")}>
              <FileUp aria-hidden="true" size={16} strokeWidth={1.75} />
              <Trans>Import the certificate</Trans>
            </Button>
          )}
          <Button size="small" look="danger" onClick={() => setOpened("retire")}>
            <Trans>Retire</Trans>
          </Button>
        </div>
      )}
      {opened === "chain" && <ImportChainDialog certificateId={certificateId} onClose={close} />}
      {opened === "retire" && (
        <ConfirmDialog
          danger
          title={t`Retire this certificate?`}
          yes={<Trans>Retire</Trans>}
          onClose={close}
          onYes={() => askAsOperator("retireOwnCertificate", { params: { certificateId } })}
        >
          <Trans>No new registration uses it. Registrations that use it now go on, and its public key stays published for a while.</Trans>
        </ConfirmDialog>
      )}
    </article>
  );
}

/** The certificate request as text to take along; it holds nothing secret. */
export function RequestFile({ pem, name }: { pem: string; name: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => void navigator.clipboard.writeText(pem).then(() => setCopied(true))}>
        <Copy aria-hidden="true" size={16} strokeWidth={1.75} />
        {copied ? <Trans>Copied</Trans> : <Trans>Copy the request</Trans>}
      </Button>
      <Button size="small" onClick={() => saveAsFile(name, pem, "application/pkcs10")}>
        <Download aria-hidden="true" size={16} strokeWidth={1.75} />
        <Trans>Download the request</Trans>
      </Button>
      <span role="status" className="sr-only">
        {copied && <Trans>Copied</Trans>}
      </span>
    </>
  );
}
