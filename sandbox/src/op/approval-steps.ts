import { fundsPage } from "../pages/funds.ts";
import { paymentPage } from "../pages/payment.ts";
import { selectionPage } from "../pages/selection.ts";
import type { PersonBooks } from "../people/books.ts";
import type { Approval, Authorization, AuthorizationKind } from "./authorization.ts";
import type { Bank } from "./bank.ts";
import type { Step } from "../visits/visits.ts";
import { paymentsToApprove } from "./payments/approval-view.ts";
import { withReservations } from "./selection-view.ts";

/** Accounts and cards, as many as the person likes. */
export const accountSelection: Step = {
  page: ({ person, ...input }) => selectionPage({ ...input, person: withReservations(person) }),
  choice(chosen, { person }) {
    const accountIds = person.accounts.map((account) => account.accountId).filter((id) => chosen("account").includes(id));
    const cardIds = person.cards.map((card) => card.cardId).filter((id) => chosen("card").includes(id));
    return accountIds.length + cardIds.length === 0 ? undefined : { psuId: person.psuId, accountIds, cardIds };
  },
};

/** What a person is asked, by what the third party asks for. */
export function approvalSteps(bank: Bank): Readonly<Record<AuthorizationKind, Step>> {
  return {
    accounts: accountSelection,
    payments: {
      page({ authorization, person, ...input }) {
        const { payments, payerIban } = paymentsToApprove(bank, authorization.authorizationId);
        return paymentPage({ ...input, person: withReservations(person), payments, payerIban });
      },
      choice: (chosen, { person }) => oneAccount(chosen("account"), person),
    },
    fundsconfirmations: {
      page: ({ authorization, person, ...input }) => fundsPage({ ...input, authorization, person: offered(withReservations(person), authorization) }),
      choice(chosen, { person, authorization }) {
        const choice = oneAccount(chosen("account"), person);
        return authorization.iban === undefined || authorization.iban === choice?.iban ? choice : undefined;
      },
    },
  };
}

function oneAccount(chosen: readonly string[], person: PersonBooks): Approval | undefined {
  const account = person.accounts.find((each) => each.accountId === chosen[0]);
  return account === undefined || chosen.length > 1 ? undefined : { psuId: person.psuId, accountIds: [account.accountId], cardIds: [], iban: account.iban };
}

/** Where the third party named an account there is nothing to choose. */
function offered<T extends { readonly accounts: readonly { readonly iban: string }[] }>(person: T, { iban }: Authorization): T {
  return { ...person, accounts: person.accounts.filter((each) => iban === undefined || each.iban === iban) };
}
