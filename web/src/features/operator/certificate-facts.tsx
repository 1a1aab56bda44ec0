import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { useFormat } from "../../format/use-format.ts";
import { Notice } from "../../ui/notice.tsx";
import type { KnownCertificate, OwnCertificate } from "./operator-api.ts";
import { problemWords } from "./problem-words.ts";

type Issued = NonNullable<OwnCertificate["issued"]>;

/** What each of the two certificates does for us. */
export const purposeNames: Record<KnownCertificate["purpose"], MessageDescriptor> = {
  qwac: msg`QWAC: proves who calls`,
  qsealc: msg`QSealC: signs what we send`,
};

const roleNames: Record<string, MessageDescriptor> = {
  PSP_AI: msg`account information`,
  PSP_PI: msg`payment initiation`,
  PSP_IC: msg`card-based payments`,
  PSP_AS: msg`account servicing`,
};

/** What a certificate says of us. */
export function CertificateFacts({
  issued,
  usedAt,
}: {
  issued: Omit<Issued, "problems" | "algorithm"> & { readonly algorithm: string };
  usedAt: KnownCertificate["usedAt"] | undefined;
}) {
  const { i18n } = useLingui();
  const format = useFormat();
  const banks = usedAt === undefined ? undefined : [...new Set(usedAt.map(({ aspspName }) => aspspName))];
  return (
    <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-2 lg:grid-cols-3">
      <Fact name={<Trans>Organisation id</Trans>}>{issued.organizationIdentifier ?? "–"}</Fact>
      <Fact name={<Trans>Authority</Trans>}>{issued.authorityId ?? "–"}</Fact>
      <Fact name={<Trans>Roles</Trans>}>
        {issued.roles.length === 0
          ? "–"
          : issued.roles
              .map((role) => {
                const name = roleNames[role];
                return name === undefined ? role : `${role} (${i18n._(name)})`;
              })
              .join(", ")}
      </Fact>
      <Fact name={<Trans>Valid</Trans>}>
        <span className="tabular">
          {format.instantDay(issued.notBefore)} – {format.instantDay(issued.notAfter)}
        </span>
      </Fact>
      <Fact name={<Trans>Issued by</Trans>}>{issued.issuer}</Fact>
      {banks !== undefined && <Fact name={<Trans>Used at</Trans>}>{banks.length === 0 ? <Trans>Nowhere yet</Trans> : banks.join(", ")}</Fact>}
      <Fact name={<Trans>Key id</Trans>}>
        <span className="font-mono text-12">{issued.kid}</span> ({issued.algorithm})
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-12 text-muted">{name}</dt>
      <dd className="mt-0.5 text-14 break-words">{children}</dd>
    </div>
  );
}

/** What is wrong with a certificate: in the words of who looked where those are the reader's language, which name names, or by its reason. */
export function Problems({ problems }: { problems: Issued["problems"] }) {
  const { i18n } = useLingui();
  return problems.map(({ reason, message, refused }) => {
    const words = i18n.locale === "en" ? undefined : problemWords[reason];
    return (
      <Notice
        key={message}
        tone={refused ? "danger" : "warning"}
        className="mt-4"
        title={words === undefined ? <span lang="en">{message}</span> : i18n._(words)}
      >
        {refused ? <Trans>It must not be used as it is.</Trans> : <Trans>It can be used, but should be replaced.</Trans>}
      </Notice>
    );
  });
}
