import type { Plan, PlanAction } from "@opl/contracts/model";
import { problemSentence, type PlacedProblem } from "../../../services/tpp-registry/src/document/read-document.ts";

/** Everything `tpp plan` and `tpp apply` can say beside an error. Documented in docs/opl-tpp-desired-state.md. */
export type DesiredStateEvent =
  | ({ readonly event: "problem"; readonly file: string } & PlacedProblem)
  | ({ readonly event: "plan"; readonly file: string } & Plan)
  | { readonly event: "applied"; readonly revision: number; readonly documentHash: string }
  | ({ readonly event: "bank" } & Pick<PlanAction, "aspspId" | "action" | "reason">)
  | { readonly event: "converged"; readonly banks: number; readonly ms: number };

interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** One JSON object a line, or text for people. */
export function desiredStateReport({ out, err }: Streams, json: boolean): (event: DesiredStateEvent) => void {
  if (json) return (event) => out(`${JSON.stringify(event)}\n`);
  return (event) => (event.event === "problem" ? err : out)(textOf(event));
}

function textOf(event: DesiredStateEvent): string {
  switch (event.event) {
    case "problem":
      return `${event.level === "note" ? "Note: " : ""}${problemSentence(event.file, event)}\n`;
    case "plan":
      return planText(event);
    case "applied":
      return `\nIn force as revision ${event.revision}.\n\n`;
    case "bank":
      return `  ${event.aspspId.padEnd(nameWidth)}  ${event.action === "none" ? "done" : event.reason}\n`;
    case "converged":
      return `\nEverything is as the file wants it, at ${counted(event.banks, "bank")} (${(event.ms / 1000).toFixed(1)} s).\n`;
  }
}

const nameWidth = 16;
const signs: Readonly<Record<PlanAction["action"], string>> = {
  register: "+",
  update: "~",
  renew: "~",
  repair: "~",
  retry: "~",
  end: "-",
  report: "!",
  wait: "…",
  none: " ",
};

function planText({ file, actions, toDo, unasked }: Plan & { readonly file: string }): string {
  const told = actions.filter(({ action }) => action !== "none");
  const settled = actions.length - told.length;
  const width = Math.max(0, ...told.map(({ aspspId }) => aspspId.length));
  const rows = told.flatMap(({ aspspId, action, reason, differences }) => [
    `  ${signs[action]} ${aspspId.padEnd(width)}  ${action.padEnd(8)}  ${reason}`,
    ...differences.map(({ field, from, to }) => `      ${field}: ${from ?? "nothing"} → ${to ?? "nothing"}`),
  ]);
  const late = unasked.length === 0 ? [] : ["", `Not asked, or not in time; the last look counts: ${unasked.join(", ")}.`];
  const summary = toDo === 0 ? "Nothing to do" : `${counted(toDo, "bank")} to do`;
  return `${[`${file}: ${summary}${settled === 0 ? "" : `, ${counted(settled, "bank")} as wanted`}.`, ...(rows.length === 0 ? [] : ["", ...rows]), ...late].join("\n")}\n`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
