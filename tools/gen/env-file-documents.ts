import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { aliases } from "../opl/settings/aliases.ts";
import { descriptionOf, endpointDefaults, mayBeAbsent, settingNames, settingsSchema } from "../opl/settings/schema.ts";
import type { SettingName } from "../opl/settings/schema.ts";

const schemaFile = "docs/opl-env.schema.json";
export const pageFile = "docs/opl-tpp-register.md";

/** JSON Schema of the env file of `opl tpp register`: descriptions and help in editors. What may be absent may be empty. */
export function envFileSchema(): string {
  const schema = z.toJSONSchema(settingsSchema, { io: "input", unrepresentable: "any" });
  const { properties: settings = {}, ...rest } = schema;
  const properties = Object.fromEntries(
    Object.entries(settings).map(([name, each]) => [name, typeof each === "object" && mayBeAbsent(name as SettingName) ? orEmpty(each) : each]),
  );
  // Editors look for it, and the command passes over it.
  return `${JSON.stringify({ ...rest, title: "Settings of opl tpp register", properties: { $schema: { type: "string" }, ...properties } }, null, 2)}\n`;
}

function orEmpty({ description, default: fallback, ...setting }: z.core.JSONSchema.JSONSchema): z.core.JSONSchema.JSONSchema {
  return { ...(description === undefined ? {} : { description }), ...(fallback === undefined ? {} : { default: fallback }), anyOf: [setting, { const: "" }] };
}

const example: Partial<Record<SettingName, unknown>> = {
  OP_ENVIRONMENT: "sandbox",
  OP_API_KEY: "",
  OP_COUNTRY: "FI",
  OP_TPP_NAME: "Example Ledger TPP",
  OP_ROLES: ["AIS", "PIS", "CBPII"],
  OP_REDIRECT_URIS: ["https://localhost:8181/oauth/callback/accounts"],
  OP_SOFTWARE_CLIENT_NAME: "Example Ledger",
  OP_SOFTWARE_CLIENT_URI: "https://ledger.example",
  OP_ORG_NAME: "Example Ledger Oy",
  OP_ORG_CONTACTS: [{ name: "Support", email: "support@ledger.example", phone: "", type: "Support" }],
  ...endpointDefaults.sandbox,
};

/** env.example.json: every setting, empty where a person may leave it so. */
export function envFileExample(): string {
  const settings = Object.fromEntries(settingNames.map((name) => [name, example[name] ?? settingsSchema.shape[name].safeParse(undefined).data ?? ""]));
  return `${JSON.stringify({ $schema: `./${schemaFile}`, ...settings }, null, 2)}\n`;
}

/** The page with its two tables made anew. */
export function registrationPage(root: string): string {
  const page = readFileSync(path.join(root, pageFile), "utf8");
  return between(between(page, "settings", settingsTable()), "names", aliasTable());
}

function between(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: npm run gen -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${pageFile} has no place for ${name}.`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

function settingsTable(): string {
  const rows = settingNames.map((name) => {
    const setting = settingsSchema.shape[name];
    const address = (endpointDefaults.sandbox as Partial<Record<SettingName, string>>)[name];
    const fallback = address ?? setting.safeParse(undefined).data;
    const need = mayBeAbsent(name) ? (fallback === undefined ? "" : code(fallback)) : "**required**";
    return `| \`${name}\` | ${need} | ${descriptionOf(name)} |`;
  });
  return ["| setting | default (sandbox) | meaning |", "|---|---|---|", ...rows].join("\n");
}

function code(value: unknown): string {
  return `\`${Array.isArray(value) ? value.join(",") : String(value)}\``;
}

function aliasTable(): string {
  const rows = settingNames.flatMap((name) => {
    const others = Object.keys(aliases).filter((alias) => aliases[alias]?.includes(name));
    return others.length === 0 ? [] : [`| \`${name}\` | ${others.map((other) => `\`${other}\``).join(", ")} |`];
  });
  return ["| setting | also read as |", "|---|---|", ...rows].join("\n");
}
