import { html, type Html } from "./html.ts";
import { layout } from "./layout.ts";
import { texts, type Language } from "./texts.ts";

/** A page that ends the visit and says why. */
export function noticePage({ language, kind, detail }: { language: Language; kind: "requestRefused" | "visitOver"; detail?: string | undefined }): Html {
  const say = texts[language];
  const title = kind === "requestRefused" ? say.requestRefusedTitle : say.visitOverTitle;
  const content = html`<p>${say[kind]}</p>
    ${detail !== undefined && html`<p class="detail"><span>${say.detail}</span> <code>${detail}</code></p>`}`;
  return layout({ language, title, content });
}
