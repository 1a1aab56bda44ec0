import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useFormat } from "../../format/use-format.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Field } from "../../ui/field.tsx";
import { BankMark } from "../../ui/mark.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { directoryTerms } from "./directory-terms.ts";
import { askAsOperator, type FoundBank, operatorQueries } from "./operator-api.ts";
import { schemeNames } from "./registration-words.ts";

const capabilityNames: Record<FoundBank["capabilities"][number], MessageDescriptor> = {
  registration: msg`Registration`,
  consents: msg`Permissions of people`,
  accounts: msg`Accounts`,
  balances: msg`Balances`,
  transactions: msg`Transactions`,
  cards: msg`Cards`,
  payments: msg`Payments`,
  funds: msg`Confirmation of funds`,
};

/** Every bank there is an adapter for, by part of its name, country and BIC. */
export function DirectorySearch() {
  const { t } = useLingui();
  const [typed, setTyped] = useState({ name: "", country: "", bic: "" });
  const { terms, mistakes } = directoryTerms(useDeferredValue(typed));
  const { data, error, isPending, refetch } = useQuery(operatorQueries.directory(terms));
  const found = data?.aspsps ?? [];
  const type = (name: keyof typeof typed) => (event: { target: { value: string } }) => setTyped({ ...typed, [name]: event.target.value });
  return (
    <SectionCard title={<Trans>Directory of banks</Trans>} description={<Trans>What each bank can do comes from its adapter.</Trans>} className="mt-8 pb-2">
      <form
        role="search"
        aria-label={t`Directory of banks`}
        onSubmit={(event) => event.preventDefault()}
        className="grid gap-3 px-4 pt-4 sm:grid-cols-[2fr_1fr_1fr] sm:px-6"
      >
        <Field label={t`Part of the name`} type="search" maxLength={100} autoComplete="off" spellCheck={false} value={typed.name} onChange={type("name")} />
        <Field
          label={t`Country`}
          placeholder="FI"
          maxLength={2}
          autoComplete="off"
          spellCheck={false}
          value={typed.country}
          onChange={type("country")}
          error={mistakes.country ? t`Two letters, as FI` : undefined}
        />
        <Field
          label={t`BIC`}
          placeholder="OKOYFIHH"
          maxLength={11}
          autoComplete="off"
          spellCheck={false}
          value={typed.bic}
          onChange={type("bic")}
          error={mistakes.bic ? t`8 or 11 letters and digits` : undefined}
        />
      </form>
      {isPending && (
        <Loading className="space-y-2 p-4 sm:px-6">
          <Bone className="h-14 w-full" />
          <Bone className="h-14 w-full" />
        </Loading>
      )}
      {error !== null && data === undefined && <ProblemPanel error={error} onRetry={() => void refetch()} />}
      {data !== undefined && (
        <p role="status" className="px-4 pt-3 text-12 text-muted sm:px-6">
          <Plural value={found.length} one="# bank" other="# banks" />
        </p>
      )}
      {data !== undefined && found.length === 0 && (
        <EmptyState icon={Search} title={<Trans>No bank fits</Trans>}>
          <Trans>Take away a filter, or write an adapter: CONTRIBUTING.md says how.</Trans>
        </EmptyState>
      )}
      {found.length > 0 && (
        <ul aria-label={t`Banks found`} className="mt-1 divide-y">
          {found.map((bank) => (
            <FoundRow key={bank.aspspId} bank={bank} />
          ))}
        </ul>
      )}
    </SectionCard>
  );
}

function FoundRow({ bank }: { bank: FoundBank }) {
  const { t, i18n } = useLingui();
  const { locale } = useFormat();
  const [asking, setAsking] = useState(false);
  const countries = new Intl.DisplayNames(locale, { type: "region" });
  const { name, aspspId } = bank;
  const status = bank.registration?.status;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 sm:px-6">
      <BankMark name={name} />
      <div className="min-w-0 flex-1 basis-48">
        <p className="text-14 font-500 break-words">{name}</p>
        <p className="mt-0.5 text-12 text-muted break-words">
          {[bank.bic, bank.countries.map((code) => countries.of(code) ?? code).join(", "), bank.environment === "sandbox" ? t`Sandbox` : null]
            .filter((text) => text !== null)
            .join(" · ")}
        </p>
        <p className="mt-0.5 text-12 text-muted break-words">
          <span className="sr-only">
            <Trans>Can do:</Trans>{" "}
          </span>
          {bank.capabilities.map((capability) => i18n._(capabilityNames[capability])).join(" · ")}
        </p>
      </div>
      {bank.registrationScheme !== null && <Badge>{i18n._(schemeNames[bank.registrationScheme])}</Badge>}
      {bank.registered ? (
        <Badge tone="positive">
          <Trans>Registered</Trans>
        </Badge>
      ) : status === "running" ? (
        <Badge tone="accent">
          <Trans>Registering</Trans>
        </Badge>
      ) : bank.registrationScheme === null ? (
        <Badge>
          <Trans>Takes no registrations</Trans>
        </Badge>
      ) : (
        <Button size="small" onClick={() => setAsking(true)}>
          <Trans>Register</Trans>
        </Button>
      )}
      {asking && (
        <ConfirmDialog
          title={t`Register at ${name}?`}
          yes={<Trans>Register</Trans>}
          onClose={() => setAsking(false)}
          onYes={() => askAsOperator("startOperatorRegistration", { body: { aspspId } })}
        >
          <Trans>Certificates, statement and request are made and sent to the bank, step by step. You can watch it above.</Trans>
        </ConfirmDialog>
      )}
    </li>
  );
}
