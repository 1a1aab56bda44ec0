import { Trans, useLingui } from "@lingui/react/macro";
import { Segmented } from "../../ui/segmented.tsx";

export type Purpose = "qwac" | "qsealc";

/** Which of the two a certificate is to be. */
export function PurposeChoice({ value, onChange }: { value: Purpose; onChange: (purpose: Purpose) => void }) {
  const { t } = useLingui();
  return (
    <div>
      <p className="mb-1.5 text-14 font-500">
        <Trans>What for</Trans>
      </p>
      <Segmented
        label={t`What for`}
        value={value}
        onChange={onChange}
        options={[
          { value: "qwac", label: t`QWAC, to call` },
          { value: "qsealc", label: t`QSealC, to sign` },
        ]}
      />
    </div>
  );
}
