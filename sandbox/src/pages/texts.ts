import { bankTimeZone } from "../clock.ts";

export type Language = "fi" | "en";

/** The name of a bank in each language. */
export type Brand = Readonly<Record<Language, string>>;

const en = {
  languageName: "English",
  sandbox: "Sandbox",
  sandboxNote: "This is a test bank. The people, accounts and money on this page are invented.",
  loginTitle: "Log in",
  loginLead: (tpp: string) => `${tpp} asks to see your account information. Log in to choose what it may see.`,
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
};

export type Texts = typeof en;

const fi: Texts = {
  languageName: "Suomi",
  sandbox: "Hiekkalaatikko",
  sandboxNote: "Tämä on testipankki. Sivun ihmiset, tilit ja rahat ovat keksittyjä.",
  loginTitle: "Kirjaudu sisään",
  loginLead: (tpp) => `${tpp} pyytää lupaa nähdä tilitietojasi. Kirjaudu sisään ja valitse, mitä se saa nähdä.`,
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
