import type { Plan, PlanAction } from "@opl/contracts/model";
import { problemSentence, type PlacedProblem } from "../../../services/tpp-registry/src/document/read-document.ts";

/** Everything `tpp plan` and `tpp apply` can say beside an error. Documented in docs/opl-tpp-desired-state.md. */
export type DesiredStateEvent =
  | ({ readonly event: "problem"; readonly file: string } & PlacedProblem)
  | ({ readonly event: "plan"; readonly file: string } & Plan)
  | { readonly event: "applied"; readonly revision: number; readonly documentHash: string }
  | ({ readonly event: "bank" } & Pick<PlanAction, "aspspId" | "action" | "reason">)
  | {
      readonly event: "converged";
      /** Where a difference stays, because it is only told. */ readonly told: number;
      readonly banks: number;
      readonly ms: number;
    };

interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** One JSON object a line, or text for people. */
export function desiredStateReport({ out, err }: Streams, json: boolean): (event: DesiredStateEvent) => void {
  if (json) return (event) => out(`${JSON.stringify(event)}\n`);
  let before: DesiredStateEvent["event"] | null = null;
  return (event) => {
    (event.event === "problem" ? err : out)(textOf(event, before));
    before = event.event;
  };
}

function textOf(event: DesiredStateEvent, before: DesiredStateEvent["event"] | null): string {
  switch (event.event) {
    case "problem":
      return `${event.level === "note" ? "Note: " : ""}${problemSentence(event.file, event)}\n`;
    case "plan":
      return planText(event);
    case "applied":
      return `\nIn force as revision ${event.revision}.\n`;
    case "bank":
      return `${before === "bank" ? "" : "\n"}  ${event.aspspId.padEnd(nameWidth)}  ${event.action === "none" ? "done" : event.reason}\n`;
    case "converged":
      return `\n${convergedText(event)} (${(event.ms / 1000).toFixed(1)} s).\n`;
  }
}

function convergedText({ banks, told }: { readonly banks: number; readonly told: number }): string {
  if (told === 0) return `Everything is as the file wants it, at ${counted(banks, "bank")}`;
  return `Nothing is left to do, but at ${counted(told, "bank")} of ${banks} the bank's own record still differs, which is only told`;
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

const repairsThemselves = "A repair does not wait for apply: the registry keeps the file in force by itself, unless it says onDrift: report.";

function planText({ file, actions, toDo }: Plan & { readonly file: string }): string {
  const told = actions.filter(({ action }) => action !== "none");
  const settled = actions.filter(({ action }) => action === "none").length;
  const differing = actions.filter(({ action }) => action === "report").length;
  const width = Math.max(0, ...told.map(({ aspspId }) => aspspId.length));
  const rows = told.flatMap(({ aspspId, action, reason, differences }) => [
    `  ${signs[action]} ${aspspId.padEnd(width)}  ${action.padEnd(8)}  ${reason}`,
    ...differences.map(({ field, from, to }) => `      ${field}: ${from ?? "nothing"} → ${to ?? "nothing"}`),
  ]);
  const summary = toDo === 0 ? "Nothing to do" : `${counted(toDo, "bank")} to do`;
  const parts = [
    summary,
    ...(settled === 0 ? [] : [`${counted(settled, "bank")} as wanted`]),
    ...(differing === 0 ? [] : [`${counted(differing, "bank")} with a difference that is only told`]),
  ];
  const kept = actions.some(({ action }) => action === "repair") ? ["", repairsThemselves] : [];
  return `${[`${file}: ${parts.join(", ")}.`, ...(rows.length === 0 ? [] : ["", ...rows]), ...kept].join("\n")}\n`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
