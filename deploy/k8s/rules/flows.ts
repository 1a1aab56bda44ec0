import { readFileSync } from "node:fs";
import path from "node:path";
import { nameOf } from "../objects.ts";
import type { Stage } from "../stages.ts";
import type { Rule } from "./index.ts";
import { openingsOf } from "./network.ts";

interface Flow {
  readonly from: string;
  readonly to: string;
  readonly port: string;
}
const textOf = ({ from, to, port }: Flow): string => `${from} -> ${to}:${port}`;

/** The table "Who may talk to whom" of README.md, its groups (`services`, `jobs`) written out, for one stage. */
function declaredFlows({ within, workloads }: Stage): Flow[] {
  const named = (kind: string): string[] => workloads.filter(({ manifest }) => manifest.kind === kind).map(({ labels }) => nameOf(labels));
  const groups = new Map([
    ["services", named("Deployment")],
    ["jobs", named("Job")],
  ]);
  const ends = (cell: string): string[] => cell.split(", ").flatMap((end) => groups.get(end) ?? [end]);
  const readme = readFileSync(path.join(import.meta.dirname, "../README.md"), "utf8");
  const table = /^\| from \| to \| ports \| only in \|\n\|[-|]+\|\n((?:\|.*\|\n?)+)/m.exec(readme)?.[1] ?? "";
  return table
    .trim()
    .split("\n")
    .map((row) => row.split("|").map((cell) => cell.trim()))
    .filter(([, , , , only = ""]) => only === "" || within.includes(only))
    .flatMap(([, from = "", to = "", ports = ""]) =>
      ends(from).flatMap((source) => ends(to).flatMap((target) => ports.split(", ").map((port) => ({ from: source, to: target, port })))),
    );
}

/** What the policies open is what README.md says, and both ends of ours agree: a way open at one end only is a mistake at the other. */
export const flows: Rule = (stage) => {
  const openings = openingsOf(stage);
  const declared = declaredFlows(stage);
  const ours = new Set(stage.workloads.map(({ labels }) => nameOf(labels)));
  const known = new Set(declared.map(textOf));
  const openAt = { egress: new Set<string>(), ingress: new Set<string>() };
  for (const opening of openings) openAt[opening.direction].add(textOf(opening));
  const undeclared = openings
    .filter((opening) => !known.has(textOf(opening)))
    .map((opening) => `${opening.policy}: ${textOf(opening)} is not in the table of README.md`);
  const closed = declared.flatMap((flow) => {
    const text = textOf(flow);
    return [
      ...(ours.has(flow.from) && !openAt.egress.has(text) ? [`README.md: ${text} is not let out by ${flow.from}`] : []),
      ...(ours.has(flow.to) && !openAt.ingress.has(text) ? [`README.md: ${text} is not let in by ${flow.to}`] : []),
    ];
  });
  return [...new Set([...undeclared, ...closed])];
};
