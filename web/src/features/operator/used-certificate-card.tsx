import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { Badge } from "../../ui/badge.tsx";
import { CertificateFacts, Problems, purposeNames } from "./certificate-facts.tsx";
import { DaysLeft } from "./days-left.tsx";
import type { KnownCertificate } from "./operator-api.ts";

/** A certificate that serves, served or waits to serve at banks. */
export function UsedCertificateCard({ certificate }: { certificate: KnownCertificate }) {
  const { i18n } = useLingui();
  const { usedAt, status } = certificate;
  return (
    <article className="rounded-12 border bg-surface p-4 sm:p-6" data-certificate={certificate.certificateId}>
      <header className="mb-4 flex flex-wrap items-center gap-2">
        <h3 className="mr-2 text-16 font-600">{i18n._(purposeNames[certificate.purpose])}</h3>
        {status === "superseded" || status === "expired" ? null : <DaysLeft days={certificate.daysLeft} end={certificate.notAfter} />}
        <CertificateStatus status={status} />
      </header>
      <CertificateFacts issued={certificate} usedAt={usedAt} />
      <Problems problems={certificate.problems} />
    </article>
  );
}

const statusNames: Record<KnownCertificate["status"], MessageDescriptor> = {
  active: msg`In use`,
  spare: msg`Spare`,
  superseded: msg`Replaced`,
  expired: msg`Ran out`,
};

/** What a certificate is to banks now. */
export function CertificateStatus({ status }: { status: KnownCertificate["status"] }) {
  const { i18n } = useLingui();
  return <Badge>{i18n._(statusNames[status])}</Badge>;
}
