import { askedBy } from "./asked-by.ts";
import { html, type Html } from "./html.ts";
import { layout } from "./layout.ts";
import { texts, type Brand, type Language } from "./texts.ts";

export interface LoginPageInput {
  readonly language: Language;
  readonly brand: Brand;
  readonly action: string;
  readonly formToken: string;
  readonly client: { readonly clientName: string; readonly orgName: string };
  readonly residents: readonly { readonly psuId: string; readonly name: string; readonly note: Readonly<Record<Language, string>> }[];
  readonly unknownPsuId?: string | undefined;
}

/** Step one: who are you? */
export function loginPage({ language, brand, action, formToken, client, residents, unknownPsuId }: LoginPageInput): Html {
  const say = texts[language];
  const wrong = unknownPsuId !== undefined;
  const content = html`${askedBy(language, client)}
    <p>${say.loginLead(client.clientName)}</p>
    ${wrong && html`<p class="problem" id="problem" role="alert">${say.unknownUser}</p>`}
    <form method="post" action="${action}/login?lang=${language}">
      <input type="hidden" name="formToken" value="${formToken}" />
      <label for="psuId">${say.userId}</label>
      <p class="help" id="help">${say.userIdHelp}</p>
      <div class="line">
        <input
          id="psuId"
          name="psuId"
          value="${unknownPsuId ?? ""}"
          inputmode="text"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          maxlength="40"
          required
          aria-describedby="help${wrong ? " problem" : ""}"
          ${wrong ? html` aria-invalid="true"` : ""}
        />
        <button class="primary" type="submit">${say.logIn}</button>
      </div>
    </form>
    <form method="post" action="${action}/login?lang=${language}">
      <input type="hidden" name="formToken" value="${formToken}" />
      <h2>${say.testPeople}</h2>
      <ul class="people">
        ${residents.map(
          ({ psuId, name, note }) =>
            html`<li>
              <button type="submit" name="psuId" value="${psuId}">
                <strong>${name}</strong> <span class="number">${psuId}</span> <span class="help">${note[language]}</span>
              </button>
            </li> `,
        )}
      </ul>
    </form>
    <form method="post" action="${action}/decision?lang=${language}">
      <input type="hidden" name="formToken" value="${formToken}" />
      <button class="quiet" type="submit" name="decision" value="refuse">${say.cancel}</button>
    </form>`;
  return layout({ language, brand, title: say.loginTitle, content, path: action });
}
