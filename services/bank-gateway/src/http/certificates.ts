import * as contracts from "@opl/contracts/http/bank-gateway";
import { route } from "@opl/service";
import type { GatewayContext } from "../usecases/context.ts";
import { importIssuedCertificate } from "../usecases/import-issued-certificate.ts";
import { importPkcs12 } from "../usecases/import-pkcs12.ts";
import { listOwnCertificates } from "../usecases/list-own-certificates.ts";
import { listPublicKeys } from "../usecases/list-public-keys.ts";
import { requestCertificate } from "../usecases/request-certificate.ts";
import { retireCertificate } from "../usecases/retire-certificate.ts";

/** Our own certificates and the keys we publish. */
export function certificateRoutes(ctx: GatewayContext) {
  return [
    route(contracts.listOwnCertificates, () => listOwnCertificates(ctx)),
    route(contracts.requestCertificate, ({ body }) => requestCertificate(ctx, body)),
    route(contracts.importIssuedCertificate, ({ params, body }) => importIssuedCertificate(ctx, params.certificateId, body.chain)),
    route(contracts.importPkcs12, ({ body }) => importPkcs12(ctx, body)),
    route(contracts.retireCertificate, ({ params }) => retireCertificate(ctx, params.certificateId)),
    route(contracts.listPublicKeys, () => listPublicKeys(ctx)),
  ];
}
