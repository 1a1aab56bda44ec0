import { defineRules } from "./define-rules.ts";

/** The bank or the person calls it a transfer between own accounts; accounts themselves are recognised in `own-transfer.ts`. */
export const transfers = defineRules("transfers", {
  code: {
    "own-transfer":
      "oma siirto|omien tilien valinen siirto|omatilisiirto|oma tilisiirto|egen overforing|own transfer|siirto omalle tilille|tilien valinen siirto",
  },
  word: {
    "opening-balance": "alkusaldo|opening balance|ingaende saldo",
    "own-transfer":
      "oma siirto|omien tilien valinen siirto|siirto omalle tilille|omalle tilille|omalta tililta|egen overforing|overforing mellan egna konton|own transfer|transfer between own accounts|saastotilille|saastosiirto|siirto saastoon",
  },
});
