import type { Shops } from "./themes/shopping.ts";

/** Where people in Finland spend money, and about how much at a time. */
export const shops = {
  groceriesHelsinki: {
    names: [
      "S-MARKET SÖRNÄINEN",
      "K-MARKET KAMPPI",
      "PRISMA KALASATAMA",
      "LIDL VALLILA",
      "ALEPA KALLIO",
      "K-SUPERMARKET REDI",
      "K-CITYMARKET ITÄKESKUS",
      "HALPA-HALLI VIIKKI",
    ],
    from: 640,
    to: 6_480,
  },
  groceriesTampere: {
    names: ["PRISMA KOIVISTONKYLÄ", "K-CITYMARKET TURTOLA", "LIDL HERVANTA", "S-MARKET TAMMELA", "K-MARKET PYYNIKKI", "TOKMANNI TAMPERE"],
    from: 720,
    to: 7_350,
  },
  lunchHelsinki: {
    names: ["FAFAS RUOHOLAHTI", "UNICAFE MEILAHTI", "FOOD & CO SANOMATALO", "HESBURGER KAMPPI", "FACTORY ALEKSI", "RAVINTOLA PÄIVÄ JA YÖ"],
    from: 1_090,
    to: 1_490,
  },
  lunchTampere: { names: ["AMICA TOHLOPPI", "HESBURGER RATINA", "RAX PIZZABUFFET", "RAVINTOLA KÄRÄJÄTUPA", "KOTIPIZZA HERVANTA"], from: 990, to: 1_450 },
  coffee: { names: ["ESPRESSO HOUSE", "R-KIOSKI", "CAFE ENGEL", "FAZER CAFE", "ROBERT'S COFFEE", "KAHVILA SÄVY"], from: 280, to: 790 },
  restaurants: {
    names: ["WOLT HELSINKI", "FOODORA FINLAND", "RAVINTOLA SAVOTTA", "PIZZERIA VIA TRIBUNALI", "BAR LOOSE", "SUSHIBAR + WINE", "OLUTRAVINTOLA ÖLHUS"],
    from: 1_650,
    to: 7_200,
  },
  alko: { names: ["ALKO ARKADIA", "ALKO HERVANTA", "ALKO KALLIO"], from: 1_199, to: 5_490 },
  pharmacy: { names: ["YLIOPISTON APTEEKKI", "KALLION APTEEKKI", "HERVANNAN APTEEKKI"], from: 490, to: 4_300 },
  clothes: { names: ["H&M", "STOCKMANN", "MARIMEKKO", "LINDEX", "STADIUM", "ZALANDO PAYMENTS GMBH"], from: 1_290, to: 11_900 },
  home: { names: ["IKEA", "CLAS OHLSON", "MOTONET", "BAUHAUS", "K-RAUTA", "JYSK", "TOKMANNI"], from: 590, to: 13_900 },
  books: {
    names: ["SUOMALAINEN KIRJAKAUPPA", "AKATEEMINEN KIRJAKAUPPA", "FINNKINO", "HELSINGIN KAUPUNGINTEATTERI", "TIKETTI OY", "LIPPUPISTE OY"],
    from: 890,
    to: 5_900,
  },
  ticketsHelsinki: { names: ["HSL MOBIILI", "HSL LIPPUAUTOMAATTI", "TAKSI HELSINKI", "VR-YHTYMÄ OYJ", "BOLT.EU"], from: 320, to: 2_890 },
  fuel: { names: ["NESTE KALEVA", "ABC PIRKKALA", "ST1 LIELAHTI", "TEBOIL NEKALA", "SEO ÄÄNEKOSKI"], from: 3_200, to: 8_900 },
  parking: { names: ["EASYPARK FINLAND", "P-HÄMPPI TAMPERE", "AIMO PARK", "MOOVY"], from: 150, to: 1_400 },
  online: {
    names: ["VERKKOKAUPPA.COM OYJ", "GIGANTTI", "ADLIBRIS", "AMAZON.DE", "STEAM PURCHASE", "APPLE.COM/BILL", "GOOGLE *PLAY", "PARTIOAITTA"],
    from: 399,
    to: 15_900,
  },
  kids: { names: ["LEKMER", "BR-LELUT", "POLARN O. PYRET", "KORKEASAARI", "LINNANMÄKI", "HOPLOP"], from: 590, to: 5_900 },
  wellbeing: { names: ["PARTURI-KAMPAAMO HIUSHETKI", "MEHILÄINEN OY", "TERVEYSTALO", "UIMASTADION", "HAMMAS MEHILÄINEN"], from: 550, to: 12_400 },
  outdoors: { names: ["PARTIOAITTA", "INTERSPORT", "XXL SPORTS", "BIKETEK OY", "SÄRKÄNNIEMI"], from: 990, to: 12_900 },
} as const satisfies Record<string, Shops>;
