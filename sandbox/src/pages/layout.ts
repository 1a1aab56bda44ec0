import { html, type Html } from "./html.ts";
import { texts, type Brand, type Language } from "./texts.ts";

/** The frame of every page of the bank: header, sandbox notice, content, language switch. */
export function layout({
  language,
  brand,
  title,
  content,
  path,
}: {
  language: Language;
  brand: Brand;
  title: string;
  content: Html;
  path?: string | undefined;
}): Html {
  const say = texts[language];
  const other = language === "fi" ? "en" : "fi";
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title} – ${brand[language]}</title>
        <link rel="stylesheet" href="/oauth/style.css" />
      </head>
      <body>
        <header class="bar">
          <span class="brand">${brand[language]}</span>
          <span class="badge">${say.sandbox}</span>
          ${path !== undefined && html`<a class="language" href="${path}?lang=${other}" lang="${other}" hreflang="${other}">${texts[other].languageName}</a>`}
        </header>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
        <footer><p>${say.sandboxNote}</p></footer>
      </body>
    </html> `;
}
