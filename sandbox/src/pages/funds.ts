import { askedBy } from "./asked-by.ts";
import { debitAccountChoice, type OfferedAccount } from "./debit-account.ts";
import { html, type Html } from "./html.ts";
import { layout } from "./layout.ts";
import { dayText, texts, type Brand, type Language } from "./texts.ts";

export interface FundsPageInput {
  readonly language: Language;
  readonly brand: Brand;
  readonly action: string;
  readonly formToken: string;
  readonly client: { readonly clientName: string; readonly orgName: string };
  readonly authorization: { readonly expires?: string | undefined; readonly iban?: string | undefined };
  /** With the accounts that may be chosen: all, or the one that was asked for. */
  readonly person: { readonly name: string; readonly accounts: readonly OfferedAccount[] };
  readonly nothingChosen: boolean;
}

/** Step two of a confirmation of funds: about which account, yes or no? */
export function fundsPage({ language, brand, action, formToken, client, authorization, person, nothingChosen }: FundsPageInput): Html {
  const say = texts[language];
  const content = html`<p class="who">${say.hello(person.name)}</p>
    ${askedBy(language, client)}
    <p>${say.fundsLead(client.clientName)}</p>
    ${authorization.expires !== undefined && html`<p class="until"><strong>${say.until(dayText(language, authorization.expires))}</strong></p>`}
    ${nothingChosen && html`<p class="problem" role="alert">${say.noAccountChosen}</p>`}
    <form method="post" action="${action}/decision?lang=${language}">
      <input type="hidden" name="formToken" value="${formToken}" />
      ${debitAccountChoice({ language, legend: say.fundsAccount, accounts: person.accounts, chosenIban: authorization.iban })}
      <div class="decide">
        <button class="primary" type="submit" name="decision" value="approve">${say.approve}</button>
        <button type="submit" name="decision" value="refuse">${say.refuse}</button>
      </div>
    </form>`;
  return layout({ language, brand, title: say.fundsTitle, content, path: action });
}
