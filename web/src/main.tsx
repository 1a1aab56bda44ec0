import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queries } from "./api/queries.ts";
import { createQueryClient } from "./app/query-client.ts";
import { createAppRouter } from "./app/router.tsx";
import { takeReturn } from "./features/bank-handover/return-parameters.ts";
import { activateLanguage, isLanguage } from "./i18n/language.ts";
import "./ui/theme.css";

takeReturn(window.location, window.history);

const queryClient = createQueryClient(() => {
  // Nothing of the person who was here may be seen by the next one.
  queryClient.clear();
  void router.navigate({ to: "/sign-in", search: { from: router.state.location.href } });
});
const router = createAppRouter(queryClient);

// The words, the code of this page and who is here are asked for at once, not one after the other.
const wanted = router.matchRoutes(router.latestLocation).map(({ routeId }) => routeId as keyof typeof router.routesById);
for (const routeId of wanted) void router.loadRouteChunk(router.routesById[routeId])?.catch(() => undefined);
if (wanted.some((routeId) => routeId === "/signed-in" || routeId === "/connecting")) void queryClient.prefetchQuery(queries.me());

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no place to render into.");
// What the build drew stays until there is something to see in its place.
new MutationObserver((_, observer) => {
  if (!root.hasChildNodes()) return;
  document.getElementById("shell")?.remove();
  observer.disconnect();
}).observe(root, { childList: true });

/** A function, because the code of a page imports this module and would wait for its end. */
async function start(place: HTMLElement): Promise<void> {
  try {
    // Chosen before the first paint (`public/before-paint.js`).
    const { lang } = document.documentElement;
    // Rendered once, when there is something to see.
    await Promise.all([activateLanguage(isLanguage(lang) ? lang : "en"), router.load()]);
  } catch (error) {
    // The only words there are when the words themselves did not come.
    place.textContent =
      "One Point Ledger could not be loaded. Please reload the page. · Sivua ei voitu ladata. Lataa se uudelleen. · Sidan kunde inte laddas. Ladda om den.";
    throw error;
  }
  createRoot(place).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </I18nProvider>
    </StrictMode>,
  );
}
void start(root);
