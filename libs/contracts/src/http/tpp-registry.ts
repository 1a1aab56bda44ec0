import { z } from "zod";
import { aspspId, uuid } from "../model/ids.ts";
import { certificate, registration } from "../model/registration.ts";
import { defineRoute } from "./route.ts";

export const startRegistration = defineRoute({
  operationId: "startRegistration",
  summary: "Register at a bank; answers the running or completed registration when there is one. `renew` begins the successor of the completed one at once.",
  method: "POST",
  path: "/registrations",
  callers: ["operator", "bff"],
  psu: "none",
  idempotent: true,
  body: z.strictObject({ aspspId, renew: z.boolean().optional() }),
  status: 202,
  response: registration,
});
export const listRegistrations = defineRoute({
  operationId: "listRegistrations",
  summary: "Our registrations, with every step and artefact.",
  method: "GET",
  path: "/registrations",
  callers: ["operator", "bff"],
  psu: "none",
  idempotent: true,
  status: 200,
  response: z.object({ registrations: z.array(registration) }),
});
export const getRegistration = defineRoute({
  operationId: "getRegistration",
  summary: "One registration.",
  method: "GET",
  path: "/registrations/:registrationId",
  callers: ["operator", "bff"],
  psu: "none",
  idempotent: true,
  params: z.strictObject({ registrationId: uuid }),
  status: 200,
  response: registration,
});
export const listCertificates = defineRoute({
  operationId: "listCertificates",
  summary: "Our certificates, public parts only.",
  method: "GET",
  path: "/certificates",
  callers: ["operator", "bff"],
  psu: "none",
  idempotent: true,
  status: 200,
  response: z.object({ certificates: z.array(certificate.extend({ daysLeft: z.int() })) }),
});

export const tppRegistryRoutes = { startRegistration, listRegistrations, getRegistration, listCertificates };
