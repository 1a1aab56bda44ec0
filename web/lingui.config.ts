import { defineConfig } from "@lingui/cli";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "fi", "sv"],
  catalogs: [
    {
      path: "<rootDir>/src/locales/{locale}/messages",
      include: ["<rootDir>/src"],
      exclude: ["**/features/operator/**", "**/features/payments/**", "**/features/settings/**"],
    },
    // Words of pages that few begin with load with those pages.
    { path: "<rootDir>/src/features/operator/locales/{locale}/messages", include: ["<rootDir>/src/features/operator"] },
    { path: "<rootDir>/src/features/payments/locales/{locale}/messages", include: ["<rootDir>/src/features/payments"] },
    { path: "<rootDir>/src/features/settings/locales/{locale}/messages", include: ["<rootDir>/src/features/settings"] },
  ],
  orderBy: "message",
});
