import { askedBy } from "./asked-by.ts";
import { html, type Html } from "./html.ts";
import { layout } from "./layout.ts";
import { amountText, dayText, texts, type Brand, type Language } from "./texts.ts";

export interface SelectionPageInput {
  readonly language: Language;
  readonly brand: Brand;
  readonly action: string;
  readonly formToken: string;
  readonly client: { readonly clientName: string; readonly orgName: string };
  readonly authorization: { readonly expires?: string | undefined; readonly transactionFrom?: string | undefined; readonly transactionTo?: string | undefined };
  readonly person: {
    readonly name: string;
    readonly accounts: readonly {
      readonly id: string;
      readonly name: string;
      readonly iban: string;
      readonly owner: string;
      readonly balance: string;
      readonly currency: string;
    }[];
    readonly cards: readonly { readonly id: string; readonly name: string; readonly number: string }[];
  };
  readonly nothingChosen: boolean;
}

/** Step two: which accounts and cards, yes or no? */
export function selectionPage(input: SelectionPageInput): Html {
  const { language, brand, action, formToken, client, authorization, person, nothingChosen } = input;
  const say = texts[language];
  // Whoever unticked everything meant it: the page comes back as it was sent.
  const ticked = nothingChosen ? "" : html` checked`;
  const { transactionFrom, transactionTo, expires } = authorization;
  const content = html`<p class="who">${say.hello(person.name)}</p>
    ${askedBy(language, client)}
    <p>${say.selectLead(client.clientName)}</p>
    <ul class="reads">
      ${say.reads.map((line) => html`<li>${line}</li>`)}
    </ul>
    <p>${say.cannot}</p>
    <p class="until">
      <strong>${expires === undefined ? say.once : say.until(dayText(language, expires))}</strong>
      ${transactionFrom !== undefined && transactionTo !== undefined && say.period(dayText(language, transactionFrom), dayText(language, transactionTo))}
    </p>
    ${nothingChosen && html`<p class="problem" role="alert">${say.nothingChosen}</p>`}
    <form method="post" action="${action}/decision?lang=${language}">
      <input type="hidden" name="formToken" value="${formToken}" />
      <fieldset>
        <legend>${say.accounts}</legend>
        ${person.accounts.length === 0 && html`<p>${say.noAccounts}</p>`}
        ${person.accounts.map(
          (account) =>
            html`<label class="choice"
              ><input type="checkbox" name="account" value="${account.id}" ${ticked} />
              <span class="what"
                ><strong>${account.name}</strong><span class="number">${grouped(account.iban)}</span
                ><span class="help">${say.owner}: ${account.owner}</span></span
              >
              <span class="amount"><span class="hidden">${say.balance} </span>${amountText(language, account.balance, account.currency)}</span></label
            > `,
        )}
      </fieldset>
      ${
        person.cards.length > 0 &&
        html`<fieldset>
          <legend>${say.cards}</legend>
          ${person.cards.map(
            (card) =>
              html`<label class="choice"
                ><input type="checkbox" name="card" value="${card.id}" ${ticked} />
                <span class="what"><strong>${card.name}</strong><span class="number">${card.number}</span></span></label
              > `,
          )}
        </fieldset>`
      }
      <div class="decide">
        <button class="primary" type="submit" name="decision" value="approve">${say.approve}</button>
        <button type="submit" name="decision" value="refuse">${say.refuse}</button>
      </div>
    </form>`;
  return layout({ language, brand, title: say.selectTitle, content, path: action });
}

/** An IBAN in groups of four, as people read it. */
function grouped(iban: string): string {
  return iban.replaceAll(/(.{4})(?=.)/g, "$1\u00a0");
}
