import { html, type Html } from "./html.ts";
import { layout } from "./layout.ts";
import { texts, type Brand, type Language } from "./texts.ts";

/** Why a visit ends on a page of the bank. */
export type NoticeKind = "requestRefused" | "visitOver" | "done";

/** A page that ends the visit and says why. */
export function noticePage({ language, brand, kind, detail }: { language: Language; brand: Brand; kind: NoticeKind; detail?: string | undefined }): Html {
  const say = texts[language];
  const content = html`<p>${say[kind]}</p>
    ${detail !== undefined && html`<p class="detail"><span>${say.detail}</span> <code>${detail}</code></p>`}`;
  return layout({ language, brand, title: say[`${kind}Title`], content });
}
