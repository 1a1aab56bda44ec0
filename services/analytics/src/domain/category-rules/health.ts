import { defineRules } from "./define-rules.ts";

/** Staying well: care, medicine, sport. */
export const health = defineRules("health", {
  counterparty: {
    "yliopiston-apteekki": "yliopiston apteekki|ya apteekki",
    terveystalo: "terveystalo|suomen terveystalo",
    mehilainen: "mehilainen",
    pihlajalinna: "pihlajalinna",
    aava: "laakarikeskus aava|=aava",
    hus: "hus yhtyma|hus hels*|=hus|helsingin yliopistollinen",
    wellbeing: "hyvinvointialue*|valfardsomrade*|wellbeing services county",
    oral: "oral hammaslaakarit|hammas oral|plusterveys|hammas mehilainen",
    yths: "yths|ylioppilaiden terveydenhoitosaatio",
    instrumentarium: "instrumentarium|nissen|keops",
    silmaasema: "silmaasema",
    specsavers: "specsavers|synsam|synoptik",
    coronaria: "coronaria|dextra",
    apotea: "apotea|apoteket|apotek hjartat|kronans apotek|apotek 1|vitusapotek|boots apotek",
    boots: "=boots|boots uk|duane reade|walgreens|cvs pharmacy",
    "dm-drogerie": "dm drogerie|rossmann",
    elixia: "elixia|sats",
    fitness24seven: "fitness24seven|fitness 24 seven|fitness24",
    forever: "forever kuntoklub*|forever liikunta*|fressi",
    liikku: "liikku|gogo|easyfit|kuntokeskus",
    evo: "evo fitness|=evo",
    gymgrossisten: "gymgrossisten|fitnesstukku|myprotein|bodystore",
    "nordic-wellness": "nordic wellness|friskis svettis|friskis och svettis",
  },
  word: {
    pharmacy: "apteekki*|apteekit|apotek*|pharmacy|pharmacie|apotheke|farmacia|laake|laakkeet",
    doctor:
      "laakari|laakarikeskus|laakariasema|sairaala*|terveysasema|terveyskesku*|poliklinikka|klinikka|lakare|vardcentral*|sjukhus|hospital|clinic|doctor|laboratorio",
    dentist: "hammas*|tandlakar*|tandvard*|dentist|dental",
    therapy: "fysio*|hieroja|hieronta*|osteopat*|kiroprakt*|psykoterap*|psykolog*|terapia*|massage|naprapat*",
    optician: "optikko|optiikka|silmalasi*|piilolinssi*|optik|optician",
    gym: "kuntosali*|gym|crossfit|jooga*|yoga|pilates|fitness|uimahalli*|uimastadion|uimaseura|simhall*|tanssikoulu|kuntoklubi",
    hairdresser: "parturi*|kampaamo*|frisor*|hairdresser|barber*|kauneushoitola|kosmetologi*|hiusstudio",
  },
});
