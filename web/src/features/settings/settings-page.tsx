import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useId, useState } from "react";
import { auth } from "../../api/auth.ts";
import { queries } from "../../api/queries.ts";
import { useProblem } from "../../api/use-problem.ts";
import { isLanguage, LANGUAGE_NAMES, LANGUAGES } from "../../i18n/language.ts";
import { changePreferences } from "../../preferences/change-preferences.ts";
import { usePreferences } from "../../preferences/preferences.ts";
import { useSignOut } from "../../session/use-sign-out.ts";
import { Button } from "../../ui/button.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHead } from "../../ui/page.tsx";
import { Segmented } from "../../ui/segmented.tsx";

const EraseDialog = lazy(() => import("./erase-dialog.tsx").then((module) => ({ default: module.EraseDialog })));

export function SettingsPage() {
  const { t } = useLingui();
  return (
    <>
      <PageHead title={t`Settings`} />
      <div className="max-w-2xl space-y-6">
        <PersonSection />
        <LooksSection />
        <SessionsSection />
        <EraseSection />
      </div>
    </>
  );
}

function Row({ name, about, children }: { name: ReactNode; about?: ReactNode; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-t px-4 py-4 first:border-t-0 sm:px-6">
      <div className={about === undefined ? "shrink-0" : "min-w-0 flex-1 basis-48"}>
        <p className="text-14 font-500">{name}</p>
        {about !== undefined && <p className="mt-0.5 text-12 text-muted text-pretty">{about}</p>}
      </div>
      {children}
    </div>
  );
}

function PersonSection() {
  const me = useQuery(queries.me()).data;
  return (
    <SectionCard title={<Trans>You</Trans>} className="pb-1">
      <div className="mt-2">
        <Row name={<Trans>Name</Trans>}>
          <span className="min-w-0 text-14 break-words">{me?.name}</span>
        </Row>
        <Row name={<Trans>Email</Trans>}>
          <span className="min-w-0 text-14 break-all">{me?.email}</span>
        </Row>
      </div>
    </SectionCard>
  );
}

function LooksSection() {
  const { t, i18n } = useLingui();
  const queryClient = useQueryClient();
  const preferences = usePreferences();
  return (
    <SectionCard title={<Trans>Language and looks</Trans>} className="pb-1">
      <div className="mt-2">
        <Row name={<Trans>Language</Trans>}>
          <Segmented
            label={t`Language`}
            value={isLanguage(i18n.locale) ? i18n.locale : "en"}
            onChange={(language) => changePreferences(queryClient, { language })}
            options={LANGUAGES.map((language) => ({ value: language, label: <span lang={language}>{LANGUAGE_NAMES[language]}</span> }))}
          />
        </Row>
        <Row name={<Trans>Theme</Trans>}>
          <Segmented
            label={t`Theme`}
            value={preferences.theme}
            onChange={(theme) => changePreferences(queryClient, { theme })}
            options={[
              { value: "system", label: t`System` },
              { value: "light", label: t`Light` },
              { value: "dark", label: t`Dark` },
            ]}
          />
        </Row>
        <SwitchRow
          name={<Trans>Hide amounts</Trans>}
          about={<Trans>Blurs every amount on every page, for when somebody looks over your shoulder. Key: h</Trans>}
          on={preferences.privacy}
          onChange={(privacy) => changePreferences(queryClient, { privacy })}
        />
        <SwitchRow
          name={<Trans>Compact lists</Trans>}
          about={<Trans>More transactions on one screen.</Trans>}
          on={preferences.compact}
          onChange={(compact) => changePreferences(queryClient, { compact })}
        />
        <SwitchRow
          name={<Trans>Single-letter shortcuts</Trans>}
          about={<Trans>Switch them off if you dictate or if they get in your way. Ctrl K always works.</Trans>}
          on={preferences.shortcuts}
          onChange={(shortcuts) => changePreferences(queryClient, { shortcuts })}
        />
      </div>
    </SectionCard>
  );
}

function SwitchRow({ name, about, on, onChange }: { name: ReactNode; about: ReactNode; on: boolean; onChange: (on: boolean) => void }) {
  const id = useId();
  return (
    <div className="flex items-center justify-between gap-6 border-t px-4 py-4 sm:px-6">
      <div className="min-w-0">
        <p id={id} className="text-14 font-500">
          {name}
        </p>
        <p id={`${id}-about`} className="mt-0.5 text-12 text-muted text-pretty">
          {about}
        </p>
      </div>
      <button
        type="button"
        role="switch"
        aria-checked={on}
        aria-labelledby={id}
        aria-describedby={`${id}-about`}
        onClick={() => onChange(!on)}
        data-drawn=""
        className="relative h-6 w-11 shrink-0 rounded-full bg-line-strong transition-colors aria-checked:bg-accent"
      >
        <span aria-hidden="true" className={`absolute left-0.5 top-0.5 size-5 rounded-full bg-surface transition-transform ${on ? "translate-x-5" : ""}`} />
      </button>
    </div>
  );
}

function SessionsSection() {
  const signOut = useSignOut();
  const problem = useProblem();
  const leave = useMutation({ mutationFn: signOut });
  const elsewhere = useMutation({ mutationFn: () => auth("signOutElsewhere") });
  const error = leave.error ?? elsewhere.error;
  return (
    <SectionCard title={<Trans>Sessions</Trans>} className="pb-1">
      <div className="mt-2">
        <Row name={<Trans>This device</Trans>} about={<Trans>Signing out forgets everything of you in this browser.</Trans>}>
          <Button busy={leave.isPending} onClick={() => leave.mutate()}>
            <Trans>Sign out</Trans>
          </Button>
        </Row>
        <Row name={<Trans>Everywhere else</Trans>} about={<Trans>For a lost phone, or a computer you forgot to sign out of.</Trans>}>
          <Button busy={elsewhere.isPending} onClick={() => elsewhere.mutate()}>
            <Trans>Sign out elsewhere</Trans>
          </Button>
        </Row>
        {elsewhere.isSuccess && (
          <div role="status" className="px-4 pb-4 sm:px-6">
            <Notice tone="positive" title={<Trans>Every other session has ended</Trans>} />
          </div>
        )}
        {error !== null && (
          <div className="px-4 pb-4 sm:px-6">
            <Notice tone="danger" live title={problem(error).title}>
              {problem(error).detail}
            </Notice>
          </div>
        )}
      </div>
    </SectionCard>
  );
}

function EraseSection() {
  const [open, setOpen] = useState(false);
  return (
    <SectionCard title={<Trans>Erase everything</Trans>} className="pb-1">
      <div className="mt-2">
        <Row
          name={<Trans>Your account and all data</Trans>}
          about={<Trans>Ends every permission at every bank and deletes every figure and your sign-in. This cannot be undone.</Trans>}
        >
          <Button look="danger" onClick={() => setOpen(true)}>
            <Trans>Erase everything</Trans>
          </Button>
        </Row>
      </div>
      {open && (
        <Suspense fallback={null}>
          <EraseDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </SectionCard>
  );
}
