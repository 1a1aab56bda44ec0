import { parseArgs } from "node:util";
import { errors } from "./errors.ts";

export interface RegisterCommand {
  readonly env: string;
  /** Absent only in a dry run. */
  readonly out: string | undefined;
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly resume: boolean;
  readonly registerAgain: boolean;
  readonly timeoutMs: number;
}

export const help = `Registers a TPP at OP Financial Group's PSD2 interface, from an env file to a client that works.

  npm run opl -- tpp register --env FILE --out DIR [options]

  --env FILE         settings: JSON (start from env.example.json) or lines of KEY=value
  --out DIR          new or empty folder for keys, certificates and client information
  --resume           go on where a run in this folder stopped; never registers twice
  --register-again   with --resume: send once more although the bank may have registered already
  --dry-run          show every request, secrets masked, and send nothing
  --json             one JSON object a line, for machines
  --timeout SECONDS  longest wait for one answer of the bank (20)
  --help             this text

Secrets may come from the environment instead of the file: OP_API_KEY, OP_CERT_PASSPHRASE.

Against the sandbox bank of this project:
  npm run sandbox                                                               in one terminal
  npm run opl -- tpp register --env .opl/sandbox/env.json --out my-tpp          in another

Exit codes
  0   registered and validated, or it was already
  64  the command line is not understood
  65  a certificate or key is not usable
  69  the bank cannot be reached, or does not answer
  70  something unexpected: a mistake in this program
  73  the output folder cannot be used
  75  the registration was sent and nobody knows its outcome
  76  the bank's answer does not fit its interface
  77  the bank said no
  78  the env file is not usable
  79  the clock of this machine is off
  130, 143  stopped by SIGINT, SIGTERM; go on with --resume

Settings, JSON events and files: docs/opl-tpp-register.md
`;

const options = {
  env: { type: "string" },
  out: { type: "string" },
  json: { type: "boolean", default: false },
  "dry-run": { type: "boolean", default: false },
  resume: { type: "boolean", default: false },
  "register-again": { type: "boolean", default: false },
  timeout: { type: "string", default: "20" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** Reads the arguments; `help` when that is what they ask for. @throws ERR_OPL_USAGE */
export function readCommandLine(args: readonly string[]): RegisterCommand | "help" {
  const { values, positionals } = parse(args);
  if (values.help || positionals.length === 0) {
    if (args.length > 0 && !values.help) throw usage("The command is missing; write tpp register before the options.");
    return "help";
  }
  const command = positionals.join(" ");
  if (command !== "tpp register") throw usage(`There is no command "${command}"; the one there is: tpp register.`);
  const { env, out } = values;
  if (env === undefined || env === "") throw usage("--env FILE is missing; it names your settings, see env.example.json.");
  if ((out === undefined || out === "") && !values["dry-run"]) throw usage("--out DIR is missing; it names the folder for keys and client information.");
  if (values["register-again"] && !values.resume) throw usage("--register-again goes with --resume only, because it may register a second time.");
  const seconds = Number(values.timeout);
  if (!/^\d+(?:\.\d+)?$/.test(values.timeout) || seconds < 0.1 || seconds > 600)
    throw usage(`--timeout ${values.timeout} is not a number of seconds from 0.1 to 600.`);
  return {
    env,
    out: out === "" ? undefined : out,
    json: values.json,
    dryRun: values["dry-run"],
    resume: values.resume,
    registerAgain: values["register-again"],
    timeoutMs: seconds * 1000,
  };
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
