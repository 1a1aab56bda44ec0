import type { Theme } from "../household.ts";
import { receive } from "../payments.ts";

/** Things that go wrong and are put right, on fixed days of the books, again every 240 days. */
export function corrections({ slot, card }: { slot: string; card: string }): Theme {
  return (day) => {
    switch (day.index % 240) {
      // A benefit paid twice, taken back two days later with a negative correction.
      case 61:
        receive(day, slot, { payer: "KELA/FPA", minor: 9_488n, description: "ETUUS", message: "MATKAKORVAUS" });
        receive(day, slot, { payer: "KELA/FPA", minor: 9_488n, description: "ETUUS", message: "MATKAKORVAUS" });
        break;
      case 63:
        day.post(slot, { minor: -9_488n, description: "OIKAISU", payer: "KELA/FPA", message: "VIRHEELLISEN MAKSUN OIKAISU" });
        break;
      // A purchase returned to the shop, on the account and on the card.
      case 120:
        day.post(slot, { minor: 4_990n, description: "HYVITYS", payer: "ZALANDO PAYMENTS GMBH", message: "PALAUTUS TILAUS 10204412" });
        day.charge(card, { minor: 3_795n, description: "VERKKOKAUPPA.COM OYJ HYVITYS" });
        break;
      // A refund entered twice and corrected, and a fee taken by mistake and returned.
      case 150:
        day.charge(card, { minor: 3_795n, description: "VERKKOKAUPPA.COM OYJ HYVITYS" });
        day.charge(card, { minor: -3_795n, description: "VERKKOKAUPPA.COM OYJ OIKAISU" });
        break;
      case 200:
        day.post(slot, { minor: -350n, description: "PALVELUMAKSU", recipient: { name: "OP HIEKKALAATIKON OSUUSPANKKI" }, message: "KORTTIMAKSU" });
        break;
      case 203:
        day.post(slot, { minor: 350n, description: "OIKAISU", payer: "OP HIEKKALAATIKON OSUUSPANKKI", message: "KORTTIMAKSUN PALAUTUS" });
        break;
      default:
    }
  };
}
