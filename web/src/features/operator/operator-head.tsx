import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { PageHead } from "../../ui/page.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";

/** Until their words are there, headings are only shapes. */
export function OperatorLoading() {
  return (
    <Loading className="space-y-6">
      <Bone className="h-9 w-64" />
      <Bone className="h-10 w-full" />
      <Bone className="h-64 w-full rounded-12" />
    </Loading>
  );
}

/** The heading of a page of operators, and the way to the others. */
export function OperatorHead({ title, lead, action }: { title: string; lead: ReactNode; action?: ReactNode }) {
  const { t } = useLingui();
  return (
    <>
      <PageHead title={title} lead={lead} action={action} />
      <nav aria-label={t`For operators`} className="mb-6 border-b">
        <ul className="-mb-px flex gap-1 overflow-x-auto">
          <Tab>
            <Trans>Banks</Trans>
          </Tab>
          <Tab page="certificates">
            <Trans>Certificates</Trans>
          </Tab>
          <Tab page="plan">
            <Trans>Plan</Trans>
          </Tab>
        </ul>
      </nav>
    </>
  );
}

function Tab({ page, children }: { page?: "certificates" | "plan"; children: ReactNode }) {
  return (
    <li>
      <Link
        to="/operator/{-$page}"
        params={{ page }}
        activeOptions={{ exact: true }}
        className="flex min-h-11 items-center whitespace-nowrap border-b-2 border-transparent px-3 text-14 text-muted -outline-offset-2 transition-colors hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-500 aria-[current=page]:text-ink"
      >
        {children}
      </Link>
    </li>
  );
}
