import { defineRules } from "./define-rules.ts";

/** What comes in: wages, pensions, benefits, returns. Every rule here looks at incoming money only. */
export const income = defineRules("income", {
  code: {
    salary: { phrases: "palkka|palkkamaksu|palkanmaksu|lon|lonebetalning|salary|gehalt|payroll", direction: "in" },
    pension: { phrases: "elake|pension", direction: "in" },
    benefit: { phrases: "etuus|kela|sosiaalietuus", direction: "in" },
    interest: { phrases: "korko|talletuskorko|hyvityskorko|korkohyvitys|ranta|interest", direction: "in" },
    dividend: { phrases: "osinko|osingot|utdelning|dividend", direction: "in" },
  },
  counterparty: {
    kela: { phrases: "kela|kansanelakelaitos|fpa|folkpensionsanstalten|forsakringskassan", direction: "in" },
    pension: { phrases: "ilmarinen|=varma|keva|=elo|veritas elakevakuutus|valtiokonttori|=mela|pensionsmyndigheten|alecta", direction: "in" },
    "unemployment-fund": { phrases: "tyottomyyskassa*|ytk|a kassa|erko|korko kassa|tyollisyysrahasto", direction: "in" },
    tax: { phrases: "verohallinto|skatteforvaltningen|skatteverket|skattestyrelsen|skatteetaten|hmrc", direction: "in" },
    insurance: { phrases: "lahitapiola|if vahinkovakuutus|pohjola vakuutus|fennia", direction: "in", confidence: "likely" },
  },
  word: {
    salary: {
      phrases:
        "palkka*|tyopalkka|kuukausipalkka|palkkio*|lon|loner|lonen|salary|wages|payroll|gehalt|lohn|salaire|nomina|tilipaiva|lomaraha*|bonuspalkkio*|tulospalkkio*",
      direction: "in",
    },
    pension: { phrases: "elake*|kansanelake|tyoelake*|pension*", direction: "in" },
    benefit: {
      phrases:
        "lapsilis*|barnbidrag|opintotu*|asumistu*|tyottomyys*|ansiosidon*|peruspaivaraha|vanhempainraha|vanhempainpaivaraha|paivaraha*|kotihoidon tuki|toimeentulotu*|sairauspaivaraha|studiestod|bostadsbidrag|foraldrapenning|matkakorvau*",
      direction: "in",
    },
    "tax-refund": { phrases: "veronpalautus*|ennakonpalautus|skatteaterbaring|tax refund", direction: "in" },
    dividend: { phrases: "osinko*|osingot|utdelning*|dividend*|ylijaamanpalautus|osuusmaksun korko", direction: "in" },
    interest: { phrases: "talletuskorko|hyvityskorko|korkotuotto|ranteinkomst", direction: "in" },
    bonus: { phrases: "bonus|bonukset|s bonus|omistajabonus", direction: "in" },
  },
});
