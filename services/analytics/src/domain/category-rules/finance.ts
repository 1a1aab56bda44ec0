import { defineRules } from "./define-rules.ts";

/** Insurance, loans, fees, taxes, investments: money about money. */
export const finance = defineRules("finance", {
  code: {
    "service-charge": { phrases: "palvelumaksu|palvelumaksut|tilinhoitomaksu|kuukausimaksu|serviceavgift|bank fee|service charge|palkkio", direction: "out" },
    interest: { phrases: "korko|luottokorko|viivastyskorko|ranta|interest", direction: "out" },
    insurance: { phrases: "vakuutus|vakuutusmaksu|forsakring", direction: "out" },
    "card-bill": { phrases: "luottokorttilasku|visa maksu|korttilasku", direction: "out" },
    tax: { phrases: "vero|verot|lahdevero|skatt", direction: "out" },
  },
  counterparty: {
    if: "if vahinkovakuutus|if skadeforsakring|if p c|=if|if vakuutus|if forsakring",
    lahitapiola: "lahitapiola|lokaltapiola",
    "pohjola-vakuutus": "pohjola vakuutus|op vakuutus|pohjola insurance",
    fennia: "fennia|henki fennia",
    turva: "keskinainen vakuutusyhtio turva|=turva|vakuutusyhtio turva",
    pohjantahti: "pohjantahti",
    "pop-vakuutus": "pop vakuutus|alandia|folksam|trygg hansa|gjensidige|tryg|codan|lansforsakringar|moderna forsakringar|hedvig|protector forsikring",
    kaleva: "keskinainen vakuutusyhtio kaleva|henkivakuutusyhtio kaleva|mandatum*|nordea henkivakuutus|op henkivakuutus|aktia henkivakuutus",
    verohallinto: { phrases: "verohallinto|skatteforvaltningen|skatteverket|skattestyrelsen|skatteetaten|finnish tax|hmrc|finanzamt", direction: "out" },
    ulosotto: { phrases: "ulosotto*|ulosottolaitos|kronofogden", direction: "out" },
    lowell: "lowell|intrum*|ropo capital|ropo|okperinta|kuntaperinta|svea perinta|revire|creditreform",
    nordnet: "nordnet*|avanza*|lynx broker|interactive brokers|degiro|trading 212|etoro*|robinhood|saxo bank|mandatum trader|op saastajat",
    seligson: "seligson*|rahastoyhtio*|op rahasto*|nordea rahasto*|evli*|aktia rahasto*|s pankki rahasto*|fondita|sp rahastoyhtio",
    crypto: "coinbase*|binance*|kraken*|coinmotion|northcrypto|bitpanda|bitstamp|localbitcoins|crypto com",
    "ikano-bank":
      "ikano*|resurs bank*|bank norwegian|norwegian bank|santander consumer*|santander*|tf bank|bigbank|ferratum|multitude|morrow bank|komplett bank|svea rahoitus|sveakredit|instabank|fellow finance|alisa pankki|gf money|collector credit|avida|nordax|halens credit",
    "student-loan": { phrases: "opintolaina*|csn", direction: "out" },
    "american-express": "american express*|amex",
    "card-bill": {
      phrases: "op visa|op kortti*|nordea credit|nordea mastercard|s etukortti visa|k plussa mastercard|pankkikortti lasku|eurocard|diners club",
      direction: "out",
    },
    union: {
      phrases:
        "ammattili*|tyottomyyskassa*|tradenomiliitto|insinooriliitto|tehy|super ry|pam ry|palvelualojen ammattiliitto|jhl|akava|yka ry|oaj|teollisuusliitto|ytk|a kassa|unionen|erko kassa",
      direction: "out",
    },
    wise: { phrases: "wise|transferwise|wise europe|revolut*|n26|western union|remitly|holvi*", weak: true },
  },
  word: {
    insurance: {
      phrases: "vakuutus*|kotivakuutus*|autovakuutus*|liikennevakuutus*|henkivakuutus*|vakuutusyhti*|forsakring*|forsikring*|insurance|versicherung*",
      direction: "out",
    },
    loan: {
      phrases:
        "laina|lainan|lainanlyhenny*|lainanhoito*|lainan hoito|lyhennys*|opintolain*|autolaina|kulutusluotto|osamaksu*|rahoitus*|rahoitusyhtio|lanebetalning|loan|avbetalning|amortering",
      direction: "out",
    },
    "card-bill": { phrases: "luottokortti*|luottokorttilasku|kreditkort*|credit card", direction: "out" },
    tax: {
      phrases: "ennakkovero*|jaannosvero*|tulovero*|lisavero|verotus|veronmaksu|kvarskatt|income tax|council tax|arvonlisavero*|yle vero",
      direction: "out",
    },
    fee: {
      phrases:
        "palvelumaksu*|tilinhoito*|kortin kuukausimaksu|pankkipalvelu*|paivittaispalvelu*|palveluveloitus|valuutanvaihto*|korttimaksupalvelu|bankavgift*|account fee|bank fee|atm fee",
      direction: "out",
    },
    interest: { phrases: "luottokorko|korkomaksu|viivastyskorko|perintakulu*|maksumuistutus*|drojsmalsranta", direction: "out" },
    invest: {
      phrases: "rahasto*|rahastosaasto*|osakesaasto*|sijoitus*|arvopaperi*|osakeosto|merkintamaksu|fondspar*|aktier|investment*|etf|kryptovaluut*|bitcoin",
      direction: "out",
    },
    union: { phrases: "jasenmaksu*|ammattiliiton|kassamaksu|liittomaksu|medlemsavgift", direction: "out" },
    fine: { phrases: "sakko*|rikesakko*|pysakointivirhe*|valvontamaksu|parkeringsbot", direction: "out" },
  },
});
