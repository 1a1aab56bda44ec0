import path from "node:path";
import { StrictJsonError, parseStrictJson } from "@opl/fapi";
import type { z } from "zod";
import { errors } from "../errors.ts";
import { nearestName, settingsFor } from "./aliases.ts";
import { descriptionOf, endpointDefaults, mayBeAbsent, secretSettings, settingsSchema } from "./schema.ts";
import type { SettingName } from "./schema.ts";

type Parsed = z.output<typeof settingsSchema>;
type Endpoints = { readonly [Name in keyof (typeof endpointDefaults)["sandbox"]]: string | undefined };

/** The settings as the command uses them: checked, defaults filled in, paths absolute. */
export type Settings = Readonly<
  Omit<Parsed, keyof Endpoints | "OP_SOFTWARE_REDIRECT_URIS" | "OP_API_SECRET"> &
    Omit<Endpoints, "OP_CERT_GENERATION_URL" | "OP_PAYMENTS_JWKS_URL"> & {
      OP_CERT_GENERATION_URL: string | undefined;
      OP_PAYMENTS_JWKS_URL: string | undefined;
      OP_REGISTRATION_URL: string;
      OP_TOKEN_URL: string;
      OP_AIS_BASE_URL: string;
      OP_AUTHORIZE_URL: string;
      OP_ISSUER: string;
      OP_OIDC_JWKS_URL: string;
      OP_SOFTWARE_REDIRECT_URIS: readonly string[];
      /** Whether the certificates are the person's own; otherwise the generator makes them. */
      ownCertificates: boolean;
    }
>;

export interface SettingsProblem {
  /** As the person wrote it, or the name of the setting that is missing. */
  readonly key: string;
  readonly message: string;
}

interface Given {
  readonly key: string;
  readonly value: unknown;
}

const paths = [
  "OP_QWAC_CERT_PATH",
  "OP_QWAC_KEY_PATH",
  "OP_QWAC_P12_PATH",
  "OP_QSEAL_CERT_PATH",
  "OP_QSEAL_KEY_PATH",
  "OP_QSEAL_P12_PATH",
  "OP_CA_BUNDLE_PATH",
] as const;
const lists: ReadonlySet<SettingName> = new Set(["OP_ROLES", "OP_REDIRECT_URIS", "OP_SOFTWARE_REDIRECT_URIS", "OP_GRANT_TYPES"]);
const environments = ["sandbox", "production"];

/**
 * Reads an env file: JSON, or lines of KEY=value. Environment variables may bring the secrets and OP_ENVIRONMENT, and win over the file.
 * @throws ERR_OPL_SETTINGS naming every bad key at once; `details.problems` has them one by one
 */
export function readSettings(content: string, { file, environment }: { file: string; environment: Readonly<Record<string, string | undefined>> }): Settings {
  const problems: SettingsProblem[] = [];
  const given = collect(readKeys(content, file, environment["OP_ENVIRONMENT"] || undefined), problems);
  for (const name of [...secretSettings, "OP_ENVIRONMENT"] as const) {
    const value = environment[name];
    if (value !== undefined && value !== "") given.set(name, { key: fromEnvironment(name), value });
  }
  // The Java predecessor knows one list for both.
  const software = given.get("OP_SOFTWARE_REDIRECT_URIS");
  if (software !== undefined && !given.has("OP_REDIRECT_URIS")) given.set("OP_REDIRECT_URIS", software);
  const parsed = settingsSchema.safeParse(Object.fromEntries([...given].map(([name, { value }]) => [name, shape(name, value)])));
  if (!parsed.success) problems.push(...parsed.error.issues.map((issue) => problemOf(issue, given)));
  // What is absent or refused is reported by the schema; the rules between settings look at the rest.
  problems.push(...rulesBetween(given, parsed.data));
  if (!parsed.success || problems.length > 0) throw report(file, problems);
  return complete(parsed.data, path.dirname(path.resolve(file)));
}

function report(file: string, problems: readonly SettingsProblem[]) {
  const name = path.basename(file);
  const lines = problems.map(({ key, message }) => `${key} ${message}`);
  const message = lines.length === 1 ? `${name}: ${lines[0]}.` : `${name} has ${lines.length} problems:\n${lines.map((line) => `  ${line}.`).join("\n")}`;
  return errors.ERR_OPL_SETTINGS({ message, details: { problems } });
}

/** Every value of the file with its dotted key. */
function readKeys(content: string, file: string, environmentName: string | undefined): Given[] {
  const text = content.replace(/^\uFEFF/, "");
  if (text.trim() === "") throw unreadable(file, "is empty; start from env.example.json");
  if (!/^\s*[{["\d]/.test(text)) return readLines(text, file);
  const json = readJson(text, file);
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw unreadable(file, "must be a JSON object of settings, as env.example.json is");
  const { sandbox, production, ...rest } = json as Record<string, unknown>;
  const chosen = environmentName ?? rest["OP_ENVIRONMENT"] ?? rest["environment"] ?? "sandbox";
  const [name, block] = chosen === "production" ? ["production", production] : ["sandbox", sandbox];
  if (!isObject(block)) return flatten(rest);
  // The keys of one environment must never go to the hosts of the other.
  if ([block["OP_ENVIRONMENT"], block["environment"]].some((inside) => inside !== undefined && inside !== name))
    throw unreadable(file, `names another environment inside "${name}"; set OP_ENVIRONMENT outside the blocks`);
  return flatten({ ...rest, ...block });
}

function readJson(text: string, file: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    if (error.reason === "duplicate-member") throw unreadable(file, `names a key twice${placeOf(text, error.offset)}; keep one of them`);
    throw unreadable(file, `is not sound JSON${placeOf(text, error.offset)}; mend it there`);
  }
}

function placeOf(text: string, offset?: number): string {
  const at = offset ?? syntaxErrorAt(text);
  if (at === undefined) return "";
  const before = text.slice(0, at).split("\n");
  return ` (line ${before.length}, column ${(before.at(-1) ?? "").length + 1})`;
}

function syntaxErrorAt(text: string): number | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    return position === undefined ? text.length : Number(position);
  }
}

/** `KEY=value` as in a properties or .env file. */
function readLines(text: string, file: string): Given[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (/^\s*(?:[#!].*)?$/.test(line)) return [];
    const match = /^\s*(?:export\s+)?([\w.-]+)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (match === null) throw unreadable(file, `is neither JSON nor lines of KEY=value (line ${index + 1}); start from env.example.json`);
    return [{ key: String(match[1]), value: String(match[2]).replace(/^(["'])(.*)\1$/, "$2") }];
  });
}

function unreadable(file: string, what: string) {
  return errors.ERR_OPL_SETTINGS({ message: `${path.basename(file)} ${what}.`, details: { problems: [{ key: path.basename(file), message: what }] } });
}

function flatten(object: Record<string, unknown>, prefix = ""): Given[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const key = `${prefix}${name}`;
    if (prefix === "" && (name.startsWith("$") || environments.includes(name))) return [];
    return isObject(value) ? flatten(value, `${key}.`) : [{ key, value }];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What the file says of each setting; an empty value of one that may be absent says nothing. */
function collect(keys: readonly Given[], problems: SettingsProblem[]): Map<SettingName, Given> {
  const given = new Map<SettingName, Given>();
  for (const each of keys) {
    const names = settingsFor(each.key);
    if (names.length === 0) {
      const near = nearestName(each.key);
      problems.push({ key: each.key, message: `is not a setting; ${near === undefined ? "remove it" : `perhaps ${near} is meant`}` });
    }
    for (const [index, name] of names.entries()) {
      if (mayBeAbsent(name) && typeof each.value === "string" && each.value.trim() === "") continue;
      const other = given.get(name);
      const same = other !== undefined && JSON.stringify(shape(name, other.value)) === JSON.stringify(shape(name, each.value));
      // The second setting of a name is only what it may also stand for.
      if (other === undefined || (isSecondary(name, other.key) && index === 0)) given.set(name, each);
      else if (!same && index === 0)
        problems.push({ key: each.key, message: `says something else than ${other.key}, and both mean ${name}; keep one of them` });
    }
  }
  return given;
}

function isSecondary(name: SettingName, key: string): boolean {
  return settingsFor(key).indexOf(name) > 0;
}

/** Brings what files write as text into the form of the schema; what does not fit is left for the schema to refuse. */
function shape(name: SettingName, value: unknown): unknown {
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (name === "OP_TLS_ALLOW_LEGACY_SHA1_CLIENT_CERT") return text === "true" ? true : text === "false" ? false : value;
  if (name === "OP_ORG_CONTACTS" && !/^[[{]/.test(text)) return text === "" ? [] : [{ name: "Support", email: text, phone: "", type: "Support" }];
  if (!lists.has(name) && name !== "OP_ORG_CONTACTS") return value;
  if (/^[[{]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      return value;
    }
  }
  return text === "" ? [] : text.split(/[\s,;]+/).filter((part) => part !== "");
}

function fromEnvironment(name: string): string {
  return `${name} (environment)`;
}

function problemOf(issue: z.core.$ZodIssue, given: ReadonlyMap<SettingName, Given>): SettingsProblem {
  const [name, ...inside] = issue.path;
  const known = given.get(name as SettingName);
  const written = known?.key ?? String(name);
  const label = written === name || written === fromEnvironment(String(name)) ? written : `${written} (${String(name)})`;
  const key = `${label}${inside.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("")}`;
  if (known === undefined && issue.code === "invalid_type") {
    const secret = (secretSettings as readonly string[]).includes(String(name));
    return {
      key: String(name),
      message: `is missing: ${descriptionOf(name as SettingName)}${secret ? ", in the file or as an environment variable" : ""}`,
    };
  }
  if (issue.code === "unrecognized_keys") return { key, message: `has unknown members: ${issue.keys.join(", ")}` };
  return { key, message: issue.message };
}

const ownNames = ["OP_QWAC_CERT_PATH", "OP_QWAC_KEY_PATH", "OP_QWAC_P12_PATH", "OP_QSEAL_CERT_PATH", "OP_QSEAL_KEY_PATH", "OP_QSEAL_P12_PATH"] as const;

function bringsOwn(given: ReadonlyMap<SettingName, Given>): boolean {
  return ownNames.some((name) => given.has(name));
}

function rulesBetween(given: ReadonlyMap<SettingName, Given>, parsed: Parsed | undefined): SettingsProblem[] {
  const has = (name: SettingName): boolean => given.has(name);
  const problems: SettingsProblem[] = [];
  const need = (name: SettingName, why: string): void => {
    if (!has(name)) problems.push({ key: name, message: `is missing: ${why}` });
  };
  const isProduction = given.get("OP_ENVIRONMENT")?.value === "production";
  if (bringsOwn(given) || isProduction) {
    const why = isProduction
      ? "production has no certificate generator, so your own eIDAS certificates are needed"
      : "you bring certificates of your own, so both are needed";
    for (const kind of ["QWAC", "QSEAL"] as const) {
      const [certificate, key, bundle] = [`OP_${kind}_CERT_PATH`, `OP_${kind}_KEY_PATH`, `OP_${kind}_P12_PATH`] as const;
      if (has(bundle) && (has(certificate) || has(key)))
        problems.push({ key: bundle, message: `stands beside ${has(certificate) ? certificate : key}; give PKCS#12 or PEM, not both` });
      if (has(bundle)) continue;
      need(certificate, `${why} (or ${bundle})`);
      need(key, `${why} (or ${bundle})`);
    }
    need("OP_QSEAL_KID", "the bank finds your signing key by this id in OP_PUBLIC_JWKS_URL");
    need("OP_PUBLIC_JWKS_URL", "the bank reads your public keys there");
  } else {
    need("OP_COUNTRY", "country of the test certificates, such as FI");
    need("OP_TPP_NAME", "common name of the test certificates");
  }
  const software = parsed?.OP_SOFTWARE_REDIRECT_URIS;
  const outside = parsed?.OP_REDIRECT_URIS.filter((uri) => software !== undefined && !software.includes(uri)) ?? [];
  if (outside.length > 0) problems.push({ key: "OP_SOFTWARE_REDIRECT_URIS", message: `does not contain ${outside.join(", ")} of OP_REDIRECT_URIS; add it` });
  return problems;
}

function complete(parsed: Parsed, folder: string): Settings {
  const { OP_API_SECRET: _unused, ...settings } = parsed;
  const addresses = Object.entries(endpointDefaults[parsed.OP_ENVIRONMENT]).map(([name, fallback]) => [name, settings[name as keyof Endpoints] ?? fallback]);
  const resolved = paths.flatMap((name) => (settings[name] === undefined ? [] : [[name, path.resolve(folder, settings[name])]]));
  return {
    ...settings,
    ...Object.fromEntries([...addresses, ...resolved]),
    OP_SOFTWARE_REDIRECT_URIS: parsed.OP_SOFTWARE_REDIRECT_URIS ?? parsed.OP_REDIRECT_URIS,
    ownCertificates: ownNames.some((name) => parsed[name] !== undefined),
  } as Settings;
}
