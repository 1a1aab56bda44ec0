import { generateHousehold, type HouseholdPlan, type Theme } from "../household.ts";
import { shops } from "../merchants.ts";
import type { Resident } from "../residents.ts";
import { corrections } from "../themes/corrections.ts";
import { cardBill, cardPurchases, cardTwins, journeys, subscriptions } from "../themes/credit-card.ts";
import { bankFee, bills, electricity, instalment, monthlyGift, mortgage } from "../themes/home.ts";
import { partnerShare, salary } from "../themes/income.ts";
import { friends, seasonFee } from "../themes/people-around.ts";
import { fundSaving, interest, opening, ownTransfers } from "../themes/saving.ts";
import { cash, purchases, twins } from "../themes/shopping.ts";

const name = "Eetu Mallikansalainen";

const plan: HouseholdPlan = {
  psuId: "88888882",
  name,
  accounts: [
    { slot: "current", productName: "Käyttötili", owner: name, hasCard: true },
    { slot: "household", productName: "Taloustili", owner: "Eetu Mallikansalainen ja Lumi Olematon", hasCard: true },
    { slot: "savings", productName: "OP-Kasvutuotto", owner: name },
    { slot: "buffer", productName: "Puskuritili", owner: name },
  ],
  cards: [
    { slot: "mastercard", productName: "OP-Mastercard", lastDigits: "7731" },
    { slot: "visa", productName: "OP-Visa Classic", lastDigits: "7748" },
  ],
};

/** Tampere: an electrician with a housing loan, a car on instalments and a partner who shares the food. */
const themes: readonly Theme[] = [
  opening({ current: 248_790n, household: 71_250n, savings: 785_000n, buffer: 150_000n }),
  salary({ slot: "current", employer: "TAMPEREEN SÄHKÖNEUVOS JA POJAT OY", day: 15, minor: 194_640n }),
  salary({ slot: "current", employer: "TAMPEREEN SÄHKÖNEUVOS JA POJAT OY", day: 30, minor: 198_425n }),
  partnerShare({ slot: "household", partner: "LUMI OLEMATON", minor: 60_000n }),
  ownTransfers({ owner: name.toUpperCase(), household: 58_000n, savings: 17_500n, order: "TOISTUVA5UPHS11730" }),
  interest({ slot: "savings", basisPoints: 150n }),
  interest({ slot: "buffer", basisPoints: 75n }),
  fundSaving({ slot: "savings", minor: 7_500n }),
  mortgage({ slot: "current", capital: 41_200n, loan: "5731-442" }),
  instalment({ slot: "current", payee: { name: "NORDEA RAHOITUS SUOMI OY" }, minor: 24_890n, dueDay: 20, digits: "7002219934" }),
  electricity({ slot: "household", supplier: "TAMPEREEN ENERGIA OY", minor: 6_900n, digits: "20066101" }),
  bills("current", [
    { name: "TELIA FINLAND OYJ", minor: 2_190n, dueDay: 11, digits: "61200441", change: { fromDay: 355, minor: 2_390n } },
    { name: "KIINTEISTÖ- JA ISÄNNÖINTIPALVELU MALLI 5", minor: 28_450n, dueDay: 3, digits: "70011984", change: { fromDay: 430, minor: 29_700n } },
    { name: "IF VAHINKOVAKUUTUS OYJ", minor: 4_120n, dueDay: 22, digits: "40010056", change: { fromDay: 365, minor: 4_480n } },
    { name: "TRAFICOM, AJONEUVOVERO", minor: 4_930n, dueDay: 12, digits: "99120045", everyMonths: 3 },
    { name: "VEROHALLINTO, JÄÄNNÖSVERO", minor: 21_655n, dueDay: 1, digits: "17009920", everyMonths: 6 },
    { name: "SÄHKÖALOJEN AMMATTILIITTO RY", minor: 3_400n, dueDay: 6, digits: "10450231" },
  ]),
  bills("household", [
    { name: "ELISA OYJ", minor: 3_490n, dueDay: 19, digits: "51200932", change: { fromDay: 505, minor: 3_690n } },
    { name: "TAMPEREEN VESI", minor: 7_140n, dueDay: 25, digits: "30040012", everyMonths: 3 },
  ]),
  bankFee({ slot: "current", minor: 395n }),
  monthlyGift({ slot: "current", payee: { name: "SUOMEN PUNAINEN RISTI" }, minor: 1_000n, order: "TOISTUVA5UPHS20551" }),
  seasonFee({ slot: "current", club: "TAMPEREEN KUVITELTU SALIBANDYSEURA RY", minor: 24_000n, months: [9] }),
  purchases({ theme: "groceries", slot: "household", shops: shops.groceriesTampere, week: [0.75, 0.6, 0.7, 0.65, 1.1, 1.15, 0.4] }),
  purchases({ theme: "home", slot: "household", shops: shops.home, week: [0.03, 0.03, 0.04, 0.04, 0.06, 0.18, 0.1] }),
  purchases({ theme: "household pharmacy", slot: "household", shops: shops.pharmacy, week: [0.05, 0.04, 0.04, 0.04, 0.06, 0.04, 0] }),
  purchases({ theme: "lunch", slot: "current", shops: shops.lunchTampere, week: [0.75, 0.75, 0.75, 0.75, 0.7, 0.12, 0.02] }),
  purchases({ theme: "coffee", slot: "current", shops: shops.coffee, week: [0.72, 0.7, 0.7, 0.7, 0.8, 0.4, 0.25] }),
  purchases({ theme: "fuel", slot: "current", shops: shops.fuel, week: [0.16, 0.12, 0.12, 0.14, 0.24, 0.14, 0.12] }),
  purchases({ theme: "parking", slot: "current", shops: shops.parking, week: [0.42, 0.4, 0.42, 0.4, 0.45, 0.3, 0.1] }),
  purchases({ theme: "restaurants", slot: "current", shops: shops.restaurants, week: [0.02, 0.03, 0.05, 0.07, 0.26, 0.26, 0.06] }),
  purchases({ theme: "alko", slot: "current", shops: shops.alko, week: [0, 0, 0.02, 0.03, 0.2, 0.16, 0] }),
  purchases({ theme: "outdoors", slot: "current", shops: shops.outdoors, week: [0.02, 0.02, 0.02, 0.02, 0.04, 0.12, 0.05] }),
  purchases({ theme: "culture", slot: "current", shops: shops.books, week: [0.02, 0.02, 0.03, 0.03, 0.06, 0.09, 0.04] }),
  purchases({ theme: "wellbeing", slot: "current", shops: shops.wellbeing, week: [0.03, 0.03, 0.03, 0.03, 0.02, 0.01, 0] }),
  friends({ slot: "current", names: ["KALLE KEKSITTY", "PIRJO PUUHKA-PALJONPUHUVA", "JOOSE JOKUNEN", "ÄLLI ÖÖRNBERG"], likely: 0.16 }),
  cash({ slot: "current", likely: 0.05 }),
  twins({ slot: "current", shop: "EASYPARK FINLAND", minor: 240n, everyDays: 19, offset: 7 }),
  twins({ slot: "household", shop: "R-KIOSKI", minor: 450n, everyDays: 31, offset: 13 }),
  subscriptions("mastercard", [
    { name: "SPOTIFY AB", dayOfMonth: 9, minor: 1_099n, change: { fromDay: 290, minor: 1_299n } },
    { name: "VIAPLAY", dayOfMonth: 2, minor: 1_699n, change: { fromDay: 480, minor: 1_999n } },
    { name: "YOUTUBE PREMIUM", dayOfMonth: 13, minor: 1_299n, fromDay: 120 },
    { name: "FITNESS24SEVEN", dayOfMonth: 28, minor: 3_290n },
    { name: "PLAYSTATION NETWORK", dayOfMonth: 17, minor: 899n, untilDay: 600 },
    { name: "DROPBOX INTERNATIONAL", dayOfMonth: 24, minor: 1_199n, currency: "USD" },
  ]),
  cardPurchases({ theme: "online", card: "mastercard", shops: shops.online, week: [0.12, 0.12, 0.12, 0.12, 0.18, 0.2, 0.18] }),
  cardPurchases({ theme: "tools", card: "visa", shops: shops.home, week: [0.08, 0.06, 0.08, 0.06, 0.08, 0.16, 0.06] }),
  journeys("mastercard", [
    {
      from: "06-26",
      to: "07-03",
      currency: "NOK",
      places: ["COOP PRIX TROMSØ", "CIRCLE K ALTA", "FJELLHEISEN", "REMA 1000 SVOLVÆR", "BUNNPRIS LOFOTEN"],
      least: 4_900,
      most: 98_000,
    },
    {
      from: "03-12",
      to: "03-15",
      currency: "USD",
      places: ["MTA NYC TRANSIT", "SHAKE SHACK NEW YORK", "STRAND BOOKS", "DUANE READE"],
      least: 290,
      most: 11_900,
    },
    { from: "11-02", to: "11-04", currency: "JPY", places: ["JR EAST SUICA", "LAWSON SHINJUKU", "ICHIRAN SHIBUYA"], least: 180, most: 9_800 },
  ]),
  cardTwins({ card: "visa", shop: "PARKKIHALLI FINNPARK", minor: 800n, everyDays: 47, offset: 22 }),
  cardBill({ card: "mastercard", slot: "current", digits: "7731009012" }),
  cardBill({ card: "visa", slot: "current", digits: "7748009012" }),
  corrections({ slot: "current", card: "mastercard" }),
];

export const eetu: Resident = {
  psuId: plan.psuId,
  name,
  note: {
    en: "A couple in Tampere: housing loan, car on instalments, four accounts",
    fi: "Pariskunta Tampereella: asuntolaina, auto osamaksulla, neljä tiliä",
  },
  generate: (input) => generateHousehold({ ...input, plan, themes }),
};
