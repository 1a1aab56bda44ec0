import { buildUrl, FIRST_PAGE, routes } from "../api/routes.ts";

/** A page that a visit begins with. */
interface FirstPage {
  readonly path: string;
  /** Without a session too. */
  readonly open: boolean;
  /** Drawn by the build as it is before any answer; not where that would show a choice the person did not make. */
  readonly drawn: boolean;
  /** Modules under `src/` that it is made of. */
  readonly modules: readonly string[];
  /** The folder under `src/` with catalogues of its own, where it has words that no other page needs. */
  readonly words?: string;
  /** What it asks at once. Loaders and components ask the same and find the answer there. */
  readonly asks: readonly string[];
}

const me = routes.getMe[1];
const accounts = routes.listAccountViews[1];
const line = "charts/line-chart.tsx";

/** Known to the build, which writes a document for each. A page that is missing here works as well, only later. */
export const firstPages: readonly FirstPage[] = [
  { path: "/welcome", open: true, drawn: true, modules: ["features/welcome/welcome-page.tsx"], asks: [] },
  { path: "/sign-in", open: true, drawn: true, modules: ["features/welcome/sign-in-page.tsx"], asks: [] },
  {
    path: "/",
    open: false,
    drawn: true,
    modules: ["features/overview/overview-page.tsx", line],
    asks: [me, routes.getOverview[1], accounts],
  },
  {
    path: "/transactions",
    open: false,
    drawn: true,
    modules: ["features/transactions/transactions-page.tsx"],
    asks: [me, buildUrl(routes.listTransactionRows[1], {}, { limit: FIRST_PAGE }), accounts],
  },
  {
    path: "/insights",
    open: false,
    drawn: true,
    modules: ["features/insights/insights-page.tsx", line, "charts/cash-flow-chart.tsx"],
    asks: [me, buildUrl(routes.getCashFlow[1], {}, { months: 13 }), routes.getRecurring[1], accounts],
  },
  {
    path: "/permissions",
    open: false,
    drawn: true,
    modules: ["features/permissions/permissions-page.tsx"],
    words: "features/permissions/card/locales",
    asks: [me, routes.listConnections[1], accounts],
  },
  {
    path: "/settings",
    open: false,
    drawn: false,
    modules: ["features/settings/settings-page.tsx"],
    words: "features/settings/locales",
    asks: [me, accounts],
  },
  { path: "/connect", open: false, drawn: true, modules: ["features/connect-bank/choose-bank-page.tsx"], asks: [me, routes.listBanks[1]] },
];

/** Modules under `src/` that a page is made of in a language, its words among them. */
export function modulesOf({ modules, words }: FirstPage, language: string): string[] {
  return [...modules, ...["locales", ...(words === undefined ? [] : [words])].map((folder) => `${folder}/${language}/messages.po`)];
}
