import { html, type Html } from "./html.ts";
import { amountText, groupedIban, texts, type Language } from "./texts.ts";

export interface OfferedAccount {
  readonly id: string;
  readonly name: string;
  readonly iban: string;
  readonly owner: string;
  readonly balance: string;
  readonly currency: string;
}

/** One account of several, the one with `chosenIban` (or the first) chosen already. */
export function debitAccountChoice({
  language,
  legend,
  accounts,
  chosenIban,
}: {
  language: Language;
  legend: string;
  accounts: readonly OfferedAccount[];
  chosenIban: string | undefined;
}): Html {
  const say = texts[language];
  const chosen = accounts.find((each) => each.iban === chosenIban) ?? accounts[0];
  return html`<fieldset>
    <legend>${legend}</legend>
    ${accounts.length === 0 && html`<p>${say.noAccounts}</p>`}
    ${accounts.map(
      (account) =>
        html`<label class="choice"
          ><input type="radio" name="account" value="${account.id}" ${account === chosen ? html` checked` : ""} />
          <span class="what"
            ><strong>${account.name}</strong><span class="number">${groupedIban(account.iban)}</span
            ><span class="help">${say.owner}: ${account.owner}</span></span
          >
          <span class="amount"><span class="hidden">${say.balance} </span>${amountText(language, account.balance, account.currency)}</span></label
        > `,
    )}
  </fieldset>`;
}
