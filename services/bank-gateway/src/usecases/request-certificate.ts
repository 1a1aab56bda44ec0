import type { BodyOf } from "@opl/contracts/http";
import type { requestCertificate as contract } from "@opl/contracts/http/bank-gateway";
import type { OwnCertificate } from "@opl/contracts/model";
import { createCertificateRequest, importCertificate, readCertificateRequest } from "@opl/eidas";
import { getOwnCertificate, insertOwnCertificate, saveIssuedChain } from "../db/own-certificate-store.ts";
import type { OwnCertificateRow } from "../db/own-certificate-store.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { certifiedRoles, describeOwn, refuseUnusable, sealOwnKey } from "./own-certificate.ts";

type Context = Pick<GatewayContext, "db" | "clock" | "newId" | "vault" | "own">;

const keyOf = { rsa: "rsa-3072", ec: "p-256" } as const;

/** Makes a key and a request for it, and sends that to the provider where one is connected; otherwise an operator carries it there. */
export async function requestCertificate(ctx: Context, { purpose, keyType, subject }: BodyOf<typeof contract>): Promise<OwnCertificate> {
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
  const row = { certificateId, purpose, keyType, csrPem, chainPem: null, createdAt: ctx.clock.now(), retiredAt: null, ...sealed };
  // The key is safe before anybody certifies it.
  await insertOwnCertificate(ctx.db, row);
  return describeOwn(await enrol(ctx, row), ctx.clock.now());
}

/** Sends a request that waits to the provider; one that needs time is sent again the next time somebody asks. */
export async function enrol(ctx: Pick<Context, "db" | "clock" | "own">, row: OwnCertificateRow): Promise<OwnCertificateRow> {
  if (ctx.own.enrolment === undefined || row.csrPem === null || row.chainPem !== null) return row;
  const answer = await ctx.own.enrolment.enrol(row.csrPem);
  return answer === undefined ? row : keepIssued(ctx, row, answer);
}

/** Keeps what was issued if it is what was asked for. @throws what `importCertificate` says, ERR_OWN_CERTIFICATE_REFUSED, ERR_OWN_CERTIFICATE_STATE */
export async function keepIssued(ctx: Pick<Context, "db" | "clock">, row: OwnCertificateRow, issued: string): Promise<OwnCertificateRow> {
  const { chainPem } = importCertificate(issued, row.csrPem === null ? {} : { request: await readCertificateRequest(row.csrPem) });
  if (row.chainPem !== null && chainPem[0] === row.chainPem[0]) return row;
  refuseUnusable({ ...row, chainPem }, ctx.clock.now());
  if (!(await saveIssuedChain(ctx.db, row.certificateId, chainPem))) throw errors.ERR_OWN_CERTIFICATE_STATE();
  return (await getOwnCertificate(ctx.db, row.certificateId)) ?? { ...row, chainPem };
}
