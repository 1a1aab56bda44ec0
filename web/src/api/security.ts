import type { securityRoutes } from "@opl/contracts/http/bff-security";
import type { ResponseOf } from "@opl/contracts/http/route";
import { queryOptions } from "@tanstack/react-query";
import { ApiError } from "./api-error.ts";
import { answerOf, send } from "./client.ts";
import { type AskOf, buildUrl } from "./routes.ts";

type Routes = typeof securityRoutes;
type SecurityOperation = keyof Routes;
type SecurityAnswer<O extends SecurityOperation> = ResponseOf<Routes[O]>;

export type Security = SecurityAnswer<"getSecurity">;
export type Passkey = Security["passkeys"][number];
export type Session = SecurityAnswer<"listSessions">["sessions"][number];

/** Method and path of each operation; only types of the contract are shipped, so a test compares the two. */
export const securityPaths: Record<SecurityOperation, readonly [method: string, path: string]> = {
  getSecurity: ["GET", "/api/me/security"],
  beginNewPasskey: ["POST", "/api/me/passkeys/options"],
  addPasskey: ["POST", "/api/me/passkeys"],
  renamePasskey: ["PATCH", "/api/me/passkeys/:passkeyId"],
  removePasskey: ["DELETE", "/api/me/passkeys/:passkeyId"],
  changePassword: ["POST", "/api/me/password"],
  removePassword: ["DELETE", "/api/me/password"],
  changeEmail: ["POST", "/api/me/email"],
  beginSecondFactor: ["POST", "/api/me/second-factor"],
  confirmSecondFactor: ["POST", "/api/me/second-factor/confirmation"],
  removeSecondFactor: ["DELETE", "/api/me/second-factor"],
  renewRecoveryCodes: ["POST", "/api/me/recovery-codes"],
  beginLink: ["POST", "/api/me/single-sign-on"],
  removeLink: ["DELETE", "/api/me/single-sign-on"],
  listSessions: ["GET", "/api/me/sessions"],
  endSession: ["DELETE", "/api/me/sessions/:sessionId"],
  startExport: ["POST", "/api/me/exports"],
  downloadExport: ["POST", "/api/me/exports/:exportId/download"],
};

export async function askSecurity<O extends SecurityOperation>(operation: O, input: AskOf<Routes[O]>, signal?: AbortSignal): Promise<SecurityAnswer<O>> {
  const [method, path] = securityPaths[operation];
  return (await send(method, buildUrl(path, input.params), { body: input.body, signal })) as SecurityAnswer<O>;
}

export const securityQueries = {
  security: () => queryOptions({ queryKey: ["security"], queryFn: ({ signal }) => askSecurity("getSecurity", {}, signal) }),
  sessions: () => queryOptions({ queryKey: ["sessions"], queryFn: ({ signal }) => askSecurity("listSessions", {}, signal) }),
};

/** A file that was made ready, with its name. It is handed out once: one that broke off is asked for anew. */
export async function downloadExport(exportId: string): Promise<{ name: string; file: Blob }> {
  const [method, path] = securityPaths.downloadExport;
  const response = await answerOf(method, buildUrl(path, { exportId }));
  const [, name = "one-point-ledger"] = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "") ?? [];
  const file = await response.blob().catch(() => {
    throw new ApiError({ status: 502, code: "ERR_DOWNLOAD_BROKE_OFF" });
  });
  return { name, file };
}
