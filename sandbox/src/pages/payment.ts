import { askedBy } from "./asked-by.ts";
import { debitAccountChoice, type OfferedAccount } from "./debit-account.ts";
import { html, type Html } from "./html.ts";
import { layout } from "./layout.ts";
import { amountText, groupedIban, texts, type Brand, type Language } from "./texts.ts";

export interface PaymentView {
  readonly payee: string;
  readonly account: string;
  readonly amount: string;
  readonly currency: string;
  readonly message?: string | undefined;
  readonly reference?: string | undefined;
  readonly count: number;
}

export interface PaymentPageInput {
  readonly language: Language;
  readonly brand: Brand;
  readonly action: string;
  readonly formToken: string;
  readonly client: { readonly clientName: string; readonly orgName: string };
  readonly person: { readonly name: string; readonly accounts: readonly OfferedAccount[] };
  readonly payments: readonly PaymentView[];
  /** The account the third party proposes; the person may take another. */
  readonly payerIban: string | undefined;
  readonly nothingChosen: boolean;
}

/** Step two of a payment: whom, how much, from which account, yes or no? */
export function paymentPage(input: PaymentPageInput): Html {
  const { language, brand, action, formToken, client, person, payments, payerIban, nothingChosen } = input;
  const say = texts[language];
  const isTheirs = payerIban === undefined || person.accounts.some((each) => each.iban === payerIban);
  const content = html`<p class="who">${say.hello(person.name)}</p>
    ${askedBy(language, client)}
    <p>${say.payLead(client.clientName)}</p>
    <ul class="payments">
      ${payments.map(
        (payment) =>
          html`<li>
            <strong class="amount">${amountText(language, payment.amount, payment.currency)}</strong>
            <span class="what"
              ><strong>${payment.payee}</strong
              ><span class="number">${groupedIban(payment.account)}</span>
              ${payment.message !== undefined && html`<span>${say.message}: ${payment.message}</span>`}
              ${payment.reference !== undefined && html`<span>${say.reference}: ${payment.reference}</span>`}
              ${payment.count > 1 && html`<span>${say.times(payment.count)}</span>`}</span
            >
          </li> `,
      )}
    </ul>
    ${!isTheirs && html`<p class="problem">${say.otherPayer}</p>`} ${nothingChosen && html`<p class="problem" role="alert">${say.noAccountChosen}</p>`}
    <form method="post" action="${action}/decision?lang=${language}">
      <input type="hidden" name="formToken" value="${formToken}" />
      ${debitAccountChoice({ language, legend: say.payFrom, accounts: person.accounts, chosenIban: payerIban })}
      <div class="decide">
        <button class="primary" type="submit" name="decision" value="approve">${say.approvePayment}</button>
        <button type="submit" name="decision" value="refuse">${say.refuse}</button>
      </div>
    </form>`;
  return layout({ language, brand, title: say.payTitle, content, path: action });
}
