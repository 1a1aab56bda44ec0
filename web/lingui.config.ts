import { defineConfig } from "@lingui/cli";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "fi", "sv"],
  catalogs: [
    { path: "<rootDir>/src/locales/{locale}/messages", include: ["<rootDir>/src"], exclude: ["**/features/operator/**", "**/features/payments/**"] },
    // Words of pages that few begin with load with those pages.
    { path: "<rootDir>/src/features/operator/locales/{locale}/messages", include: ["<rootDir>/src/features/operator"] },
    { path: "<rootDir>/src/features/payments/locales/{locale}/messages", include: ["<rootDir>/src/features/payments"] },
  ],
  orderBy: "message",
});
