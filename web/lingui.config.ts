import { defineConfig } from "@lingui/cli";

/** Words of pages that few begin with, and of what pages show late, load with those. Folders under `src/`. */
const withOwnWords = [
  "features/bank-handover",
  "features/insights/ahead",
  "features/operator",
  "features/overview/attention",
  "features/payments",
  "features/permissions/card",
  "features/settings",
  "features/transactions/detail",
  "features/transactions/select",
  "ui/withdraw",
];

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "fi", "sv"],
  catalogs: [
    { path: "<rootDir>/src/locales/{locale}/messages", include: ["<rootDir>/src"], exclude: withOwnWords.map((folder) => `**/${folder}/**`) },
    ...withOwnWords.map((folder) => ({ path: `<rootDir>/src/${folder}/locales/{locale}/messages`, include: [`<rootDir>/src/${folder}`] })),
  ],
  orderBy: "message",
});
