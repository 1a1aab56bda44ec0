import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Plus, Trash2 } from "lucide-react";
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { isApiError } from "../../api/api-error.ts";
import { useProblem } from "../../api/use-problem.ts";
import { addDays } from "../../format/dates.ts";
import { Button, IconButton, LinkButton } from "../../ui/button.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Field, inputClass } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHead } from "../../ui/page.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { Send } from "lucide-react";
import { useFormat } from "../../format/use-format.ts";
import {
  accountMistake,
  accountMistakeSoFar,
  type Draft,
  type DraftField,
  type DraftFinding,
  type DraftItem,
  emptyItem,
  findMistakes,
  orderOf,
  wantsAddress,
} from "./draft.ts";
import { mistakeWords } from "./mistake-words.ts";
import { grouped } from "./payee.tsx";
import { askToPay, type Choices, type NewOrder, paymentQueries } from "./payments-api.ts";

/** More payees in one approval than this no bank's page shows well. */
const mostItems = 20;

/**
 * From, to, amount, reference or message, when. The order has its id from the moment the page opens, and the address holds it: pressing
 * twice, a reload or a second tab are the same order.
 */
export function NewPaymentPage() {
  const { t } = useLingui();
  const { id: order } = useSearch({ from: "/signed-in/payments/$order" });
  const navigate = useNavigate();
  const { data, error, isPending, refetch } = useQuery(paymentQueries.choices());
  useEffect(() => {
    if (order === undefined) void navigate({ to: "/payments/$order", params: { order: "new" }, search: { id: crypto.randomUUID() }, replace: true });
  }, [order, navigate]);
  return (
    <div className="mx-auto max-w-2xl">
      <PageHead
        title={t`New payment`}
        lead={<Trans>You see it all once more before you leave for your bank. Nothing moves before you approve it there.</Trans>}
      />
      {(isPending || order === undefined) && (
        <Loading className="space-y-6">
          <Bone className="h-24 w-full rounded-12" />
          <Bone className="h-72 w-full rounded-12" />
        </Loading>
      )}
      {error !== null && data === undefined && <ProblemPanel error={error} onRetry={() => void refetch()} />}
      {data !== undefined && order !== undefined && (data.banks.length === 0 ? <NoBank /> : <PaymentForm key={order} paymentOrderId={order} choices={data} />)}
    </div>
  );
}

function NoBank() {
  return (
    <EmptyState
      icon={Send}
      title={<Trans>No bank to pay from yet</Trans>}
      action={
        <LinkButton look="primary" to="/connect">
          <Trans>Connect a bank</Trans>
        </LinkButton>
      }
    >
      <Trans>None of the banks here lets us start payments yet.</Trans>
    </EmptyState>
  );
}

function PaymentForm({ paymentOrderId, choices }: { paymentOrderId: string; choices: Choices }) {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState<Draft>(() => ({
    from: firstChoice(choices),
    scheme: "sepa",
    items: [emptyItem(crypto.randomUUID())],
    when: "now",
    firstDate: addDays(choices.today, 1),
    every: "month",
    count: "12",
    chargeBearer: "shared",
    speed: "normal",
  }));
  const [findings, setFindings] = useState<readonly DraftFinding[]>([]);
  const keep = useMutation({
    mutationFn: (body: NewOrder) => askToPay("putPaymentOrderView", { params: { paymentOrderId }, body }),
    onSuccess: async (order) => {
      queryClient.setQueryData(paymentQueries.order(paymentOrderId).queryKey, order);
      await navigate({ to: "/payments/$order", params: { order: paymentOrderId }, search: {}, replace: true });
    },
  });
  /** A mistake goes away as soon as its field is touched. */
  const change = (part: Partial<Draft>, field: DraftField): void => {
    setDraft((before) => ({ ...before, ...part }));
    setFindings((before) => before.filter((finding) => finding.item !== null || finding.field !== field));
  };
  const changeItem = (index: number, part: Partial<DraftItem>): void => {
    setDraft((before) => ({ ...before, items: before.items.map((item, at) => (at === index ? { ...item, ...part } : item)) }));
    setFindings((before) => before.filter((finding) => finding.item !== index || !(finding.field in part)));
  };
  const wrong = (field: DraftField, item: number | null = null): string | false => {
    const finding = findings.find((one) => one.field === field && one.item === item);
    return finding !== undefined && i18n._(mistakeWords(field, finding.mistake));
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const found = findMistakes(draft, choices.today);
    setFindings(found);
    if (found.length === 0) keep.mutate(orderOf(draft));
    else requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
  };
  const foreign = draft.scheme === "foreign";
  const bank = choices.banks.find(({ aspspId }) => aspspId === draft.from?.aspspId);
  return (
    <form ref={form} noValidate onSubmit={submit} className="space-y-6">
      <SectionCard title={<Trans>From</Trans>}>
        <div className="px-4 pb-5 pt-3 sm:px-6">
          <FromSelect
            choices={choices}
            value={draft.from}
            error={wrong("from")}
            onChange={(from) => change({ from, ...(canGoAbroad(choices, from) ? {} : { scheme: "sepa" }) }, "from")}
          />
          {bank?.foreign === true && (
            <Segmented
              className="mt-4"
              label={t`Where to`}
              value={draft.scheme}
              onChange={(scheme) => change({ scheme, items: draft.items.slice(0, 1) }, "from")}
              options={[
                { value: "sepa", label: <Trans>Euros in Europe</Trans> },
                { value: "foreign", label: <Trans>Abroad, any currency</Trans> },
              ]}
            />
          )}
        </div>
      </SectionCard>
      {draft.items.map((item, index) => (
        <ItemCard
          key={item.paymentId}
          draft={draft}
          item={item}
          number={draft.items.length === 1 ? undefined : index + 1}
          payees={choices.payees}
          wrong={(field) => wrong(field, index)}
          onChange={(part) => changeItem(index, part)}
          onRemove={() => {
            setDraft((before) => ({ ...before, items: before.items.filter((_, at) => at !== index) }));
            setFindings([]);
          }}
        />
      ))}
      {!foreign && draft.items.length < mostItems && (
        <Button look="quiet" onClick={() => setDraft((before) => ({ ...before, items: [...before.items, emptyItem(crypto.randomUUID())] }))}>
          <Plus aria-hidden="true" size={16} strokeWidth={1.75} />
          <Trans>Pay somebody else in the same approval</Trans>
        </Button>
      )}
      {foreign && (
        <SectionCard title={<Trans>Charges and speed</Trans>}>
          <div className="flex flex-col items-start gap-4 px-4 pb-5 pt-3 sm:px-6">
            <Segmented
              label={t`Who pays the charges`}
              value={draft.chargeBearer}
              onChange={(chargeBearer) => setDraft((before) => ({ ...before, chargeBearer }))}
              options={[
                { value: "shared", label: <Trans>Each pays their own bank’s</Trans> },
                { value: "debtor", label: <Trans>I pay all of them</Trans> },
              ]}
            />
            <Segmented
              label={t`How fast`}
              value={draft.speed}
              onChange={(speed) => setDraft((before) => ({ ...before, speed }))}
              options={[
                { value: "normal", label: <Trans>As usual</Trans> },
                { value: "urgent", label: <Trans>Urgent</Trans> },
              ]}
            />
            <p className="text-12 text-muted">
              <Trans>Your bank may charge more for an urgent payment.</Trans>
            </p>
          </div>
        </SectionCard>
      )}
      {!foreign && (
        <SectionCard title={<Trans>When</Trans>}>
          <div className="space-y-4 px-4 pb-5 pt-3 sm:px-6">
            <Segmented
              label={t`When`}
              value={draft.when}
              onChange={(when) => change({ when }, "firstDate")}
              options={[
                { value: "now", label: <Trans>At once</Trans> },
                { value: "later", label: <Trans>On a day</Trans> },
                { value: "repeat", label: <Trans>Again and again</Trans> },
              ]}
            />
            {draft.when !== "now" && (
              <div className="grid gap-4 sm:grid-cols-3">
                <Field
                  label={draft.when === "later" ? t`Day` : t`First day`}
                  type="date"
                  min={choices.today}
                  value={draft.firstDate}
                  error={wrong("firstDate")}
                  onChange={({ target }) => change({ firstDate: target.value }, "firstDate")}
                />
                {draft.when === "repeat" && (
                  <>
                    <Every value={draft.every} onChange={(every) => change({ every }, "count")} />
                    <Field
                      label={t`How many times`}
                      inputMode="numeric"
                      value={draft.count}
                      error={wrong("count")}
                      onChange={({ target }) => change({ count: target.value }, "count")}
                    />
                  </>
                )}
              </div>
            )}
          </div>
        </SectionCard>
      )}
      {findings.length > 0 && (
        <Notice tone="danger" live title={<Trans>Something is missing or has a slip</Trans>}>
          <Trans>It says so beside each field. Nothing was sent.</Trans>
        </Notice>
      )}
      {keep.isError && <KeepProblem error={keep.error} paymentOrderId={paymentOrderId} />}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Link to="/payments" className="text-14 text-muted underline underline-offset-4 hover:text-ink">
          <Trans>All payments</Trans>
        </Link>
        <Button type="submit" look="primary" busy={keep.isPending}>
          <Trans>Check once more</Trans>
        </Button>
      </div>
    </form>
  );
}

/** The account that holds most money is the likeliest one; without accounts the first bank. */
function firstChoice({ accounts, banks }: Choices): Draft["from"] {
  const [account] = accounts;
  const [bank] = banks;
  if (account !== undefined) return { aspspId: account.aspspId, accountId: account.accountId };
  return bank === undefined ? null : { aspspId: bank.aspspId, accountId: null };
}

function canGoAbroad({ banks }: Choices, from: Draft["from"]): boolean {
  return banks.find(({ aspspId }) => aspspId === from?.aspspId)?.foreign === true;
}

function FromSelect({
  choices,
  value,
  error,
  onChange,
}: {
  choices: Choices;
  value: Draft["from"];
  error: ReactNode;
  onChange: (from: Draft["from"]) => void;
}) {
  const { t } = useLingui();
  const format = useFormat();
  const id = useId();
  const { banks, accounts } = choices;
  return (
    <>
      <label htmlFor={id} className="sr-only">
        <Trans>The account the money comes from</Trans>
      </label>
      <select
        id={id}
        className={inputClass}
        aria-invalid={error !== false || undefined}
        aria-describedby={`${id}-about`}
        value={value === null ? "" : `${value.aspspId} ${value.accountId ?? ""}`}
        onChange={({ target }) => {
          const [aspspId = "", accountId = ""] = target.value.split(" ");
          onChange(aspspId === "" ? null : { aspspId, accountId: accountId === "" ? null : accountId });
        }}
      >
        {banks.map(({ aspspId, name }) => (
          <optgroup key={aspspId} label={name}>
            {accounts
              .filter((account) => account.aspspId === aspspId)
              .map(({ accountId, name: account, maskedNumber, balance }) => (
                <option key={accountId} value={`${aspspId} ${accountId}`}>
                  {[account, maskedNumber, balance === null ? null : format.amount(balance)].filter((part) => part !== null).join(" · ")}
                </option>
              ))}
            <option value={`${aspspId} `}>{t`Choose the account at ${name}`}</option>
          </optgroup>
        ))}
      </select>
      <p id={`${id}-about`} className={error === false ? "mt-1.5 text-12 text-muted" : "mt-1.5 text-12 text-danger"}>
        {error === false ? <Trans>You can still choose another account at the bank.</Trans> : error}
      </p>
    </>
  );
}

function ItemCard({
  draft,
  item,
  number,
  payees,
  wrong,
  onChange,
  onRemove,
}: {
  draft: Draft;
  item: DraftItem;
  /** Its place, where there are several. */
  number: number | undefined;
  payees: Choices["payees"];
  wrong: (field: DraftField) => string | false;
  onChange: (part: Partial<DraftItem>) => void;
  onRemove: () => void;
}) {
  const { t } = useLingui();
  const listId = useId();
  const foreign = draft.scheme === "foreign";
  /** Choosing somebody who was paid before brings the account along. */
  const named = (name: string): void => {
    const known = payees.find((payee) => payee.name === name);
    onChange(known === undefined || item.account !== "" ? { name } : { name, account: grouped(known.iban) });
  };
  return (
    <SectionCard
      title={number === undefined ? <Trans>To</Trans> : <Trans>To, payment {number}</Trans>}
      action={
        number !== undefined && (
          <IconButton label={t`Remove payment ${number}`} className="-mr-2 -mt-1.5" onClick={onRemove}>
            <Trash2 size={16} strokeWidth={1.75} />
          </IconButton>
        )
      }
    >
      <div className="space-y-4 px-4 pb-5 pt-3 sm:px-6">
        <Field
          label={t`Who is paid`}
          value={item.name}
          list={listId}
          maxLength={80}
          autoComplete="off"
          error={wrong("name")}
          onChange={({ target }) => named(target.value)}
        />
        <datalist id={listId}>
          {payees.map(({ name, iban }) => (
            <option key={`${name} ${iban}`} value={name}>
              {grouped(iban)}
            </option>
          ))}
        </datalist>
        <AccountField item={item} scheme={draft.scheme} error={wrong("account")} onChange={onChange} />
        {foreign && (
          <Field
            label={t`BIC of the payee’s bank`}
            value={item.bic}
            maxLength={14}
            autoComplete="off"
            spellCheck={false}
            error={wrong("bic")}
            onChange={({ target }) => onChange({ bic: target.value })}
          />
        )}
        {wantsAddress(draft, item) && (
          <div className="grid gap-4 sm:grid-cols-[2fr_2fr_1fr]">
            <Field
              label={t`Street address`}
              value={item.address}
              error={wrong("address")}
              autoComplete="off"
              onChange={({ target }) => onChange({ address: target.value })}
            />
            <Field
              label={t`Postcode and town`}
              value={item.city}
              error={wrong("city")}
              autoComplete="off"
              onChange={({ target }) => onChange({ city: target.value })}
            />
            <Field
              label={t`Country`}
              value={item.country}
              maxLength={2}
              placeholder="DE"
              autoComplete="off"
              error={wrong("country")}
              onChange={({ target }) => onChange({ country: target.value })}
            />
          </div>
        )}
        <div className={foreign ? "grid grid-cols-[2fr_1fr] gap-4" : undefined}>
          <Field
            label={foreign ? t`Amount` : t`Amount in euros`}
            value={item.amount}
            inputMode="decimal"
            autoComplete="off"
            maxLength={24}
            error={wrong("amount")}
            onChange={({ target }) => onChange({ amount: target.value })}
          />
          {foreign && (
            <Field
              label={t`Currency`}
              value={item.currency}
              maxLength={3}
              autoComplete="off"
              spellCheck={false}
              error={wrong("currency")}
              onChange={({ target }) => onChange({ currency: target.value })}
            />
          )}
        </div>
        <Field
          label={foreign ? t`Message` : t`Reference or message`}
          value={item.note}
          maxLength={160}
          autoComplete="off"
          error={wrong("note")}
          onChange={({ target }) => onChange({ note: target.value })}
        />
      </div>
    </SectionCard>
  );
}

/** Checked while it is typed, as far as that is sure, and as a whole when the person leaves the field. */
function AccountField({
  item,
  scheme,
  error,
  onChange,
}: {
  item: DraftItem;
  scheme: Draft["scheme"];
  error: string | false;
  onChange: (part: Partial<DraftItem>) => void;
}) {
  const { t, i18n } = useLingui();
  const [left, setLeft] = useState(false);
  const mistake = item.account.trim() === "" ? null : (left ? accountMistake : accountMistakeSoFar)(scheme, item.account);
  const slip = mistake !== null && i18n._(mistakeWords("account", mistake));
  return (
    <div>
      <Field
        label={scheme === "foreign" ? t`IBAN or account number` : t`IBAN`}
        value={item.account}
        maxLength={50}
        autoComplete="off"
        spellCheck={false}
        error={error === false ? slip : error}
        onFocus={() => setLeft(false)}
        onBlur={() => {
          setLeft(true);
          if (/^[A-Za-z]{2}\d{2}/.test(item.account.trim())) onChange({ account: grouped(item.account.toUpperCase()) });
        }}
        onChange={({ target }) => onChange({ account: target.value })}
      />
      {/* What describes a field is not read out while somebody types in it. */}
      <p role="status" className="sr-only">
        {slip}
      </p>
    </div>
  );
}

function Every({ value, onChange }: { value: Draft["every"]; onChange: (every: Draft["every"]) => void }) {
  const { t } = useLingui();
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-14 font-500">
        <Trans>How often</Trans>
      </label>
      <select id={id} className={inputClass} value={value} onChange={({ target }) => onChange(target.value === "week" ? "week" : "month")}>
        <option value="week">{t`Every week`}</option>
        <option value="month">{t`Every month`}</option>
      </select>
    </div>
  );
}

function KeepProblem({ error, paymentOrderId }: { error: unknown; paymentOrderId: string }) {
  const problem = useProblem()(error);
  const differs = isApiError(error) && error.status === 409;
  return (
    <Notice
      tone="danger"
      live
      title={differs ? <Trans>This payment was ordered already, with other content</Trans> : problem.title}
      action={
        differs && (
          <LinkButton size="small" to="/payments/$order" params={{ order: paymentOrderId }}>
            <Trans>See it</Trans>
          </LinkButton>
        )
      }
    >
      {differs ? <Trans>Perhaps in another tab. Nothing was sent a second time.</Trans> : problem.detail}
    </Notice>
  );
}
