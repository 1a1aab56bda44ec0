import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Dialog } from "../../ui/dialog.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { operatorQueries, type Registration, type Step } from "./operator-api.ts";
import { stepName } from "./registration-words.ts";

/** What one step produced, as the server shows it: signatures are cut off and secrets left out there, not here. */
export function ArtefactDialog({ registration, step, onClose }: { registration: Registration; step: Step["step"]; onClose: () => void }) {
  const { i18n } = useLingui();
  const { data, error, refetch } = useQuery(operatorQueries.registration(registration.registrationId));
  const name = i18n._(stepName(step, registration.scheme));
  const artefact = data?.steps.find((one) => one.step === step)?.artefact;
  return (
    <Dialog
      open
      place="side"
      onClose={onClose}
      title={name}
      description={<Trans>Signed tokens are shown as header and claims without their signature. Secrets are never shown.</Trans>}
    >
      <div className="px-4 pb-6 pt-4 sm:px-6">
        {error !== null && data === undefined && <ProblemPanel error={error} onRetry={() => void refetch()} />}
        {error === null && data === undefined && (
          <Loading className="space-y-2">
            <Bone className="h-4 w-full" />
            <Bone className="h-4 w-48" />
          </Loading>
        )}
        {artefact === null && (
          <p className="text-14 text-muted">
            <Trans>This step has produced nothing yet.</Trans>
          </p>
        )}
        {artefact !== null && artefact !== undefined && (
          // With the focus inside, the keyboard scrolls what is longer than the window.
          <div tabIndex={0} role="group" aria-label={name} className="rounded-8">
            <Fields value={artefact} />
          </div>
        )}
      </div>
    </Dialog>
  );
}

/** Any JSON as a list of names and values, nested as it is. */
function Fields({ value }: { value: object }) {
  return (
    <dl className="space-y-3 text-14">
      {Object.entries(value).map(([name, one]) => (
        <div key={name} className="min-w-0">
          <dt className="font-mono text-12 text-muted break-all">{name}</dt>
          <dd className="mt-0.5 min-w-0">
            <Value value={one} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ value }: { value: unknown }) {
  if (Array.isArray(value) && value.every((one) => typeof one !== "object"))
    return value.length === 0 ? <Nothing /> : <span className="whitespace-pre-wrap break-words">{value.map(String).join("\n")}</span>;
  if (Array.isArray(value)) return <Nested value={Object.fromEntries(value.entries())} />;
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0 ? <Nothing /> : <Nested value={value} />;
  if (value === null || value === undefined || value === "") return <Nothing />;
  return <span className="whitespace-pre-wrap break-all">{typeof value === "string" ? value : JSON.stringify(value)}</span>;
}

function Nested({ value }: { value: object }) {
  return (
    <div className="border-l pl-3">
      <Fields value={value} />
    </div>
  );
}

function Nothing() {
  return <span className="text-faint">–</span>;
}
