import { z } from "zod";
import { isoInstant, uuid } from "../model/ids.ts";
import { accepted, newEmail, passkeyAnswer, passkeyQuestion } from "./bff-sign-in.ts";
import { defineRoute } from "./route.ts";

/** What a person sees and changes of how they get in, where they are signed in, and the copy of everything they may take along. */
const read = { callers: ["browser"], psu: "required", method: "GET", idempotent: true, status: 200 } as const;
const change = { callers: ["browser"], psu: "required", method: "POST", idempotent: false } as const;
/** Changes of what one gets in with, and copies of everything. */
const sensitive = { ...change, recentSignIn: true } as const;

const passkeyName = z.string().trim().min(1).max(100);
const passkeyId = z.strictObject({ passkeyId: uuid });

export const getSecurity = defineRoute({
  ...read,
  operationId: "getSecurity",
  summary: "The person's ways in.",
  path: "/api/me/security",
  response: z.object({
    passkeys: z.array(z.object({ passkeyId: uuid, name: z.string(), createdAt: isoInstant, lastUsedAt: isoInstant.nullable() })),
    password: z.boolean(),
    secondFactor: z.boolean(),
    recoveryCodesLeft: z.int(),
    /** Null where no provider is configured. */
    singleSignOn: z.object({ name: z.string(), linked: z.boolean() }).nullable(),
  }),
});
export const beginNewPasskey = defineRoute({
  ...sensitive,
  operationId: "beginNewPasskey",
  summary: "What to ask the browser for one more passkey.",
  path: "/api/me/passkeys/options",
  status: 200,
  response: passkeyQuestion,
});
export const addPasskey = defineRoute({
  ...sensitive,
  operationId: "addPasskey",
  summary: "Add the passkey that the browser made.",
  path: "/api/me/passkeys",
  body: z.strictObject({ name: passkeyName, answer: passkeyAnswer }),
  status: 201,
  response: passkeyId,
});
export const renamePasskey = defineRoute({
  ...change,
  method: "PATCH",
  idempotent: true,
  operationId: "renamePasskey",
  summary: "Call a passkey something else.",
  path: "/api/me/passkeys/:passkeyId",
  params: passkeyId,
  body: z.strictObject({ name: passkeyName }),
  status: 204,
  response: null,
});
export const removePasskey = defineRoute({
  ...sensitive,
  method: "DELETE",
  operationId: "removePasskey",
  summary: "Remove a passkey, unless it is the last way in.",
  path: "/api/me/passkeys/:passkeyId",
  params: passkeyId,
  status: 204,
  response: null,
});
export const changePassword = defineRoute({
  ...sensitive,
  operationId: "changePassword",
  summary: "Set a password, the first or another one; every other session ends.",
  path: "/api/me/password",
  body: z.strictObject({ password: z.string().min(1).max(1_000) }),
  status: 204,
  response: null,
});
export const removePassword = defineRoute({
  ...sensitive,
  method: "DELETE",
  operationId: "removePassword",
  summary: "Do without a password, unless it is the last way in.",
  path: "/api/me/password",
  status: 204,
  response: null,
});
export const changeEmail = defineRoute({
  ...sensitive,
  operationId: "changeEmail",
  summary: "Sign in with another e-mail address; every other session ends. The answer is the same when the address is taken; then nothing has changed.",
  path: "/api/me/email",
  body: z.strictObject({ email: newEmail }),
  status: 200,
  response: accepted,
});
export const beginSecondFactor = defineRoute({
  ...sensitive,
  operationId: "beginSecondFactor",
  summary: "A secret for an authenticator app; it counts when a code has confirmed it.",
  path: "/api/me/second-factor",
  status: 200,
  response: z.object({ secret: z.string(), uri: z.string() }),
});
const recoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });
export const confirmSecondFactor = defineRoute({
  ...sensitive,
  operationId: "confirmSecondFactor",
  summary: "The app has it: from now on a password needs a code. Answers with new recovery codes.",
  path: "/api/me/second-factor/confirmation",
  body: z.strictObject({ code: z.string().regex(/^\d{6}$/) }),
  status: 200,
  response: recoveryCodes,
});
export const removeSecondFactor = defineRoute({
  ...sensitive,
  method: "DELETE",
  operationId: "removeSecondFactor",
  summary: "A password needs no code any more.",
  path: "/api/me/second-factor",
  status: 204,
  response: null,
});
export const renewRecoveryCodes = defineRoute({
  ...sensitive,
  operationId: "renewRecoveryCodes",
  summary: "New recovery codes; those before no longer work.",
  path: "/api/me/recovery-codes",
  status: 200,
  response: recoveryCodes,
});
export const beginLink = defineRoute({
  ...sensitive,
  operationId: "beginLink",
  summary: "Where to go to link the sign-in at the provider with this person.",
  path: "/api/me/single-sign-on",
  status: 200,
  response: z.object({ redirectUrl: z.url() }),
});
export const removeLink = defineRoute({
  ...sensitive,
  method: "DELETE",
  operationId: "removeLink",
  summary: "The sign-in at the provider is nobody's here any more.",
  path: "/api/me/single-sign-on",
  status: 204,
  response: null,
});

export const sessionView = z.object({
  sessionId: uuid,
  /** As the browser names itself; null for what is not known. */
  device: z.object({ browser: z.string().nullable(), system: z.string().nullable() }),
  /** The network address, masked. */
  place: z.string().nullable(),
  startedAt: isoInstant,
  /** To about a tenth of the time after which an unused session ends. */
  lastSeenAt: isoInstant,
  current: z.boolean(),
});
export const listSessions = defineRoute({
  ...read,
  operationId: "listSessions",
  summary: "Where the person is signed in.",
  path: "/api/me/sessions",
  response: z.object({ sessions: z.array(sessionView) }),
});
export const endSession = defineRoute({
  ...change,
  method: "DELETE",
  operationId: "endSession",
  summary: "Sign out one device; its event streams end with it.",
  path: "/api/me/sessions/:sessionId",
  params: z.strictObject({ sessionId: uuid }),
  status: 204,
  response: null,
});

export const startExport = defineRoute({
  ...sensitive,
  operationId: "startExport",
  summary: "Leave to fetch everything there is, once within ten minutes: all of it as JSON, or the transactions as CSV.",
  path: "/api/me/exports",
  body: z.strictObject({ format: z.enum(["json", "csv"]) }),
  status: 201,
  response: z.object({ exportId: uuid, expiresAt: isoInstant }),
});
/** Answers with the file itself, JSON or CSV. A change, since it is handed out once: nothing that only looks at an address uses it up. */
export const downloadExport = defineRoute({
  ...change,
  operationId: "downloadExport",
  summary: "The file. Works once.",
  path: "/api/me/exports/:exportId/download",
  params: z.strictObject({ exportId: uuid }),
  status: 200,
  response: null,
});

export const securityRoutes = {
  getSecurity,
  beginNewPasskey,
  addPasskey,
  renamePasskey,
  removePasskey,
  changePassword,
  removePassword,
  changeEmail,
  beginSecondFactor,
  confirmSecondFactor,
  removeSecondFactor,
  renewRecoveryCodes,
  beginLink,
  removeLink,
  listSessions,
  endSession,
  startExport,
  downloadExport,
};
