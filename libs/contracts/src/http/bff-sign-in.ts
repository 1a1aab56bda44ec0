import { z } from "zod";
import { defineRoute } from "./route.ts";

/**
 * How people get in, and how they prove again that they are who they are: `/api/auth/*`. What needs two requests keeps its half in a cookie
 * of this browser; such a half opens nothing by itself.
 */
const open = { callers: ["browser"], psu: "none", method: "POST", idempotent: false } as const;
const signedIn = { ...open, psu: "required" } as const;

/** An address as somebody takes it; kept in small letters. */
export const newEmail = z.email().max(254);
/** Longer ones than we allow are let through to get a clear answer instead of a schema error. */
const password = z.string().min(1).max(1_000);
/** Six digits of an app, or a recovery code. */
const code = z.string().min(6).max(40);
export const personName = z.string().trim().min(1).max(200);
const person = z.object({ psuId: z.uuid(), name: z.string(), email: z.string() });
/** The answer for an address that is free and for one that is taken. */
export const accepted = z.object({ accepted: z.literal(true) });

/** What `navigator.credentials` is asked (WebAuthn, the JSON forms). */
export const passkeyQuestion = z.object({ options: z.record(z.string(), z.unknown()) });
const encoded = z.string().max(20_000);
/** What it answers; read by the WebAuthn library, which refuses what does not fit. */
export const passkeyAnswer = z.object({
  id: z.string().min(1).max(1_400),
  rawId: z.string().min(1).max(1_400),
  type: z.literal("public-key"),
  authenticatorAttachment: z.string().max(30).nullish(),
  clientExtensionResults: z.record(z.string().max(100), z.unknown()),
  response: z.object({
    clientDataJSON: encoded,
    attestationObject: encoded.optional(),
    authenticatorData: encoded.nullish(),
    signature: encoded.optional(),
    userHandle: z.string().max(200).nullish(),
    transports: z.array(z.string().max(30)).max(10).optional(),
    publicKey: encoded.nullish(),
    publicKeyAlgorithm: z.int().nullish(),
  }),
});

export const signUp = defineRoute({
  ...open,
  operationId: "signUp",
  path: "/api/auth/sign-up/email",
  summary: "Make a person. The answer is the same when the address is taken; signing in is a second step.",
  body: z.strictObject({ name: personName, email: newEmail, password }),
  status: 200,
  response: accepted,
});
export const signIn = defineRoute({
  ...open,
  operationId: "signIn",
  path: "/api/auth/sign-in/email",
  summary: "Begin a session, its id in the cookie alone; or half of one where the person has a second factor.",
  body: z.strictObject({ email: z.string().min(1).max(254), password }),
  status: 200,
  response: z.union([person, z.object({ next: z.literal("second-factor") })]),
});
export const finishSignIn = defineRoute({
  ...open,
  operationId: "finishSignIn",
  path: "/api/auth/sign-in/second-factor",
  summary: "The second half: a code of the app, or a recovery code. Each works once; five tries.",
  body: z.strictObject({ code }),
  status: 200,
  response: person,
});
export const beginPasskeySignIn = defineRoute({
  ...open,
  operationId: "beginPasskeySignIn",
  path: "/api/auth/passkeys/sign-in/options",
  summary: "What to ask the browser for a sign-in by passkey.",
  status: 200,
  response: passkeyQuestion,
});
export const signInByPasskey = defineRoute({
  ...open,
  operationId: "signInByPasskey",
  path: "/api/auth/passkeys/sign-in",
  summary: "Begin a session with the passkey that answered.",
  body: z.strictObject({ answer: passkeyAnswer }),
  status: 200,
  response: person,
});
export const beginPasskeySignUp = defineRoute({
  ...open,
  operationId: "beginPasskeySignUp",
  path: "/api/auth/passkeys/sign-up/options",
  summary: "What to ask the browser for the first passkey of a new person.",
  body: z.strictObject({ name: personName, email: newEmail }),
  status: 200,
  response: passkeyQuestion,
});
export const signUpByPasskey = defineRoute({
  ...open,
  operationId: "signUpByPasskey",
  path: "/api/auth/passkeys/sign-up",
  summary: "Make a person with that passkey. The answer is the same when the address is taken; entering is a second step.",
  body: z.strictObject({ answer: passkeyAnswer }),
  status: 200,
  response: accepted,
});
export const enterAfterSignUp = defineRoute({
  ...open,
  operationId: "enterAfterSignUp",
  path: "/api/auth/passkeys/sign-up/enter",
  summary: "Begin the first session of who signed up by passkey in this browser a moment ago.",
  status: 200,
  response: person,
});
export const beginRecovery = defineRoute({
  ...open,
  operationId: "beginRecovery",
  path: "/api/auth/recovery",
  summary: "The way back with a recovery code, which works once; an unknown address is answered like a wrong code.",
  body: z.strictObject({ email: z.string().min(1).max(254), code: z.string().min(1).max(40) }),
  status: 204,
  response: null,
});
export const finishRecovery = defineRoute({
  ...open,
  operationId: "finishRecovery",
  path: "/api/auth/recovery/password",
  summary: "Set a new password within fifteen minutes; every session there was ends.",
  body: z.strictObject({ password }),
  status: 204,
  response: null,
});
export const getProvider = defineRoute({
  ...open,
  method: "GET",
  idempotent: true,
  operationId: "getProvider",
  path: "/api/auth/single-sign-on",
  summary: "Whether one can sign in by single sign-on here, and what it is called.",
  status: 200,
  response: z.object({ singleSignOn: z.object({ name: z.string() }).nullable() }),
});
export const beginSingleSignOn = defineRoute({
  ...open,
  operationId: "beginSingleSignOn",
  path: "/api/auth/single-sign-on",
  summary: "Where to go to sign in at the provider.",
  status: 200,
  response: z.object({ redirectUrl: z.url() }),
});
export const finishSingleSignOn = defineRoute({
  ...open,
  operationId: "finishSingleSignOn",
  path: "/api/auth/single-sign-on/return",
  summary: "Came back from the provider: hand over what it put into the address. Works once, in the browser that began.",
  body: z.strictObject({ parameters: z.array(z.strictObject({ name: z.string().max(100), value: z.string().max(5_000) })).max(20) }),
  status: 200,
  response: z.object({ outcome: z.enum(["signed-in", "linked"]) }),
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
  summary: "Prove again who is here, by the password and a code where there is a second factor: routes that need a recent sign-in answer for five minutes.",
  body: z.strictObject({ password, code: code.optional() }),
  status: 204,
  response: null,
});
export const beginConfirmByPasskey = defineRoute({
  ...signedIn,
  operationId: "beginConfirmByPasskey",
  path: "/api/auth/confirm/passkey/options",
  summary: "What to ask the browser to prove it by a passkey.",
  status: 200,
  response: passkeyQuestion,
});
export const confirmByPasskey = defineRoute({
  ...signedIn,
  operationId: "confirmByPasskey",
  path: "/api/auth/confirm/passkey",
  summary: "The same proof by a passkey of this person.",
  body: z.strictObject({ answer: passkeyAnswer }),
  status: 204,
  response: null,
});

export const signInRoutes = {
  signUp,
  signIn,
  finishSignIn,
  beginPasskeySignIn,
  signInByPasskey,
  beginPasskeySignUp,
  signUpByPasskey,
  enterAfterSignUp,
  beginRecovery,
  finishRecovery,
  getProvider,
  beginSingleSignOn,
  finishSingleSignOn,
  signOut,
  signOutElsewhere,
  confirmByPassword,
  beginConfirmByPasskey,
  confirmByPasskey,
};
