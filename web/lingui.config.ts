import { defineConfig } from "@lingui/cli";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "fi", "sv"],
  catalogs: [
    { path: "<rootDir>/src/locales/{locale}/messages", include: ["<rootDir>/src"], exclude: ["**/features/operator/**", "**/features/settings/**"] },
    // Words of operators and of the settings load with their pages.
    { path: "<rootDir>/src/features/operator/locales/{locale}/messages", include: ["<rootDir>/src/features/operator"] },
    { path: "<rootDir>/src/features/settings/locales/{locale}/messages", include: ["<rootDir>/src/features/settings"] },
  ],
  orderBy: "message",
});
