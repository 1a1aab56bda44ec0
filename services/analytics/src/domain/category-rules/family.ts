import { defineRules } from "./define-rules.ts";

/** Children, school, animals: who lives in the household besides the one who pays. */
export const family = defineRules("family", {
  counterparty: {
    jollyroom: "jollyroom|babyland|lekmer|lastentarvike|babysam|lindex kids|polarn o pyret|reima|name it",
    "br-lelut": "br lelut|lelukauppa*|toys r us|toysrus|hamleys|leluniekka",
    muksumassi: "muksumassi|nextstory lasten",
    pilke: "pilke paivakodit|touhula|norlandia|ankkalampi|paivakoti*|mehilainen paivakoti",
    mll: "mannerheimin lastensuojeluliitto|=mll",
    "musti-ja-mirri": "musti ja mirri|musti mirri|mustimirri|arken zoo|zooplus|bitiba|peten koiratarvike|faunatar|petenkoiratarvike",
    evidensia: "evidensia|anicura|omaelainklinikka|elainlaakariasema*",
    agria: "agria",
    "suomen-partiolaiset": "suomen partiolaiset|partiolippukunta|4h yhdistys",
    koulukuva: "koulukuva*|seppala koulukuvat|kuvaverkko",
  },
  word: {
    daycare: {
      phrases: "paivakoti*|paivahoito*|varhaiskasvatu*|dagis|forskola*|barnomsorg|daycare|kindergarten|iltapaivatoiminta|iltapaivakerho|eskari|esiopetus",
      direction: "out",
    },
    school: {
      phrases: "koulu*|opiskelijamaksu|lukukausimaksu*|lukio*|school*|tuition|oppikirja*|musiikkiopisto*|lastenkerho|leirikoulu*|luokkaretki*|perhekerho",
      direction: "out",
    },
    support: { phrases: "elatus*|elatusapu|elatusmaksu*|underhallsbidrag|child support|viikkoraha*|kuukausiraha|veckopeng", direction: "out" },
    toys: { phrases: "lelu*|leksak*|toys|lastenvaatteet|vauva*|baby*|vaipat", direction: "out" },
    pets: {
      phrases: "elainlaakari*|elainkauppa*|elainhoitola|koira*|kissa*|veterinar*|lemmikki*|djuraffar|pet shop|veterinary|hevostalli|tallipaikka",
      direction: "out",
    },
  },
});
