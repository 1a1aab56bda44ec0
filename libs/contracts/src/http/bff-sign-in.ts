import { z } from "zod";
import { defineRoute } from "./route.ts";

/** How people get in, and how they prove again that they are who they are. Contracts of `/api/auth/*`. */
const open = { callers: ["browser"], psu: "none", method: "POST", idempotent: false } as const;
const signedIn = { ...open, psu: "required" } as const;

const email = z.email().max(254);
/** Longer ones than we allow are let through to get a clear answer instead of a schema error. */
const password = z.string().min(1).max(1_000);
const person = z.object({ psuId: z.uuid(), name: z.string(), email: z.string() });

export const signUp = defineRoute({
  ...open,
  operationId: "signUp",
  path: "/api/auth/sign-up/email",
  summary: "Make a person. The answer is the same when the address is taken; signing in is a second step.",
  body: z.strictObject({ name: z.string().trim().min(1).max(200), email, password }),
  status: 200,
  response: z.object({ accepted: z.literal(true) }),
});
export const signIn = defineRoute({
  ...open,
  operationId: "signIn",
  path: "/api/auth/sign-in/email",
  summary: "Begin a session; its id is in the cookie alone.",
  body: z.strictObject({ email: z.string().min(1).max(254), password }),
  status: 200,
  response: person,
});
export const signOut = defineRoute({
  ...open,
  operationId: "signOut",
  path: "/api/auth/sign-out",
  summary: "End this session and its event streams.",
  status: 204,
  response: null,
});
export const signOutElsewhere = defineRoute({
  ...signedIn,
  operationId: "signOutElsewhere",
  path: "/api/auth/revoke-other-sessions",
  summary: "End every session of the person but this one.",
  status: 204,
  response: null,
});

export const confirmByPassword = defineRoute({
  ...signedIn,
  operationId: "confirmByPassword",
  path: "/api/auth/confirm/password",
  summary: "Prove again who is here, by the password: routes that need a recent sign-in answer for five minutes.",
  body: z.strictObject({ password }),
  status: 204,
  response: null,
});

export const signInRoutes = { signUp, signIn, signOut, signOutElsewhere, confirmByPassword };
