import { defineConfig } from "vitest/config";
import { RecordResults } from "./tools/evidence/record-results.ts";

/** unit: needs nothing. int: real Postgres and NATS. e2e: the whole product and a browser. */
export default defineConfig({
  test: {
    reporters: ["default", new RecordResults()],
    // Left alone it would keep one core for an editor.
    maxWorkers: "100%",
    projects: [
      {
        test: {
          name: "unit",
          include: ["{libs,services,sandbox,tools,web,deploy}/**/*.test.{ts,tsx}"],
          exclude: ["**/node_modules/**", "**/*.int.test.ts", "**/*.e2e.test.ts", "**/*.sandbox.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "int",
          include: ["{libs,services,sandbox,tools}/**/*.int.test.ts"],
          exclude: ["**/node_modules/**"],
          globalSetup: ["libs/testkit/src/global-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.e2e.test.ts"],
          exclude: ["**/node_modules/**"],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
