import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { OplError } from "@opl/errors";
import { createServiceTokens } from "@opl/service";
import type { ServiceTokens } from "@opl/service";
import { localProduct } from "./local-product.ts";
import { operatorKeyFile, readSecret, type Service, services } from "./secrets.ts";

const timeoutMs = 600_000;

/** Bearer tokens of an operator: by name where `secretsDir` is the folder of one person's key, else with the key under `operator/` that all share. */
export function operatorTokens(secretsDir: string): ServiceTokens {
  const own = operatorKeyFile(secretsDir);
  if (existsSync(own)) {
    const privateJwk: { kid: string } & Record<string, string> = JSON.parse(readSecret(own));
    return createServiceTokens({ service: "operator", subject: privateJwk.kid.split(":")[1] ?? "", privateJwk, jwks: { keys: [] } });
  }
  const folder = path.join(secretsDir, "operator");
  return createServiceTokens({
    service: "operator",
    privateJwk: JSON.parse(readSecret(path.join(folder, "service-key.json"))),
    jwks: JSON.parse(readFileSync(path.join(folder, "service-jwks.json"), "utf8")),
  });
}

/**
 * Asks one service as the operator, with the key found under `OPL_SECRETS_DIR`. The service is found at `OPL_<SERVICE>_URL`,
 * else by its name on port 8080; without `OPL_SECRETS_DIR` both are those of the product that `npm start` runs here. A body of `-` is read from standard input: secrets do not belong on a command line. @returns the answer's text @throws OplError with the problem the service told
 */
export async function ask(
  [name = "", method = "GET", route = "/", given]: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  readInput: () => string = () => readFileSync(0, "utf8"),
): Promise<string> {
  const service = services.find((known) => known === name);
  if (service === undefined)
    throw new OplError({
      code: "ERR_SETUP_ASK",
      kind: "invalid",
      message: `There is no service ${name || "without a name"}. One of: ${services.join(", ")}.`,
    });
  const { secretsDir, origin } = placeOf(service, environment);
  const body = given === "-" ? readInput() : given;
  const tokens = operatorTokens(secretsDir);
  const answer = await fetch(new URL(route, origin), {
    method,
    headers: { authorization: `Bearer ${await tokens.issue(service)}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await answer.text();
  if (!answer.ok) throw new OplError({ code: "ERR_SETUP_ASK", kind: "rejected", message: `${service} answered ${answer.status}: ${text}` });
  return text;
}

function placeOf(service: Service, environment: Readonly<Record<string, string | undefined>>): { readonly secretsDir: string; readonly origin: string } {
  const said = environment[`OPL_${service.toUpperCase().replaceAll("-", "_")}_URL`];
  const secretsDir = environment["OPL_SECRETS_DIR"];
  if (secretsDir !== undefined && secretsDir !== "") return { secretsDir, origin: said ?? `http://${service}:8080` };
  const product = localProduct(environment);
  const origin = said ?? product.originOf(service);
  if (origin === undefined)
    throw new OplError({
      code: "ERR_SETUP_ASK",
      kind: "invalid",
      message: `No platform has been started from ${product.folder} (OPL_DIR); start it with npm start, or name the secrets of another one in OPL_SECRETS_DIR.`,
    });
  return { secretsDir: product.secretsDir, origin };
}
