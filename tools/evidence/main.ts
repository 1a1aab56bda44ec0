import path from "node:path";
import { styleText } from "node:util";
import { judgeRows, staleness, summary } from "./judge-rows.ts";
import { projects, readResults, stateOfSource } from "./recorded-results.ts";
import { tables } from "./rows/index.ts";

/**
 * `npm run evidence -- OA`: which rows of an acceptance table the last run of the tests has shown, and where. Ends with 1 when a row fails or
 * when the results are missing or of another source.
 */
const root = path.resolve(import.meta.dirname, "../..");
const [name = ""] = process.argv.slice(2);
const table = tables[name];
if (table === undefined) {
  process.stderr.write(`Name a table: npm run evidence -- ${Object.keys(tables).join(" | ")}\n`);
  process.exit(2);
}
const results = Object.fromEntries(projects.map((project) => [project, readResults(root, project)]));
const known = Object.fromEntries(Object.entries(results).flatMap(([project, files]) => (files === undefined ? [] : [[project, files]])));
const rows = judgeRows(name, table.rows, table.notApplicable, known);
const colours = { pass: "green", fail: "red", "not applicable": "yellow" } as const;
for (const { id, words, verdict, reason, files } of rows) {
  process.stdout.write(`${id}  ${styleText(colours[verdict], verdict.padEnd(4))}  ${words}${reason === "" ? "" : `: ${reason}`}\n`);
  for (const file of files) process.stdout.write(`             ${styleText("dim", file)}\n`);
}
const stale = staleness(results, stateOfSource(root));
for (const sentence of stale) process.stdout.write(`${styleText("yellow", sentence)}\n`);
process.stdout.write(`${summary(name, rows)}\n`);
process.exitCode = stale.length > 0 || rows.some(({ verdict }) => verdict === "fail") ? 1 : 0;
