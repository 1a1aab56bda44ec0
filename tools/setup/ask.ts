import { readFileSync } from "node:fs";
import path from "node:path";
import { OplError } from "@opl/errors";
import { createServiceTokens } from "@opl/service";
import type { ServiceTokens } from "@opl/service";
import { readSecret, services } from "./secrets.ts";

const timeoutMs = 600_000;

/** Bearer tokens of the operator, whose key is under `secretsDir/operator`. */
export function operatorTokens(secretsDir: string): ServiceTokens {
  const folder = path.join(secretsDir, "operator");
  return createServiceTokens({
    service: "operator",
    privateJwk: JSON.parse(readSecret(path.join(folder, "service-key.json"))),
    jwks: JSON.parse(readFileSync(path.join(folder, "service-jwks.json"), "utf8")),
  });
}

/**
 * Asks one service as the operator, with the operator's key under `secretsDir/operator`. The service is found at `OPL_<SERVICE>_URL`,
 * else by its name on port 8080. @returns the answer's text @throws OplError with the problem the service told
 */
export async function ask(
  secretsDir: string,
  [service = "", method = "GET", route = "/", body]: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if (!services.some((name) => name === service))
    throw new OplError({
      code: "ERR_SETUP_ASK",
      kind: "invalid",
      message: `There is no service ${service || "without a name"}. One of: ${services.join(", ")}.`,
    });
  const tokens = operatorTokens(secretsDir);
  const origin = environment[`OPL_${service.toUpperCase().replaceAll("-", "_")}_URL`] ?? `http://${service}:8080`;
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
