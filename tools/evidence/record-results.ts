import type { Reporter, TestModule, Vitest } from "vitest/node";
import { recordResults, stateOfSource } from "./recorded-results.ts";
import type { RecordedFile } from "./recorded-results.ts";
import { textOf } from "./said.ts";

/**
 * Keeps what became of each test, for `npm run evidence` and the end of `npm test`. A run of tests chosen by their title says nothing about a
 * file and is not kept.
 */
export class RecordResults implements Reporter {
  #vitest: Vitest | undefined;
  #source = "unknown";

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunStart(): void {
    if (this.#vitest !== undefined) this.#source = stateOfSource(this.#vitest.config.root);
  }

  onTestRunEnd(modules: readonly TestModule[], _errors: readonly unknown[], reason: "passed" | "failed" | "interrupted"): void {
    if (this.#vitest === undefined || reason === "interrupted" || this.#vitest.config.testNamePattern !== undefined) return;
    for (const [project, ofProject] of Map.groupBy(modules, (module) => module.project.name)) {
      const files = ofProject.map((module): [string, RecordedFile] => [module.relativeModuleId, this.#recorded(module)]);
      recordResults(this.#vitest.config.root, project, Object.fromEntries(files));
    }
  }

  #recorded(module: TestModule): RecordedFile {
    const tests = Array.from(module.children.allTests(), (test): RecordedFile["tests"][number] => {
      const { state, errors } = test.result();
      if (state === "failed") return [test.fullName, state, textOf(errors)];
      return [test.fullName, state === "passed" ? state : "skipped"];
    });
    const outside = [...module.errors(), ...Array.from(module.children.allSuites()).flatMap((suite) => suite.errors())];
    return { source: this.#source, tests, ...(outside.length === 0 ? {} : { broken: textOf(outside) }) };
  }
}
