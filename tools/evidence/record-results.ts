import { stripVTControlCharacters } from "node:util";
import type { Reporter, TestModule, Vitest } from "vitest/node";
import { recordResults, stateOfSource } from "./recorded-results.ts";
import type { RecordedFile } from "./recorded-results.ts";

/** Keeps what became of each test, for `npm run evidence`. A run of tests chosen by their title says nothing about a file and is not kept. */
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
      if (state === "failed") return [test.fullName, state, toText(errors)];
      return [test.fullName, state === "passed" ? state : "skipped"];
    });
    const outside = [...module.errors(), ...Array.from(module.children.allSuites()).flatMap((suite) => suite.errors())];
    return { source: this.#source, broken: outside.length > 0, tests, ...(outside.length === 0 ? {} : { said: toText(outside) }) };
  }
}

type Said = ReturnType<TestModule["errors"]>[number];
const longestSaid = 2_000;

/** What somebody needs who has only this: of each error the sentence, the difference, the place and what caused it. */
function toText(errors: readonly Said[]): string {
  return stripVTControlCharacters(errors.map(ofError).join("\n")).slice(0, longestSaid);
}

function ofError({ code, message, diff, stacks = [], cause }: Said): string {
  const [place] = stacks;
  const said = [
    typeof code === "string" ? `${code} ${message}` : message,
    diff,
    place === undefined ? undefined : `at ${place.file}:${String(place.line)}`,
    cause === undefined ? undefined : `because of ${ofError(cause)}`,
  ];
  return said.filter((part) => part !== undefined && part !== "").join("\n");
}
