import { defineConfig } from "@lingui/cli";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "fi", "sv"],
  catalogs: [
    { path: "<rootDir>/src/locales/{locale}/messages", include: ["<rootDir>/src"], exclude: ["**/features/operator/**"] },
    // Words that only operators see load with their pages.
    { path: "<rootDir>/src/features/operator/locales/{locale}/messages", include: ["<rootDir>/src/features/operator"] },
  ],
  orderBy: "message",
});
