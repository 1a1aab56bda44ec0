import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect, type RouterHistory } from "@tanstack/react-router";
import { ApiError, isApiError } from "../api/api-error.ts";
import { queries } from "../api/queries.ts";
import { decodeInsightsSearch } from "../features/insights/search.ts";
import { decodeSearch, toQuery } from "../features/transactions/filter.ts";
import { FatalErrorPage, NotFoundPage, PageError } from "./error-pages.tsx";
import { FocusFrame } from "./frame/focus-frame.tsx";
import { Frame } from "./frame/frame.tsx";
import { parseSearch, stringifySearch } from "./search-params.ts";

interface RouterContext {
  readonly queryClient: QueryClient;
}

/** The code of a page. Without a connection it says so; the router would reload, into the browser's own page about that. */
function code<T>(load: () => Promise<T>): () => Promise<T> {
  return async () => {
    try {
      return await load();
    } catch (error) {
      throw navigator.onLine ? error : new ApiError({ status: 0, code: "ERR_UNREACHABLE" });
    }
  };
}

/**
 * A page is drawn without its figures only when they take longer than this, in milliseconds: a skeleton seen for less just flickers.
 * Longer while what the build drew is on screen: it is the same skeleton.
 */
const WORTH_WAITING = 60;
const WORTH_WAITING_AT_FIRST = 500;

/** Asks, and waits a moment for the answer unless an earlier one can be shown. */
async function soon(queryClient: QueryClient, queryKey: QueryKey, asking: Promise<void>): Promise<void> {
  if (queryClient.getQueryData(queryKey) !== undefined) return;
  const limit = typeof document !== "undefined" && document.getElementById("shell") !== null ? WORTH_WAITING_AT_FIRST : WORTH_WAITING;
  await Promise.race([asking, new Promise((resolve) => setTimeout(resolve, limit))]);
}

const rootRoute = createRootRouteWithContext<RouterContext>()({ notFoundComponent: NotFoundPage, errorComponent: FatalErrorPage });

/** Lets a person in who has a session; anyone else is sent to where they get one, and back afterwards. */
async function requireSession({ queryClient }: RouterContext, location: { readonly pathname: string; readonly href: string }): Promise<void> {
  try {
    await queryClient.ensureQueryData(queries.me());
  } catch (error) {
    if (!isApiError(error) || !error.signedOut) throw error;
    throw location.pathname === "/" ? redirect({ to: "/welcome" }) : redirect({ to: "/sign-in", search: { from: location.href } });
  }
}

const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "signed-in",
  component: Frame,
  errorComponent: FatalErrorPage,
  beforeLoad: ({ context, location }) => requireSession(context, location),
  loader: ({ context: { queryClient } }) => soon(queryClient, queries.accounts().queryKey, queryClient.prefetchQuery(queries.accounts())),
});
const overviewRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/",
  loader: ({ context: { queryClient } }) => soon(queryClient, queries.overview().queryKey, queryClient.prefetchQuery(queries.overview())),
  component: lazyRouteComponent(
    code(() => import("../features/overview/overview-page.tsx")),
    "OverviewPage",
  ),
});
const transactionsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/transactions",
  validateSearch: decodeSearch,
  loader: ({ context: { queryClient }, location }) => {
    const list = queries.transactions(toQuery(decodeSearch(location.search)));
    return soon(queryClient, list.queryKey, queryClient.prefetchInfiniteQuery(list));
  },
  component: lazyRouteComponent(
    code(() => import("../features/transactions/transactions-page.tsx")),
    "TransactionsPage",
  ),
});
const insightsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/insights",
  validateSearch: decodeInsightsSearch,
  loader: ({ context: { queryClient } }) => {
    // Not waited for: in the cache before a section asks for it.
    void queryClient.prefetchQuery(queries.recurring());
    return soon(queryClient, queries.cashFlow(13).queryKey, queryClient.prefetchQuery(queries.cashFlow(13)));
  },
  component: lazyRouteComponent(
    code(() => import("../features/insights/insights-page.tsx")),
    "InsightsPage",
  ),
});
const permissionsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/permissions",
  loader: ({ context: { queryClient } }) => soon(queryClient, queries.connections().queryKey, queryClient.prefetchQuery(queries.connections())),
  component: lazyRouteComponent(
    code(() => import("../features/permissions/permissions-page.tsx")),
    "PermissionsPage",
  ),
});
const settingsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/settings",
  component: lazyRouteComponent(
    code(() => import("../features/settings/settings-page.tsx")),
    "SettingsPage",
  ),
});
const payments = lazyRouteComponent(
  code(() => import("../features/payments/payments-pages.tsx")),
  "PaymentsPages",
);
/** `ended`: an approval at the bank came to nothing. `id`: what a new order is called from its first moment. */
const paymentSearch = (raw: Record<string, unknown>): { id?: string; ended?: "failed" | "superseded" } => ({
  ...(typeof raw["id"] === "string" ? { id: raw["id"] } : {}),
  ...(raw["ended"] === "failed" || raw["ended"] === "superseded" ? { ended: raw["ended"] } : {}),
});
const paymentsRoute = createRoute({ getParentRoute: () => signedInRoute, path: "/payments", validateSearch: paymentSearch, component: payments });
/** One order, or `new`: the pages share their words. */
const paymentOrderRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/payments/$order",
  validateSearch: paymentSearch,
  component: payments,
});
/** One route for all pages of operators: which there are, and that they are for operators, is decided in their own code. */
const operatorRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/operator/{-$page}",
  component: lazyRouteComponent(
    code(() => import("../features/operator/operator-pages.tsx")),
    "OperatorPages",
  ),
});

/** Pages of one thought: no navigation beside them. */
const connectFrameRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "connecting",
  component: FocusFrame,
  errorComponent: FatalErrorPage,
  beforeLoad: ({ context, location }) => requireSession(context, location),
});
const chooseBankRoute = createRoute({
  getParentRoute: () => connectFrameRoute,
  path: "/connect",
  validateSearch: (raw: Record<string, unknown>): { renews?: string } => (typeof raw["renews"] === "string" ? { renews: raw["renews"] } : {}),
  loader: ({ context: { queryClient } }) => soon(queryClient, queries.banks().queryKey, queryClient.prefetchQuery(queries.banks())),
  component: lazyRouteComponent(
    code(() => import("../features/connect-bank/choose-bank-page.tsx")),
    "ChooseBankPage",
  ),
});
const beforeLeavingRoute = createRoute({
  getParentRoute: () => connectFrameRoute,
  path: "/connect/$aspspId",
  validateSearch: (raw: Record<string, unknown>): { renews?: string } => (typeof raw["renews"] === "string" ? { renews: raw["renews"] } : {}),
  component: lazyRouteComponent(
    code(() => import("../features/bank-handover/before-leaving-page.tsx")),
    "BeforeLeavingPage",
  ),
});

const openFrameRoute = createRoute({ getParentRoute: () => rootRoute, id: "open", component: FocusFrame, errorComponent: FatalErrorPage });
/** Open without a session: the page takes what the bank put into the address before anything else happens. */
const returnRoute = createRoute({
  getParentRoute: () => openFrameRoute,
  path: "/connect/return/$context",
  component: lazyRouteComponent(
    code(() => import("../features/bank-handover/return-page.tsx")),
    "ReturnPage",
  ),
});
const welcomeRoute = createRoute({
  getParentRoute: () => openFrameRoute,
  path: "/welcome",
  component: lazyRouteComponent(
    code(() => import("../features/welcome/welcome-page.tsx")),
    "WelcomePage",
  ),
});
const signInRoute = createRoute({
  getParentRoute: () => openFrameRoute,
  path: "/sign-in",
  validateSearch: (raw: Record<string, unknown>): { from?: string } => (typeof raw["from"] === "string" ? { from: raw["from"] } : {}),
  component: lazyRouteComponent(
    code(() => import("../features/welcome/sign-in-page.tsx")),
    "SignInPage",
  ),
});
const recoverRoute = createRoute({
  getParentRoute: () => openFrameRoute,
  path: "/recover",
  component: lazyRouteComponent(
    code(() => import("../features/welcome/recover-page.tsx")),
    "RecoverPage",
  ),
});
/** Open without a session, like a bank's return. */
const signInReturnRoute = createRoute({
  getParentRoute: () => openFrameRoute,
  path: "/sign-in/return",
  component: lazyRouteComponent(
    code(() => import("../features/welcome/sign-in-return-page.tsx")),
    "SignInReturnPage",
  ),
});

const routeTree = rootRoute.addChildren([
  signedInRoute.addChildren([
    overviewRoute,
    transactionsRoute,
    insightsRoute,
    paymentsRoute,
    paymentOrderRoute,
    permissionsRoute,
    settingsRoute,
    operatorRoute,
  ]),
  connectFrameRoute.addChildren([chooseBankRoute, beforeLeavingRoute]),
  openFrameRoute.addChildren([returnRoute, welcomeRoute, signInRoute, recoverRoute, signInReturnRoute]),
]);

/** The pages and their addresses. `history` is the browser's own unless the build draws a page ahead of time. */
export function createAppRouter(queryClient: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree,
    ...(history === undefined ? {} : { history }),
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    // The query cache decides what is fresh.
    defaultPreloadStaleTime: 0,
    scrollRestoration: history === undefined,
    defaultErrorComponent: PageError,
    defaultPendingMs: 200,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
