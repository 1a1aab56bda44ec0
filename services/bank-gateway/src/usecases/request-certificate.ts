import type { BodyOf } from "@opl/contracts/http";
import type { requestCertificate as contract } from "@opl/contracts/http/bank-gateway";
import type { OwnCertificate } from "@opl/contracts/model";
import { createCertificateRequest, importCertificate, readCertificateRequest } from "@opl/eidas";
import { toOplError } from "@opl/errors";
import { getOwnCertificate, insertOwnCertificate, neverSent, saveIssuedChain, saveUnanswered, unlessSomebodyRequests } from "../db/own-certificate-store.ts";
import type { OwnCertificateRow } from "../db/own-certificate-store.ts";
import { sentAgainAt } from "../domain/own-certificate.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { certifiedRoles, describeOwn, refuseUnusable, sealOwnKey } from "./own-certificate.ts";

type Context = Pick<GatewayContext, "db" | "clock" | "newId" | "vault" | "own">;
type Wanted = BodyOf<typeof contract>;

const keyOf = { rsa: "rsa-3072", ec: "p-256" } as const;

/**
 * Makes a key and a request for it, and sends that to the provider where one is connected; otherwise an operator carries it there.
 * @throws ERR_REGISTRATION_STEP_RUNNING while another request is at the provider, and what the provider's refusal or silence became
 */
export async function requestCertificate(ctx: Context, wanted: Wanted): Promise<OwnCertificate> {
  return describeOwn(await requestingAlone(ctx, () => makeRequest(ctx, wanted)), ctx.clock.now());
}

/** Nobody pays twice: whoever finds another at it comes again. @throws ERR_REGISTRATION_STEP_RUNNING */
export async function requestingAlone<T>({ db }: Pick<Context, "db">, run: () => Promise<T>): Promise<T> {
  const outcome = await unlessSomebodyRequests(db, run);
  if (outcome !== "busy") return outcome.done;
  throw errors.ERR_REGISTRATION_STEP_RUNNING({
    message: "Certificates of our own are being requested by somebody else at this moment; ask again.",
    retryAfterSeconds: 2,
  });
}

/** The request itself, for who holds the lock. */
export async function makeRequest(ctx: Context, { purpose, keyType, subject }: Wanted): Promise<OwnCertificateRow> {
  const { csrPem, privateKey } = await createCertificateRequest({
    key: keyOf[keyType],
    purpose,
    subject: {
      country: subject.country,
      organization: subject.organisationName,
      commonName: subject.commonName,
      organizationIdentifier: subject.organizationIdentifier,
    },
    psd2: { roles: subject.roles.map((role) => certifiedRoles[role]), ncaName: subject.authority.name, ncaId: subject.authority.id },
  });
  const certificateId = ctx.newId();
  const sealed = await sealOwnKey(ctx.vault, certificateId, privateKey);
  const row = { certificateId, purpose, keyType, csrPem, chainPem: null, createdAt: ctx.clock.now(), retiredAt: null, ...neverSent, ...sealed };
  // The key is safe before anybody certifies it.
  await insertOwnCertificate(ctx.db, row);
  return enrol(ctx, row);
}

/** Sends a request that waits to the provider, for who holds the lock; without a certificate in return it keeps when to send it again, or why not. */
export async function enrol(ctx: Pick<Context, "db" | "clock" | "own">, row: OwnCertificateRow): Promise<OwnCertificateRow> {
  if (ctx.own.enrolment === undefined || row.csrPem === null || row.chainPem !== null) return row;
  const attempts = row.attempts + 1;
  const again = (retryAfterSeconds?: number) => ({ attempts, retryAt: sentAgainAt(attempts, retryAfterSeconds, ctx.clock.now()), refusal: null });
  try {
    const answer = await ctx.own.enrolment.enrol(row.csrPem);
    if ("issued" in answer) return await keepIssued(ctx, row, answer.issued);
    return { ...row, ...(await saveUnanswered(ctx.db, row.certificateId, again(answer.retryAfterSeconds))) };
  } catch (error) {
    const { kind, message, retryAfterSeconds } = toOplError(error);
    await saveUnanswered(ctx.db, row.certificateId, kind === "rejected" ? { attempts, retryAt: null, refusal: message } : again(retryAfterSeconds));
    throw error;
  }
}

/** Keeps what was issued if it is what was asked for. @throws what `importCertificate` says, ERR_OWN_CERTIFICATE_REFUSED, ERR_OWN_CERTIFICATE_STATE */
export async function keepIssued(ctx: Pick<Context, "db" | "clock">, row: OwnCertificateRow, issued: string): Promise<OwnCertificateRow> {
  const { chainPem } = importCertificate(issued, row.csrPem === null ? {} : { request: await readCertificateRequest(row.csrPem) });
  if (row.chainPem !== null && chainPem[0] === row.chainPem[0]) return row;
  refuseUnusable({ ...row, chainPem }, ctx.clock.now());
  if (!(await saveIssuedChain(ctx.db, row.certificateId, chainPem))) throw errors.ERR_OWN_CERTIFICATE_STATE();
  return (await getOwnCertificate(ctx.db, row.certificateId)) ?? { ...row, chainPem };
}
