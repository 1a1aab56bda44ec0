import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { queries } from "../../api/queries.ts";
import { usePageWords } from "../../i18n/use-page-words.ts";
import { NoSuchPage } from "../../ui/no-such-page.tsx";
import { OperatorBanksPage } from "./banks-page.tsx";
import { OperatorCertificatesPage } from "./certificates-page.tsx";
import { OperatorLoading } from "./operator-head.tsx";
import { operatorWords } from "./operator-words.ts";
import { OperatorPlanPage } from "./plan-page.tsx";

/** The pages of operators. To anybody else they do not exist; what they would show is refused by the server. */
export function OperatorPages() {
  const { page } = useParams({ from: "/signed-in/operator/{-$page}" });
  const me = useQuery(queries.me()).data;
  const ready = usePageWords(operatorWords);
  if (me !== undefined && me.role !== "operator") return <NoSuchPage />;
  if (me === undefined || !ready) return <OperatorLoading />;
  switch (page) {
    case undefined:
      return <OperatorBanksPage />;
    case "certificates":
      return <OperatorCertificatesPage />;
    case "plan":
      return <OperatorPlanPage />;
    default:
      return <NoSuchPage />;
  }
}
