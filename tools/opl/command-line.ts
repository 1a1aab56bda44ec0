import { parseArgs } from "node:util";
import { errors } from "./errors.ts";

export interface RegisterCommand {
  readonly name: "register";
  readonly env: string;
  /** Absent only in a dry run. */
  readonly out: string | undefined;
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly resume: boolean;
  readonly registerAgain: boolean;
  readonly timeoutMs: number;
}

export interface DesiredStateCommand {
  readonly name: "plan" | "apply";
  readonly file: string;
  /** Where the registry is and its operator's key; found on this machine when left out. */
  readonly registry: string | undefined;
  readonly secrets: string | undefined;
  readonly json: boolean;
  /** A plan with changes ends with 2. */
  readonly exitCode: boolean;
  /** Ask every bank for its own record first. */
  readonly refresh: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
}

export const help = `Registers a TPP at banks.

  npm run opl -- tpp register --env FILE --out DIR [options]
  npm run opl -- tpp plan     [--file tpp.yaml] [options]
  npm run opl -- tpp apply    [--file tpp.yaml] [options]

tpp register: at OP Financial Group's PSD2 interface, by itself, from an env file to a client that works

  --env FILE         settings: JSON (start from env.example.json) or lines of KEY=value
  --out DIR          new or empty folder for keys, certificates and client information
  --resume           go on where a run in this folder stopped; never registers twice
  --register-again   with --resume: send once more although the bank may have registered already
  --dry-run          show every request, secrets masked, and send nothing
  --timeout SECONDS  longest wait for one answer of the bank (20)

tpp plan, tpp apply: at every bank of a file, by the registry of a platform that runs

  --file FILE        the desired state (tpp.yaml; start from tpp.example.yaml)
  --registry URL     tpp-registry; left out, the platform that npm start runs on this machine
  --secrets DIR      folder whose operator/ holds the operator's key; left out, the one of that platform
  --refresh          ask every bank for its own record of us first
  --exit-code        plan: end with 2 when there is anything to do or tell
  --no-wait          apply: do not wait until it is done
  --timeout SECONDS  apply: longest wait until it is done (600)

  --json             one JSON object a line, for machines
  --help             this text

Secrets of tpp register may come from the environment instead of the file: OP_API_KEY, OP_CERT_PASSPHRASE.

Against the sandbox bank of this project:
  npm run sandbox                                                               in one terminal
  npm run opl -- tpp register --env .opl/sandbox/env.json --out my-tpp          in another

Exit codes
  0   registered and validated, or it was already; everything is as the file wants it
  2   plan --exit-code: there is something to do or tell
  64  the command line is not understood
  65  a certificate or key is not usable
  69  the bank, or the registry, cannot be reached or does not answer
  70  something unexpected: a mistake in this program
  73  the output folder cannot be used
  75  the registration was sent and nobody knows its outcome; apply: not through when the time was over
  76  the bank's answer does not fit its interface
  77  the bank said no; apply: a bank said no, or somebody has to act there
  78  the env file, or the desired state, is not usable
  79  the clock of this machine is off
  130, 143  stopped by SIGINT, SIGTERM; go on with --resume, or apply again

Settings, JSON events and files: docs/opl-tpp-register.md, docs/opl-tpp-desired-state.md
`;

const options = {
  env: { type: "string" },
  out: { type: "string" },
  "dry-run": { type: "boolean" },
  resume: { type: "boolean" },
  "register-again": { type: "boolean" },
  file: { type: "string" },
  registry: { type: "string" },
  secrets: { type: "string" },
  refresh: { type: "boolean" },
  "exit-code": { type: "boolean" },
  "no-wait": { type: "boolean" },
  json: { type: "boolean" },
  timeout: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;
type OptionName = keyof typeof options;

/** Which options go with which command. */
const optionsOf: Readonly<Record<(RegisterCommand | DesiredStateCommand)["name"], readonly OptionName[]>> = {
  register: ["env", "out", "dry-run", "resume", "register-again", "json", "timeout"],
  plan: ["file", "registry", "secrets", "refresh", "exit-code", "json"],
  apply: ["file", "registry", "secrets", "refresh", "no-wait", "json", "timeout"],
};
const commands = Object.keys(optionsOf) as (keyof typeof optionsOf)[];

/** Reads the arguments; `help` when that is what they ask for. @throws ERR_OPL_USAGE */
export function readCommandLine(args: readonly string[]): RegisterCommand | DesiredStateCommand | "help" {
  const { values, positionals } = parse(args);
  if (values.help === true || positionals.length === 0) {
    if (args.length > 0 && values.help !== true) throw usage("The command is missing; write tpp register, tpp plan or tpp apply before the options.");
    return "help";
  }
  const name = commands.find((one) => positionals.join(" ") === `tpp ${one}`);
  if (name === undefined) throw usage(`There is no command "${positionals.join(" ")}"; there are tpp register, tpp plan and tpp apply.`);
  const foreign = (Object.keys(values) as OptionName[]).find((option) => !optionsOf[name].includes(option));
  if (foreign !== undefined) throw usage(`--${foreign} does not go with tpp ${name}; see npm run opl -- --help.`);
  return name === "register" ? readRegister(values) : readDesiredState(name, values);
}

type Values = ReturnType<typeof parse>["values"];

function readRegister({ env, out, json = false, resume = false, timeout = "20", ...values }: Values): RegisterCommand {
  const [dryRun, registerAgain] = [values["dry-run"] ?? false, values["register-again"] ?? false];
  if (env === undefined || env === "") throw usage("--env FILE is missing; it names your settings, see env.example.json.");
  if ((out === undefined || out === "") && !dryRun) throw usage("--out DIR is missing; it names the folder for keys and client information.");
  if (registerAgain && !resume) throw usage("--register-again goes with --resume only, because it may register a second time.");
  return { name: "register", env, out: out === "" ? undefined : out, json, dryRun, resume, registerAgain, timeoutMs: readTimeout(timeout, 600) };
}

function readDesiredState(
  name: DesiredStateCommand["name"],
  { file = "tpp.yaml", registry, secrets, json = false, refresh = false, timeout = "600", ...values }: Values,
): DesiredStateCommand {
  if (file === "") throw usage("--file names no file; it names the desired state, see tpp.example.yaml.");
  if (registry !== undefined && !/^https?:$/.test(URL.canParse(registry) ? new URL(registry).protocol : ""))
    throw usage(`--registry ${registry} is not a web address such as http://127.0.0.1:8081.`);
  return {
    name,
    file,
    registry,
    secrets,
    json,
    refresh,
    exitCode: values["exit-code"] ?? false,
    wait: values["no-wait"] !== true,
    timeoutMs: readTimeout(timeout, 86_400),
  };
}

function readTimeout(text: string, most: number): number {
  const seconds = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || seconds < 0.1 || seconds > most) throw usage(`--timeout ${text} is not a number of seconds from 0.1 to ${most}.`);
  return seconds * 1000;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (cause) {
    const first = (cause as Error).message.split(/\. |\n/)[0] ?? "";
    throw usage(`${first}; see npm run opl -- --help.`, cause);
  }
}

function usage(message: string, cause?: unknown) {
  return errors.ERR_OPL_USAGE({ message, ...(cause === undefined ? {} : { cause }) });
}
