import { splitPemBundle } from "@opl/eidas";
import { isOplError } from "@opl/errors";
import { z } from "zod";
import { readBytes } from "./certificates/own-certificates.ts";
import { help, readCommandLine } from "./command-line.ts";
import type { RegisterCommand } from "./command-line.ts";
import { showRequests } from "./dry-run.ts";
import { errors, exitCodeOf } from "./errors.ts";
import { openRunFolder } from "./folder/run-folder.ts";
import type { RunFolder } from "./folder/run-folder.ts";
import { keptFiles } from "./folder/written-files.ts";
import { readInputFile } from "./input-file.ts";
import { registerTpp } from "./register-tpp.ts";
import { createMasker, humanReport, jsonReport } from "./report/reporter.ts";
import type { Report } from "./report/reporter.ts";
import { readSettings } from "./settings/read-settings.ts";
import type { Settings } from "./settings/read-settings.ts";
import { secretSettings } from "./settings/schema.ts";

/** What of the machine a run touches, beside files and network. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly pid: number;
  readonly isAlive: (pid: number) => boolean;
  readonly now: () => Temporal.Instant;
  readonly monotonicMs: () => number;
  readonly newId: () => string;
  readonly pause: (ms: number) => Promise<void>;
}

/** Runs the command and says how it ended; every failure is one sentence on the way out. */
export async function runCommand(args: readonly string[], machine: Machine): Promise<number> {
  const masker = createMasker();
  const report = (args.includes("--json") ? jsonReport : humanReport)(machine, masker);
  for (const name of secretSettings) masker.hide(machine.environment[name]);
  try {
    const command = readCommandLine(args);
    if (command === "help") machine.out(help);
    else if (command.name === "register") await register(command, machine, report, masker);
    // Loaded when it is asked for: registering by oneself needs no client of the platform.
    else return await (await import("./desired-state/reach-desired-state.ts")).reachDesiredState(command, machine);
    return 0;
  } catch (error) {
    const exitCode = exitCodeOf(error);
    const message =
      isOplError(error) && exitCode !== 70 ? error.message : `Something unexpected happened, which is a mistake in this program: ${(error as Error).stack}`;
    report({
      event: "error",
      code: isOplError(error) ? error.code : "ERR_BUG",
      exitCode,
      message,
      details: isOplError(error) && exitCode !== 70 ? (error.details ?? {}) : {},
    });
    return exitCode;
  }
}

async function register(command: RegisterCommand, machine: Machine, report: Report, masker: ReturnType<typeof createMasker>): Promise<void> {
  const { now, monotonicMs, newId } = machine;
  const began = monotonicMs();
  const text = readInputFile(command.env, "env.example.json", (what, cause) =>
    errors.ERR_OPL_SETTINGS({ message: `The env file ${command.env} (--env) ${what}.`, cause }),
  );
  const settings = readSettings(text, { file: command.env, environment: machine.environment });
  masker.hide(settings.OP_API_KEY);
  masker.hide(settings.OP_CERT_PASSPHRASE);
  const trustedRootsPem = readRoots(settings);
  const common = { settings, report, masker, trustedRootsPem, timeoutMs: command.timeoutMs, now, monotonicMs, newId };
  const start = (out: string | null, resumed: boolean): void => {
    report({ event: "started", environment: settings.OP_ENVIRONMENT, out, resumed, dryRun: command.dryRun });
    report({ event: "step", step: "settings", status: "done", ms: Math.round(monotonicMs() - began), detail: `read from ${command.env}` });
  };
  if (command.dryRun) {
    start(null, false);
    await showRequests(common);
    return;
  }
  const folder = openRunFolder(command.out ?? "", machine);
  try {
    if (folder.state.finishedAt !== null) return tellFinished(folder, settings, report);
    if (folder.state.startedAt !== null && !command.resume) {
      throw errors.ERR_OPL_FOLDER({ message: `A run stopped in ${folder.path} (--out) before it was through; go on with --resume, or name another folder.` });
    }
    start(folder.path, folder.state.startedAt !== null);
    await registerTpp({ ...common, folder, registerAgain: command.registerAgain });
  } finally {
    folder.close();
  }
}

const finishedRegistration = z.object({
  tppId: z.string(),
  scopes: z.array(z.string()),
  client: z.object({ clientId: z.string(), redirectUris: z.array(z.string()), softwareRoles: z.array(z.string()) }),
  qwac: z.object({ notAfter: z.string() }),
});

/** @throws ERR_OPL_FOLDER when somebody removed or changed the file since */
function readFinished(folder: RunFolder): z.output<typeof finishedRegistration> {
  const text = folder.read("registration.json");
  try {
    return finishedRegistration.parse(JSON.parse(text ?? ""));
  } catch (cause) {
    throw errors.ERR_OPL_FOLDER({
      message: `The registration in ${folder.path} (--out) is finished, but its registration.json is missing or damaged; put back a copy of that file, or register anew with another --out folder.`,
      cause,
    });
  }
}

function sameMembers(one: readonly string[], other: readonly string[]): boolean {
  return one.toSorted().join(" ") === other.toSorted().join(" ");
}

/** From what the run before wrote; nothing is asked and nothing changed. */
function tellFinished(folder: RunFolder, settings: Settings, report: Report): void {
  const kept = readFinished(folder);
  const { redirectUris, softwareRoles } = kept.client;
  const differs = [
    ...(redirectUris.length > 0 && !sameMembers(redirectUris, settings.OP_REDIRECT_URIS) ? ["OP_REDIRECT_URIS"] : []),
    ...(softwareRoles.length > 0 && !sameMembers(softwareRoles, settings.OP_ROLES) ? ["OP_ROLES"] : []),
  ];
  if (differs.length > 0) {
    report({
      event: "warning",
      message: `${differs.join(" and ")} of the env file differ from what is registered; OP has no change of a registration, so register anew with another --out folder.`,
    });
  }
  report({
    event: "already-registered",
    clientId: kept.client.clientId,
    tppId: kept.tppId,
    scopes: kept.scopes,
    qwacEnds: kept.qwac.notAfter,
    out: folder.path,
    files: keptFiles(folder),
    ms: 0,
  });
}

function readRoots({ OP_CA_BUNDLE_PATH: file }: Settings): string | undefined {
  if (file === undefined) return undefined;
  const pem = readBytes(file, "OP_CA_BUNDLE_PATH").toString("utf8");
  if (splitPemBundle(pem).length > 0) return pem;
  throw errors.ERR_OPL_CERTIFICATE({
    message: `The file ${file} (OP_CA_BUNDLE_PATH) holds no PEM certificate; name the ca.pem of the sandbox, or leave the setting out for OP itself.`,
  });
}
