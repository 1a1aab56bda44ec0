import { defineRules } from "./define-rules.ts";

/** Known, and in none of the other categories: cash, gifts to causes, payments between people. */
export const other = defineRules("other", {
  code: {
    cash: "otto|nosto|automaattinosto|kateisnosto|atm withdrawal|cash withdrawal|kontantuttag|uttag|pankkiautomaatti|autom nosto|autom otto",
    deposit: { phrases: "pano|talletus|kateispano|kateistalletus|insattning|deposit", direction: "in" },
  },
  counterparty: {
    "otto-atm": "otto automaatti|ottopiste|bankomat|nosto fi|euronet|nokas|loomis",
    "punainen-risti": "punainen risti|roda korset|red cross",
    unicef:
      "unicef*|plan international*|pelastakaa lapset|world vision*|kirkon ulkomaanapu|save the children|amnesty*|greenpeace*|wwf*|lakarit ilman rajoja|suomen pakolaisapu|syopajarjesto*|hope ry|john nurmisen saatio|sos lapsikyla|uusi lastensairaala",
    seurakunta: "seurakunt*|kirkkoherranvirasto|forsamling*",
    police: "poliisi|poliisihallitus|maahanmuuttovirasto|digi ja vaestotietovirasto|maistraatti|oikeusrekisterikeskus",
    mobilepay: { phrases: "mobilepay*|mob pay|mobile pay|vipps*|swish*|siirto maksu|pivo", weak: true },
    "card-terminal": { phrases: "sumup*|zettle*|izettle*|iz|square|verifone|nayax*|worldline", weak: true },
  },
  word: {
    cash: "kateisnosto*|automaattinosto*|kontantuttag|cash withdrawal|atm|geldautomat|bancomat",
    donation: { phrases: "lahjoitus*|kerays*|kuukausilahjoi*|donation|donera*|gavobistand", direction: "out" },
    vending: { phrases: "automaattimyynti|vending", direction: "out", weak: true },
  },
});
