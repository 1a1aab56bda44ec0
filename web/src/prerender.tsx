import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { renderToStaticMarkup } from "react-dom/server";
import { queries } from "./api/queries.ts";
import { createQueryClient } from "./app/query-client.ts";
import { createAppRouter } from "./app/router.tsx";
import { activateLanguage, type Language } from "./i18n/language.ts";

/** Run by the build: a page as it is before any answer has come, in one language. */
export async function prerender(path: string, language: Language): Promise<string> {
  globalThis.fetch = () => new Promise(() => undefined);
  await activateLanguage(language);
  const queryClient = createQueryClient(() => undefined);
  // Whoever it will be: the frame leaves room for a name.
  queryClient.setQueryData(queries.me().queryKey, {
    psuId: "",
    name: "",
    email: "",
    role: "person",
    preferences: { locale: language, theme: "system", privacyMode: false },
  });
  const router = createAppRouter(queryClient, createMemoryHistory({ initialEntries: [path] }));
  await router.load();
  return renderToStaticMarkup(
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </I18nProvider>,
  );
}
