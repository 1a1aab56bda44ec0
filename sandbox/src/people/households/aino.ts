import { generateHousehold, type HouseholdPlan, type Theme } from "../household.ts";
import { shops } from "../merchants.ts";
import type { Resident } from "../residents.ts";
import { corrections } from "../themes/corrections.ts";
import { cardBill, cardPurchases, cardTwins, journeys, packageTour, subscriptions } from "../themes/credit-card.ts";
import { bankFee, bills, electricity, monthlyGift, rent } from "../themes/home.ts";
import { childBenefit, partnerShare, salary, taxRefund } from "../themes/income.ts";
import { friends, seasonFee } from "../themes/people-around.ts";
import { fundSaving, interest, opening, ownTransfers } from "../themes/saving.ts";
import { cash, purchases, twins } from "../themes/shopping.ts";

const name = "Aino Hiekkalaatikko-Testinen";

const plan: HouseholdPlan = {
  psuId: "88888881",
  name,
  accounts: [
    { slot: "current", productName: "Käyttötili", owner: name, iban: "FI8659986920068681", hasCard: true },
    { slot: "household", productName: "Taloustili", owner: "Aino ja Onni Hiekkalaatikko-Testinen", hasCard: true },
    { slot: "savings", productName: "Säästötili", owner: name },
  ],
  cards: [
    { slot: "visa", productName: "OP-Visa Gold", lastDigits: "8812" },
    { slot: "family", productName: "OP-Duo, rinnakkaiskortti", lastDigits: "8829" },
  ],
};

/** Helsinki: a programmer with a partner and two children in a rented flat, without a car. */
const themes: readonly Theme[] = [
  opening({ current: 214_530n, household: 138_000n, savings: 612_000n }),
  salary({ slot: "current", employer: "ESIMERKKIOHJELMISTO OY", day: 25, minor: 334_218n }),
  childBenefit({ slot: "household", minor: 19_980n }),
  partnerShare({ slot: "household", partner: "ONNI HIEKKALAATIKKO-TESTINEN", minor: 128_000n }),
  taxRefund({ slot: "current", minor: 61_244n }),
  ownTransfers({ owner: name.toUpperCase(), household: 132_000n, savings: 15_000n, order: "TOISTUVA5UPHS00417" }),
  interest({ slot: "savings", basisPoints: 125n }),
  fundSaving({ slot: "savings", minor: 10_000n }),
  rent({
    slot: "household",
    landlord: { name: "ASUNTO OY HELSINGIN HIEKKALAATIKONKUJA 1", address: ["Hiekkalaatikonkuja 1", "00500 HELSINKI"] },
    minor: 118_500n,
    digits: "1042770318",
  }),
  electricity({ slot: "household", supplier: "HELEN OY", minor: 4_300n, digits: "77310020" }),
  bills("household", [
    { name: "DNA OYJ", minor: 2_990n, dueDay: 20, digits: "31007745", change: { fromDay: 395, minor: 3_190n } },
    { name: "LÄHITAPIOLA KESKINÄINEN VAKUUTUSYHTIÖ", minor: 2_310n, dueDay: 9, digits: "55100873" },
    { name: "HELSINGIN KAUPUNKI, VARHAISKASVATUS", minor: 16_900n, dueDay: 14, digits: "90013377" },
  ]),
  bills("current", [
    { name: "ELISA OYJ", minor: 2_490n, dueDay: 18, digits: "44120095", change: { fromDay: 520, minor: 2_790n } },
    { name: "SANOMA MEDIA FINLAND OY", minor: 5_970n, dueDay: 6, digits: "66054410", everyMonths: 3, change: { fromDay: 300, minor: 6_470n } },
    { name: "INSINÖÖRILIITTO IL RY", minor: 2_800n, dueDay: 3, digits: "12004567" },
  ]),
  bankFee({ slot: "current", minor: 495n }),
  monthlyGift({ slot: "current", payee: { name: "SUOMEN LUONNONSUOJELULIITTO RY" }, minor: 1_500n, order: "TOISTUVA5UPHS00982" }),
  seasonFee({ slot: "household", club: "KALLION VOIMISTELUSEURA RY, LASTEN RYHMÄT", minor: 18_500n, months: [1, 9] }),
  packageTour({ slot: "savings", month: 4, minor: 112_000n, agency: "AURINKOMATKAT OY" }),
  purchases({ theme: "groceries", slot: "household", shops: shops.groceriesHelsinki, week: [0.8, 0.7, 0.9, 0.8, 1.2, 1.25, 0.55] }),
  purchases({ theme: "kids", slot: "household", shops: shops.kids, week: [0.03, 0.03, 0.04, 0.03, 0.06, 0.18, 0.14] }),
  purchases({ theme: "household pharmacy", slot: "household", shops: shops.pharmacy, week: [0.08, 0.06, 0.06, 0.06, 0.08, 0.06, 0] }),
  purchases({ theme: "home", slot: "household", shops: shops.home, week: [0.03, 0.03, 0.03, 0.04, 0.06, 0.14, 0.07] }),
  purchases({ theme: "lunch", slot: "current", shops: shops.lunchHelsinki, week: [0.68, 0.72, 0.7, 0.7, 0.6, 0.05, 0] }),
  purchases({ theme: "coffee", slot: "current", shops: shops.coffee, week: [0.6, 0.62, 0.64, 0.6, 0.75, 0.45, 0.35] }),
  purchases({ theme: "restaurants", slot: "current", shops: shops.restaurants, week: [0.04, 0.05, 0.08, 0.1, 0.3, 0.3, 0.1] }),
  purchases({ theme: "alko", slot: "current", shops: shops.alko, week: [0, 0, 0.02, 0.04, 0.16, 0.14, 0] }),
  purchases({ theme: "tickets", slot: "current", shops: shops.ticketsHelsinki, week: [0.45, 0.4, 0.4, 0.42, 0.55, 0.4, 0.25] }),
  purchases({ theme: "clothes", slot: "current", shops: shops.clothes, week: [0.02, 0.02, 0.03, 0.03, 0.05, 0.12, 0.06] }),
  purchases({ theme: "culture", slot: "current", shops: shops.books, week: [0.03, 0.03, 0.05, 0.06, 0.08, 0.12, 0.07] }),
  purchases({ theme: "wellbeing", slot: "current", shops: shops.wellbeing, week: [0.05, 0.05, 0.05, 0.05, 0.04, 0.02, 0] }),
  friends({ slot: "current", names: ["KUUTTI KUVITTEELLINEN", "MIMMI MALLIKAS", "SEPPO SEPITTEINEN", "ÅSA PÅHITT", "VEIKKO VALE"], likely: 0.2 }),
  cash({ slot: "current", likely: 0.03 }),
  twins({ slot: "current", shop: "HSL MOBIILI", minor: 320n, everyDays: 17, offset: 5 }),
  twins({ slot: "current", shop: "FAZER CAFE", minor: 340n, everyDays: 29, offset: 11 }),
  subscriptions("visa", [
    { name: "SPOTIFY AB", dayOfMonth: 4, minor: 1_099n, change: { fromDay: 310, minor: 1_299n } },
    { name: "NETFLIX.COM", dayOfMonth: 11, minor: 1_399n, change: { fromDay: 455, minor: 1_599n } },
    { name: "HSL KAUSILIPPU", dayOfMonth: 1, minor: 7_090n, change: { fromDay: 410, minor: 7_270n } },
    { name: "ELIXIA FINLAND OY", dayOfMonth: 15, minor: 4_990n, untilDay: 560 },
    { name: "GITHUB INC", dayOfMonth: 21, minor: 400n, currency: "USD" },
    { name: "APPLE.COM/BILL ICLOUD", dayOfMonth: 23, minor: 99n, change: { fromDay: 240, minor: 299n } },
    { name: "DISNEY PLUS", dayOfMonth: 27, minor: 1_099n, fromDay: 200 },
  ]),
  cardPurchases({ theme: "online", card: "visa", shops: shops.online, week: [0.14, 0.12, 0.12, 0.12, 0.16, 0.18, 0.2] }),
  cardPurchases({ theme: "family card", card: "family", shops: shops.groceriesHelsinki, week: [0.06, 0.06, 0.1, 0.06, 0.12, 0.22, 0.1] }),
  journeys("visa", [
    {
      from: "07-06",
      to: "07-13",
      currency: "SEK",
      places: ["ICA NÄRA VISBY", "GOTLANDS MUSEUM", "SL STOCKHOLM", "ÖLVERKET GÖTEBORG", "PRESSBYRÅN"],
      least: 3_900,
      most: 89_000,
    },
    {
      from: "10-17",
      to: "10-20",
      currency: "GBP",
      places: ["TFL TRAVEL CH", "PRET A MANGER", "BRITISH MUSEUM SHOP", "THE LAMB LONDON"],
      least: 280,
      most: 6_400,
    },
    { from: "02-20", to: "02-23", currency: "PLN", places: ["ZABKA GDANSK", "PIEROGARNIA MANDU", "MUZEUM II WOJNY"], least: 900, most: 21_000 },
  ]),
  cardTwins({ card: "visa", shop: "APPLE.COM/BILL", minor: 499n, everyDays: 83, offset: 40 }),
  cardBill({ card: "visa", slot: "current", digits: "8812004411" }),
  cardBill({ card: "family", slot: "household", digits: "8829004411" }),
  corrections({ slot: "current", card: "visa" }),
];

export const aino: Resident = {
  psuId: plan.psuId,
  name,
  note: { en: "A family in Helsinki: rent, day care, shared household account", fi: "Perhe Helsingissä: vuokra, päivähoito, yhteinen taloustili" },
  generate: (input) => generateHousehold({ ...input, plan, themes }),
};
