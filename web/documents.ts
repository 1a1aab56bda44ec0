import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin, type Rolldown } from "vite";
import { firstPages, modulesOf } from "./src/app/first-pages.ts";
import type { prerender } from "./src/prerender.tsx";

type Chunk = Rolldown.OutputChunk;
type Prerender = typeof prerender;

const languages = ["en", "fi", "sv"] as const;

/**
 * Beside `index.html`, one document for each page that begins a visit, in each language: `pages/<open | signed-in>/<page>.<language>.html`.
 * It holds the page as it is before any answer has come, and names every file of it, so that nothing is asked for only when it is discovered.
 */
export const documents: Plugin = {
  name: "documents",
  apply: (config, { command }) => command === "build" && config.build?.ssr === undefined,
  async writeBundle({ dir = "dist" }, bundle) {
    const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
    const template = readFileSync(path.join(dir, "index.html"), "utf8");
    const draw = await buildPrerender(dir);
    for (const page of firstPages) {
      const file = path.join(dir, "pages", page.open ? "open" : "signed-in", page.path === "/" ? "index" : page.path.slice(1));
      await mkdir(path.dirname(file), { recursive: true });
      for (const language of languages) {
        const drawn = page.drawn ? still(page.path, await draw(page.path, language)) : "";
        const files = [...new Set(modulesOf(page, language).flatMap((module) => [...withImports(chunks, chunkOf(chunks, module))]))].filter(
          (name) => !template.includes(name),
        );
        const links = files.map((name) => `<link rel="modulepreload" crossorigin href="/${name}">\n    `).join("");
        const html = template
          .replace('<html lang="en">', `<html lang="${language}">`)
          .replace('src="/before-paint.js"', `$& data-asks="${page.asks.join(" ").replaceAll("&", "&amp;")}"`)
          .replace("</head>", `${links}</head>`)
          .replace('<div id="root">', () => `<div id="shell" inert>${drawn}</div>\n    <div id="root">`);
        await writeFile(`${file}.${language}.html`, html);
      }
    }
  },
};

/** The client once more, for this process instead of a browser. */
async function buildPrerender(dir: string): Promise<Prerender> {
  const folder = mkdtempSync(path.join(dir, ".prerender-"));
  try {
    await build({
      root: import.meta.dirname,
      logLevel: "error",
      ssr: { noExternal: true },
      build: { ssr: "src/prerender.tsx", outDir: folder, copyPublicDir: false, minify: false, rolldownOptions: { output: { codeSplitting: false } } },
    });
    const built = (await import(pathToFileURL(path.join(folder, "prerender.js")).href)) as { prerender: Prerender };
    return built.prerender;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Nothing can be typed into what will be replaced. @throws for what the content security policy would refuse */
function still(page: string, html: string): string {
  if (/<(script|style)\b|\sstyle=|\son\w+=/i.test(html)) throw new Error(`${page}: what is drawn ahead of time holds a script or a style.`);
  return html.replaceAll("<input ", "<input readonly ");
}

function chunkOf(chunks: readonly Chunk[], module: string): Chunk {
  const wanted = path.resolve(import.meta.dirname, "src", module);
  const found = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.split("?", 1)[0] === wanted));
  if (found === undefined) throw new Error(`The build has no ${module}, which a page is said to begin with.`);
  return found;
}

/** A file and all it needs at once. */
function withImports(chunks: readonly Chunk[], chunk: Chunk, files = new Set<string>()): Set<string> {
  if (files.has(chunk.fileName)) return files;
  files.add(chunk.fileName);
  for (const next of chunks.filter(({ fileName }) => chunk.imports.includes(fileName))) withImports(chunks, next, files);
  return files;
}
