import { useQuery } from "@tanstack/react-query";
import { notFound, useParams } from "@tanstack/react-router";
import { queries } from "../../api/queries.ts";
import { OperatorBanksPage } from "./banks-page.tsx";
import { OperatorCertificatesPage } from "./certificates-page.tsx";
import { OperatorLoading } from "./operator-head.tsx";
import { useOperatorWords } from "./operator-words.ts";
import { OperatorPlanPage } from "./plan-page.tsx";

const pages = new Map([
  [undefined, OperatorBanksPage],
  ["certificates", OperatorCertificatesPage],
  ["plan", OperatorPlanPage],
]);

/** The pages of operators. To anybody else they do not exist; what they would show is refused by the server. */
export function OperatorPages() {
  const { page } = useParams({ from: "/signed-in/operator/{-$page}" });
  const me = useQuery(queries.me()).data;
  const Page = pages.get(page);
  const ready = useOperatorWords();
  if (Page === undefined || (me !== undefined && me.role !== "operator")) throw notFound();
  return me === undefined || !ready ? <OperatorLoading /> : <Page />;
}
