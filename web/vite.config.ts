import babel from "@rolldown/plugin-babel";
import { lingui, linguiTransformerBabelPreset } from "@lingui/vite-plugin";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { defineConfig, type Plugin } from "vite";
import { documents } from "./documents.ts";

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

/**
 * Nearly all of what every page needs runs before there is anything to see. Browsers that know the hint compile it while it comes, beside
 * the page's own thread, instead of function by function as each is first called.
 */
const compiledWhole: Plugin = {
  name: "compiled-whole",
  apply: "build",
  // In the written file: the hint must be its first line, and other plugins write before the code.
  async writeBundle({ dir = "dist" }, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== "chunk" || !file.isEntry) continue;
      const written = path.join(dir, file.fileName);
      await writeFile(written, `//# allFunctionsCalledOnLoad\n${await readFile(written, "utf8")}`);
    }
  },
};

export default defineConfig({
  // A missing translation fails the build, so no page is ever half translated.
  plugins: [
    tailwindcss(),
    lingui({ failOnMissing: true, failOnCompileError: true }),
    react(),
    earlyTypeface,
    compiledWhole,
    documents,
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
            // Before what floats, which would take its icons along.
            { name: "icons", test: /node_modules[\\/]lucide-react/, minShareCount: 2, priority: 2.5 },
            // What floats comes when it is first opened.
            {
              name: "floating",
              test: /node_modules[\\/](@radix-ui|radix-ui|@floating-ui|aria-hidden|react-remove-scroll|use-callback-ref|use-sidecar|react-style-singleton|get-nonce)|src[\\/]ui[\\/](dialog|popover)/,
              priority: 2,
            },
            { name: "parts", test: /^(?!.*features[\\/]operator)/, minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 1_024, priority: 1 },
            // Together and apart from everything else: nobody but operators fetches any of it.
            { name: "operator", test: /features[\\/]operator[\\/][^\\/]+\.tsx?$/, priority: 0.5 },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": { target: apiOrigin, changeOrigin: false } } },
});
