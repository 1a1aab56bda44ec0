import { existsSync } from "node:fs";
import path from "node:path";
import { applyDesiredState, getDesiredState, planDesiredState, searchAspsps } from "@opl/contracts/http/tpp-registry";
import { isOplError, toOplError } from "@opl/errors";
import { type Client, createClient } from "@opl/service";
import { Agent } from "undici";
import { operatorTokens } from "../../setup/ask.ts";
import { localProduct, type LocalProduct } from "../../setup/local-product.ts";
import { errors } from "../errors.ts";

const asked = { searchAspsps, getDesiredState, planDesiredState, applyDesiredState };
export type Registry = Client<typeof asked>;

export interface Place {
  readonly registry: string | undefined;
  readonly secrets: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Connection extends AsyncDisposable {
  readonly url: string;
  readonly ask: Registry;
}

/** The registry, asked as its operator. @throws ERR_OPL_REGISTRY when nothing says where it is, or the operator's key is not there */
export function connectRegistry({ registry, secrets, environment }: Place): Connection {
  const local = localProduct(environment);
  const url = registry ?? registryOf(local);
  const folder = secrets ?? local.secretsDir;
  if (!existsSync(path.join(folder, "operator", "service-key.json")))
    throw errors.ERR_OPL_REGISTRY({ message: `There is no operator's key under ${folder} (--secrets); name the folder that npm run setup or npm start made.` });
  const dispatcher = new Agent({ connect: { timeout: 2_000 } });
  const ask = createClient(asked, { baseUrl: url, audience: "tpp-registry", tokens: operatorTokens(folder), dispatcher });
  return { url, ask, [Symbol.asyncDispose]: () => dispatcher.close() };
}

function registryOf({ folder, originOf }: LocalProduct): string {
  const origin = originOf("tpp-registry");
  if (origin !== undefined) return origin;
  throw errors.ERR_OPL_REGISTRY({
    message: `No platform has been started from ${folder} (OPL_DIR); start it with npm start, or say where its registry is with --registry URL.`,
  });
}

/** What the registry answered instead, in the command's own words. */
export function explainRegistry(cause: unknown, url: string): unknown {
  const error = toOplError(cause);
  if (!isOplError(cause) || cause.code in errors) return cause;
  if (error.code === "ERR_DESIRED_STATE_INVALID") return errors.ERR_OPL_DOCUMENT({ message: error.message, details: error.details, cause });
  if (error.code === "ERR_TPP_REGISTRY_UNAVAILABLE")
    return errors.ERR_OPL_REGISTRY({ message: `The registry at ${url} does not answer; start the platform with npm start, or correct --registry.`, cause });
  if (["unauthenticated", "forbidden"].includes(error.kind))
    return errors.ERR_OPL_REGISTRY({
      message: `The registry at ${url} does not take the operator's key; name the secrets of that platform with --secrets.`,
      cause,
    });
  if (error.kind === "unavailable" || error.kind === "upstream")
    return errors.ERR_OPL_REGISTRY({ message: `The registry at ${url} cannot do it now: ${error.message}`, cause });
  return cause;
}
