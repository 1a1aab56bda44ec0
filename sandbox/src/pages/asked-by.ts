import { html, type Html } from "./html.ts";
import { texts, type Language } from "./texts.ts";

/** Who sent the person here, in the bank's own words about the third party. */
export function askedBy(language: Language, client: { readonly clientName: string; readonly orgName: string }): Html {
  return html`<p class="asked"><span>${texts[language].requestBy}</span> <strong>${client.clientName}</strong> <span>${client.orgName}</span></p>`;
}
