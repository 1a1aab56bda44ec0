import { defineConfig } from "@lingui/cli";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "fi", "sv"],
  catalogs: [
    {
      path: "<rootDir>/src/locales/{locale}/messages",
      include: ["<rootDir>/src"],
      exclude: [
        "**/features/bank-handover/**",
        "**/features/operator/**",
        "**/features/payments/**",
        "**/features/permissions/card/**",
        "**/features/settings/**",
      ],
    },
    // Words of pages that few begin with, and of what pages show late, load with those.
    { path: "<rootDir>/src/features/bank-handover/locales/{locale}/messages", include: ["<rootDir>/src/features/bank-handover"] },
    { path: "<rootDir>/src/features/operator/locales/{locale}/messages", include: ["<rootDir>/src/features/operator"] },
    { path: "<rootDir>/src/features/payments/locales/{locale}/messages", include: ["<rootDir>/src/features/payments"] },
    { path: "<rootDir>/src/features/permissions/card/locales/{locale}/messages", include: ["<rootDir>/src/features/permissions/card"] },
    { path: "<rootDir>/src/features/settings/locales/{locale}/messages", include: ["<rootDir>/src/features/settings"] },
  ],
  orderBy: "message",
});
