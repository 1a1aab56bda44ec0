import type { TppRole } from "@opl/contracts/model";
import { z } from "zod";
import type { BankHeader } from "../egress/bank-request.ts";
import type { OutsideCall } from "../egress/outside.ts";
import { readJson } from "../egress/strict-json.ts";
import { errors } from "../errors.ts";

/** A directory of the UK kind: it publishes our keys and vouches for our software. */
export interface DirectorySettings {
  readonly url: string;
  readonly accessToken: string;
  readonly trustedRootsPath: string | undefined;
}

export interface DirectoryEntry {
  readonly organizationIdentifier: string;
  readonly organisationName: string;
  readonly roles: readonly TppRole[];
  readonly clientName: string;
  readonly clientUri: string;
  readonly redirectUris: readonly string[];
  /** Chains in PEM, leaf first. */
  readonly certificates: readonly string[];
  /** Thumbprints of certificates of ours that nothing uses any more; the directory is to vouch for none of them. */
  readonly retired: ReadonlySet<string>;
  /** Our software as the directory knows it already; it is changed, not made anew. */
  readonly softwareId: string | undefined;
}

const organisation = z.object({ org_id: z.string().min(1) });
const certificate = z.object({ kid: z.string().min(1).max(200), "x5t#S256": z.string() });
/** A directory that does not list the certificates keeps those that were retired until they end. */
const software = z.object({ software_id: z.string().min(1), certificates: z.array(certificate).max(1000).optional() });

const softwareRoles: Readonly<Record<TppRole, string>> = { AIS: "AISP", PIS: "PISP", CBPII: "CBPII" };

/**
 * Brings the directory up to what we say of ourselves and has it sign that.
 * @returns the statement, and the ids it gave our keys by thumbprint of the certificate
 */
export async function statementFromDirectory(call: OutsideCall, settings: DirectorySettings, entry: DirectoryEntry) {
  const ask = asking(call, settings);
  const roles = entry.roles.map((role) => softwareRoles[role]);
  const { org_id } = await ask(organisation, "organisation", "POST", "/organisation/tpp", {
    organization_identifier: entry.organizationIdentifier,
    org_name: entry.organisationName,
    roles,
  });
  const home = `/organisation/tpp/${encodeURIComponent(org_id)}/software-statement`;
  const stated = {
    software_client_name: entry.clientName,
    software_client_uri: entry.clientUri,
    software_redirect_uris: [...entry.redirectUris],
    software_roles: roles,
  };
  const { software_id, certificates: published = [] } =
    (entry.softwareId === undefined
      ? undefined
      : await unlessGone(ask(software, "software", "PUT", `${home}/${encodeURIComponent(entry.softwareId)}`, stated))) ??
    (await ask(software, "software", "POST", home, stated));
  const own = `${home}/${encodeURIComponent(software_id)}`;
  for (const { kid, "x5t#S256": thumbprint } of published)
    if (entry.retired.has(thumbprint)) await unlessGone(ask(z.unknown(), "certificate", "DELETE", `${own}/certificate/${encodeURIComponent(kid)}`));
  const kids = new Map<string, string>();
  for (const chain of entry.certificates) {
    const { kid, "x5t#S256": thumbprint } = await ask(certificate, "certificate", "POST", `${own}/certificate`, chain);
    kids.set(thumbprint, kid);
  }
  return { statement: await ask(z.string().regex(/^[\w-]+\.[\w-]+\.[\w-]+$/), "statement", "GET", `${own}/software-statement-assertion`), kids };
}

/** Texts go out as certificates and come back as signed messages; everything else is JSON. */
function asking(call: OutsideCall, { url, accessToken }: DirectorySettings) {
  return async <Schema extends z.ZodType>(
    schema: Schema,
    what: string,
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    body?: string | Readonly<Record<string, unknown>>,
  ): Promise<z.output<Schema>> => {
    const headers: Partial<Record<BankHeader, string>> = {
      authorization: `Bearer ${accessToken}`,
      accept: what === "statement" ? "application/jws+json, application/jwt, text/plain" : "application/json",
      ...(body === undefined ? {} : { "content-type": typeof body === "string" ? "application/x-pem-file" : "application/json" }),
    };
    const answer = await call({
      operation: `directory.${what}`,
      method,
      url: new URL(`${url.replace(/\/+$/, "")}${path}`),
      headers,
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const parsed = schema.safeParse(answer.status === 204 ? undefined : what === "statement" ? answer.body.toString("utf8").trim() : json(answer));
    if (parsed.success) return parsed.data;
    throw unfit(parsed.error.issues[0]?.path.join(".") ?? "");
  };
}

function json({ headers, body }: Awaited<ReturnType<OutsideCall>>): unknown {
  try {
    return readJson({ contentType: headers["content-type"], body });
  } catch (error) {
    throw unfit("", error);
  }
}

function unfit(place: string, cause?: unknown) {
  return errors.ERR_TRUST_SERVICE_PROTOCOL({
    message: "The directory sent an answer that does not fit.",
    details: { place },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Software that the directory has forgotten is entered again. */
async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if ((error as { details?: { status?: unknown } }).details?.status === 404) return undefined;
    throw error;
  }
}
