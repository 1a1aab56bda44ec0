import type { PlanAction, WrittenTppDocument } from "@opl/contracts/model";
import { isOplError } from "@opl/errors";
import { problemSentence, readDocument, type ReadDocument } from "../../../services/tpp-registry/src/document/read-document.ts";
import type { DesiredStateCommand } from "../command-line.ts";
import { errors } from "../errors.ts";
import { readInputFile } from "../input-file.ts";
import { connectRegistry, explainRegistry, type Registry } from "./registry.ts";
import { type DesiredStateEvent, desiredStateReport } from "./report.ts";

interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly monotonicMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

const changesExitCode = 2;
const pollMs = 500;

/** `tpp plan` and `tpp apply`. @returns the exit code @throws ERR_OPL_DOCUMENT, _REGISTRY, _ACTION_NEEDED, _NOT_THROUGH */
export async function reachDesiredState(command: DesiredStateCommand, machine: Machine): Promise<number> {
  const began = machine.monotonicMs();
  const report = desiredStateReport(machine, command.json);
  const text = readInputFile(command.file, "tpp.example.yaml", (what, cause) =>
    errors.ERR_OPL_DOCUMENT({ message: `The desired state ${command.file} (--file) ${what}.`, cause }),
  );
  // Before anything is asked of anybody, so that a slip of the pen needs no platform to be found.
  refuseMistakes(command.file, readDocument(text, null), () => undefined);
  await using connection = connectRegistry({ ...command, environment: machine.environment });
  const { url, ask } = connection;
  try {
    const [{ aspsps }, { publicOrigin }] = await Promise.all([ask.searchAspsps({ query: {} }), ask.getDesiredState()]);
    const document = refuseMistakes(command.file, readDocument(text, { directory: aspsps, publicOrigin }), report);
    const plan = await ask.planDesiredState({ body: { document, refresh: command.refresh } });
    report({ event: "plan", file: command.file, ...plan });
    if (command.name === "plan") return command.exitCode && (plan.toDo > 0 || countTold(plan.actions) > 0) ? changesExitCode : 0;
    const { revision } = await ask.applyDesiredState({ body: { document } });
    report({ event: "applied", revision, documentHash: plan.documentHash });
    if (!command.wait) return 0;
    const told = await awaitConvergence(ask, plan.documentHash, { report, machine, until: began + command.timeoutMs });
    report({ event: "converged", told, banks: document.banks.length, ms: Math.round(machine.monotonicMs() - began) });
    return 0;
  } catch (cause) {
    throw explainRegistry(cause, url);
  }
}

/** @throws ERR_OPL_DOCUMENT with every mistake as a sentence */
function refuseMistakes(file: string, { document, problems }: ReadDocument, report: (event: DesiredStateEvent) => void): WrittenTppDocument {
  if (document === null) {
    const mistakes = problems.filter(({ level }) => level === "mistake");
    throw errors.ERR_OPL_DOCUMENT({ message: mistakes.map((problem) => problemSentence(file, problem)).join("\n"), details: { problems: mistakes } });
  }
  for (const problem of problems) report({ event: "problem", file, ...problem });
  return document;
}

interface Wait {
  readonly report: (event: DesiredStateEvent) => void;
  readonly machine: Machine;
  readonly until: number;
}

/** Resolves when nothing is left to do; a bank that only time can bring further is waited for. @returns at how many banks a difference is only told */
async function awaitConvergence(ask: Registry, documentHash: string, { report, machine, until }: Wait): Promise<number> {
  const told = new Map<string, string>();
  for (;;) {
    const left = await readProgress(ask, documentHash);
    for (const { aspspId, action, reason } of left.actions) {
      const before = told.get(aspspId);
      told.set(aspspId, `${action} ${reason}`);
      // What was settled from the beginning is not worth a line.
      if (before !== `${action} ${reason}` && !(before === undefined && action === "none")) report({ event: "bank", aspspId, action, reason });
    }
    if (left.going.length === 0 && left.stopped.length === 0) return countTold(left.actions);
    if (left.going.length === 0)
      throw errors.ERR_OPL_ACTION_NEEDED({
        message: `Somebody has to act at ${left.stopped.map(({ aspspId, reason }) => `${aspspId}: ${reason}`).join("; ")}`,
        details: { banks: left.stopped.map(({ aspspId, action, reason }) => ({ aspspId, action, reason })) },
      });
    if (machine.monotonicMs() >= until)
      throw errors.ERR_OPL_NOT_THROUGH({
        message: `The time of --timeout is over, and these go on by themselves: ${left.going.map(({ aspspId }) => aspspId).join(", ")}; look again with tpp plan.`,
        details: { banks: left.going.map(({ aspspId, action, reason }) => ({ aspspId, action, reason })) },
      });
    await machine.pause(pollMs);
  }
}

function countTold(actions: readonly PlanAction[]): number {
  return actions.filter(({ action }) => action === "report").length;
}

interface Progress {
  readonly actions: readonly PlanAction[];
  /** Goes on by itself. */
  readonly going: readonly PlanAction[];
  /** Goes on when somebody acts: a bank said no, or gives out credentials by hand. */
  readonly stopped: readonly PlanAction[];
}

const nothing: Progress = { actions: [], going: [], stopped: [] };

async function readProgress(ask: Registry, documentHash: string): Promise<Progress> {
  try {
    const [plan, { aspsps }] = await Promise.all([ask.planDesiredState({ body: { document: null } }), ask.searchAspsps({ query: {} })]);
    if (plan.documentHash !== documentHash)
      throw errors.ERR_OPL_NOT_THROUGH({ message: "Meanwhile somebody applied another document, which is the one in force now; look with tpp plan." });
    const banks = new Map(aspsps.map((aspsp) => [aspsp.aspspId, aspsp]));
    const stopped = plan.actions.filter(({ aspspId, action }) => action === "retry" || (action === "wait" && isStill(banks.get(aspspId))));
    const settled = new Set([...stopped, ...plan.actions.filter(({ action }) => action === "none" || action === "report")]);
    return { actions: plan.actions, stopped, going: plan.actions.filter((action) => !settled.has(action)) };
  } catch (error) {
    // A registry that is started anew goes on where it was, and so does whoever waits for it.
    if (isOplError(error) && error.code === "ERR_TPP_REGISTRY_UNAVAILABLE") return { ...nothing, going: [away] };
    throw error;
  }
}

const away: PlanAction = { aspspId: "the registry", action: "wait", why: [], reason: "does not answer", differences: [] };

type Found = Awaited<ReturnType<Registry["searchAspsps"]>>["aspsps"][number];

/** What waits for a person, by what stands still: the plan and the directory are of two moments. */
function isStill(bank: Found | undefined): boolean {
  if (bank === undefined || bank.registrationScheme === null) return true;
  return bank.registrationScheme === "manual" && bank.registration?.status === "running" && bank.registration.step === "submission";
}
