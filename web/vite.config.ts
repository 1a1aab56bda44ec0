import babel from "@rolldown/plugin-babel";
import { lingui, linguiTransformerBabelPreset } from "@lingui/vite-plugin";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Where `vite dev` finds the API: a running bff, or the fixtures server of `dev/`. */
const apiOrigin = process.env["OPL_WEB_API_ORIGIN"] ?? "http://127.0.0.1:4173";

/** The typeface of every page is asked for with the page, not when its first words are drawn: nothing moves when it comes. */
const earlyTypeface: Plugin = {
  name: "early-typeface",
  transformIndexHtml: {
    order: "post",
    handler: (_html, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((file) => file.includes("inter-latin-wght-normal"))
        .map((file) => ({ tag: "link", attrs: { rel: "preload", as: "font", type: "font/woff2", crossorigin: true, href: `/${file}` }, injectTo: "head" })),
  },
};

export default defineConfig({
  // A missing translation fails the build, so no page is ever half translated.
  plugins: [
    tailwindcss(),
    lingui({ failOnMissing: true, failOnCompileError: true }),
    react(),
    earlyTypeface,
    babel({ presets: [linguiTransformerBabelPreset()] }),
  ],
  build: {
    target: ["chrome123", "edge123", "firefox128", "safari17.5"],
    // The content security policy allows no data: fonts, scripts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // Few files: what every page needs in one, small shared parts merged instead of fetched one by one.
        codeSplitting: {
          groups: [
            { name: "app", tags: ["$initial"], priority: 3 },
            { name: "icons", test: /node_modules[\\/]lucide-react/, minShareCount: 2, priority: 2.5 },
            // What floats comes when it is first opened.
            {
              name: "floating",
              test: /node_modules[\\/](@radix-ui|radix-ui|@floating-ui|aria-hidden|react-remove-scroll|use-callback-ref|use-sidecar|react-style-singleton|get-nonce)|src[\\/]ui[\\/](dialog|popover)/,
              priority: 2,
            },
            { name: "parts", test: /^(?!.*features[\\/]operator)/, minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 8_192, priority: 1 },
            // Together and apart from everything else: nobody but operators fetches any of it.
            { name: "operator", test: /features[\\/]operator[\\/][^\\/]+\.tsx?$/, priority: 0.5 },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": { target: apiOrigin, changeOrigin: false } } },
});
