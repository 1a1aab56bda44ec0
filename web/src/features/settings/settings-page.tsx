import { Trans, useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useId, useState } from "react";
import { isLanguage, LANGUAGE_NAMES, LANGUAGES } from "../../i18n/language.ts";
import { usePageWords } from "../../i18n/use-page-words.ts";
import { changePreferences } from "../../preferences/change-preferences.ts";
import { usePreferences } from "../../preferences/preferences.ts";
import { Button } from "../../ui/button.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { PageHead } from "../../ui/page.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { ExportSection } from "./export-section.tsx";
import { PersonSection } from "./person-section.tsx";
import { Row } from "./row.tsx";
import { RulesSection } from "./rules-section.tsx";
import { settingsWords } from "./settings-words.ts";
import { SessionsSection } from "./sessions-section.tsx";
import { WaysInSection } from "./ways-in-section.tsx";

const EraseDialog = lazy(() => import("./erase-dialog.tsx").then((module) => ({ default: module.EraseDialog })));

export function SettingsPage() {
  if (!usePageWords(settingsWords)) return <SettingsLoading />;
  return <Settings />;
}

function SettingsLoading() {
  return (
    <Loading className="max-w-2xl space-y-6">
      <Bone className="h-9 w-40" />
      <Bone className="h-52 w-full" />
      <Bone className="h-96 w-full" />
    </Loading>
  );
}

function Settings() {
  const { t } = useLingui();
  return (
    <>
      <PageHead title={t`Settings`} />
      <div className="max-w-2xl space-y-6">
        <PersonSection />
        <WaysInSection />
        <SessionsSection />
        <LooksSection />
        <RulesSection />
        <ExportSection />
        <EraseSection />
      </div>
    </>
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
