import { defineConfig } from "vitest/config";
import { RecordResults } from "./tools/evidence/record-results.ts";

/**
 * unit: needs nothing. int: real Postgres and NATS. e2e: the whole product and a browser. What a test waits for (`expect.poll`) may take its time: the second
 * that is the library's own limit is less than a busy machine, or a service's next look at what is due, needs.
 */
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
          hookTimeout: 60_000,
          expect: { poll: { timeout: 15_000 } },
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
          expect: { poll: { timeout: 30_000 } },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.e2e.test.ts"],
          exclude: ["**/node_modules/**"],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          expect: { poll: { timeout: 60_000 } },
          fileParallelism: false,
        },
      },
    ],
  },
});
