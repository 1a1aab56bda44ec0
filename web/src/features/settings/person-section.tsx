import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { queries } from "../../api/queries.ts";
import { Button } from "../../ui/button.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { Row } from "./row.tsx";

const NameDialog = lazy(() => import("./name-dialog.tsx").then((module) => ({ default: module.NameDialog })));
const EmailDialog = lazy(() => import("./email-dialog.tsx").then((module) => ({ default: module.EmailDialog })));

/** What the person is called here, and the address they sign in with. */
export function PersonSection() {
  const { t } = useLingui();
  const me = useQuery(queries.me()).data;
  const [shown, setShown] = useState<"name" | "email">();
  const close = (): void => setShown(undefined);
  return (
    <SectionCard title={<Trans>You</Trans>} className="pb-1">
      <div className="mt-2">
        <Row name={<Trans>Name</Trans>} about={<span className="text-14 break-words">{me?.name}</span>}>
          <Button onClick={() => setShown("name")} aria-label={t`Change your name`}>
            <Trans>Change</Trans>
          </Button>
        </Row>
        <Row name={<Trans>Email</Trans>} about={<span className="text-14 break-all">{me?.email}</span>}>
          <Button onClick={() => setShown("email")} aria-label={t`Change your email address`}>
            <Trans>Change</Trans>
          </Button>
        </Row>
      </div>
      {me !== undefined && (
        <Suspense fallback={null}>
          {shown === "name" && <NameDialog name={me.name} onClose={close} />}
          {shown === "email" && <EmailDialog email={me.email} onClose={close} />}
        </Suspense>
      )}
    </SectionCard>
  );
}
