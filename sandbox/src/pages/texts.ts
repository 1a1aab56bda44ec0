import { bankTimeZone } from "../clock.ts";

export type Language = "fi" | "en";

/** The name of a bank in each language. */
export type Brand = Readonly<Record<Language, string>>;

const en = {
  languageName: "English",
  sandbox: "Sandbox",
  sandboxNote: "This is a test bank. The people, accounts and money on this page are invented.",
  loginTitle: "Log in",
  loginLead: {
    accounts: (tpp: string) => `${tpp} asks to see your account information. Log in to choose what it may see.`,
    payments: (tpp: string) => `${tpp} asks you to approve a payment. Log in to see what is paid to whom.`,
    fundsconfirmations: (tpp: string) => `${tpp} asks to learn whether there is enough money on an account of yours. Log in to choose.`,
  },
  userId: "User ID",
  userIdHelp: "Eight digits. The test bank asks for no password.",
  logIn: "Log in",
  testPeople: "Or log in as one of the test customers",
  unknownUser: "There is no customer with this user ID. Check the digits, or choose a test customer below.",
  cancel: "Cancel and go back",
  selectTitle: "Choose what to share",
  hello: (name: string) => `Logged in as ${name}`,
  selectLead: (tpp: string) => `${tpp} may then read:`,
  reads: [
    "the names, numbers and balances of the accounts you choose",
    "their transactions, at most two years back",
    "the cards you choose and what was paid with them",
  ],
  cannot: "It cannot move money, and it never sees how you log in.",
  until: (when: string) => `Until ${when}. You can end it at any time, at your bank or in the service.`,
  once: "Once, within the next 24 hours.",
  period: (from: string, to: string) => `Transactions from ${from} to ${to}.`,
  accounts: "Accounts",
  cards: "Cards",
  noAccounts: "You have no accounts.",
  nothingChosen: "Choose at least one account or card, or refuse.",
  approve: "Approve",
  refuse: "Refuse",
  requestBy: "Asked by",
  requestRefusedTitle: "This request cannot be shown",
  requestRefused: "The service that sent you here made a mistake in its request. Nothing was shared. Go back to the service and try again.",
  visitOverTitle: "This visit is over",
  visitOver:
    "The page was used already, it waited too long, or it was opened in another browser. Nothing more will happen here. Go back to the service and begin again.",
  doneTitle: "That is all",
  done: "The service learns of your decision by itself. You can close this page.",
  detail: "For the service’s developers",
  balance: "Balance",
  owner: "Owner",
  payTitle: "Approve the payment",
  payLead: (tpp: string) => `If you approve, ${tpp} may have this paid from your account:`,
  payFrom: "Pay from",
  message: "Message",
  reference: "Reference",
  times: (count: number) => `Up to ${count} times`,
  otherPayer: "The service asked to pay from an account that is not yours. Choose one of your own, or refuse.",
  noAccountChosen: "Choose one account, or refuse.",
  approvePayment: "Approve and pay",
  fundsTitle: "Confirm that there is enough money",
  fundsLead: (tpp: string) => `${tpp} may then ask whether an amount is on the account. It learns yes or no, never the balance.`,
  fundsAccount: "Account",
};

export type Texts = typeof en;

const fi: Texts = {
  languageName: "Suomi",
  sandbox: "Hiekkalaatikko",
  sandboxNote: "Tämä on testipankki. Sivun ihmiset, tilit ja rahat ovat keksittyjä.",
  loginTitle: "Kirjaudu sisään",
  loginLead: {
    accounts: (tpp) => `${tpp} pyytää lupaa nähdä tilitietojasi. Kirjaudu sisään ja valitse, mitä se saa nähdä.`,
    payments: (tpp) => `${tpp} pyytää sinua hyväksymään maksun. Kirjaudu sisään, niin näet, mitä maksetaan ja kenelle.`,
    fundsconfirmations: (tpp) => `${tpp} pyytää lupaa tarkistaa, riittävätkö tilisi varat. Kirjaudu sisään ja valitse tili.`,
  },
  userId: "Käyttäjätunnus",
  userIdHelp: "Kahdeksan numeroa. Testipankki ei kysy salasanaa.",
  logIn: "Kirjaudu",
  testPeople: "Tai kirjaudu testiasiakkaana",
  unknownUser: "Tällä käyttäjätunnuksella ei ole asiakasta. Tarkista numerot tai valitse testiasiakas alta.",
  cancel: "Keskeytä ja palaa",
  selectTitle: "Valitse, mitä jaat",
  hello: (name) => `Kirjautuneena ${name}`,
  selectLead: (tpp) => `${tpp} saa silloin lukea:`,
  reads: ["valitsemiesi tilien nimet, numerot ja saldot", "niiden tapahtumat, enintään kahden vuoden ajalta", "valitsemasi kortit ja niillä maksetut ostot"],
  cannot: "Se ei voi siirtää rahaa eikä näe, miten kirjaudut.",
  until: (when) => `Voimassa ${when} asti. Voit päättää luvan milloin vain, pankissasi tai palvelussa.`,
  once: "Kerran, seuraavien 24 tunnin aikana.",
  period: (from, to) => `Tapahtumat ${from}–${to}.`,
  accounts: "Tilit",
  cards: "Kortit",
  noAccounts: "Sinulla ei ole tilejä.",
  nothingChosen: "Valitse ainakin yksi tili tai kortti, tai hylkää pyyntö.",
  approve: "Hyväksy",
  refuse: "Hylkää",
  requestBy: "Pyytäjä",
  requestRefusedTitle: "Pyyntöä ei voi näyttää",
  requestRefused: "Palvelu, josta tulit, teki pyynnössään virheen. Mitään ei jaettu. Palaa palveluun ja yritä uudelleen.",
  visitOverTitle: "Käynti on päättynyt",
  visitOver: "Sivu on jo käytetty, se odotti liian kauan tai se avattiin toisessa selaimessa. Täällä ei tapahdu enää mitään. Palaa palveluun ja aloita alusta.",
  doneTitle: "Valmista tuli",
  done: "Palvelu saa tiedon päätöksestäsi itse. Voit sulkea tämän sivun.",
  detail: "Palvelun kehittäjille",
  balance: "Saldo",
  owner: "Omistaja",
  payTitle: "Hyväksy maksu",
  payLead: (tpp) => `Jos hyväksyt, ${tpp} saa maksattaa tililtäsi:`,
  payFrom: "Maksutili",
  message: "Viesti",
  reference: "Viite",
  times: (count) => `Enintään ${count} kertaa`,
  otherPayer: "Palvelu pyysi maksua tililtä, joka ei ole sinun. Valitse oma tilisi tai hylkää pyyntö.",
  noAccountChosen: "Valitse yksi tili tai hylkää pyyntö.",
  approvePayment: "Hyväksy ja maksa",
  fundsTitle: "Vahvista, että varat riittävät",
  fundsLead: (tpp) => `${tpp} saa silloin kysyä, onko tilillä tietty summa. Se saa tietää kyllä tai ei, ei koskaan saldoa.`,
  fundsAccount: "Tili",
};

export const texts: Readonly<Record<Language, Texts>> = { en, fi };

/** The language asked for by hand, else the browser's first of the two, else Finnish. */
export function chooseLanguage(asked: unknown, acceptLanguage: string | undefined): Language {
  if (asked === "fi" || asked === "en") return asked;
  const preferred = (acceptLanguage ?? "")
    .toLowerCase()
    .split(",")
    .map((part) => part.trim().slice(0, 2));
  return preferred.find((each) => each === "fi" || each === "en") === "en" ? "en" : "fi";
}

/** An amount as the language writes it. */
export function amountText(language: Language, decimal: string, currency: string): string {
  const [whole = "0", decimals] = decimal.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, language === "fi" ? "\u00a0" : ",");
  const digits = decimals === undefined ? grouped : `${grouped}${language === "fi" ? "," : "."}${decimals}`;
  const sign = decimal.startsWith("-") ? "\u2212" : "";
  const symbol = currency === "EUR" ? "€" : currency;
  return language === "fi" ? `${sign}${digits}\u00a0${symbol}` : `${sign}${symbol === "€" ? "€" : `${symbol}\u00a0`}${digits}`;
}

/** A day or an instant as the language writes it, in the bank's own calendar. */
export function dayText(language: Language, day: string): string {
  const date = day.includes("T") ? Temporal.Instant.from(day).toZonedDateTimeISO(bankTimeZone).toPlainDate() : Temporal.PlainDate.from(day);
  return date.toLocaleString(language === "fi" ? "fi-FI" : "en-GB", { day: "numeric", month: language === "fi" ? "numeric" : "long", year: "numeric" });
}

/** An IBAN in groups of four, as people read it. */
export function groupedIban(iban: string): string {
  return iban.replaceAll(/(.{4})(?=.)/g, "$1\u00a0");
}
