import { z } from "zod";

/** How far a run has come. Secrets are in files of their own. */
export const stateSchema = z.object({
  version: z.literal(1),
  startedAt: z.string().nullable(),
  /** What the certificates were made for; it cannot change under them. */
  certifiedFor: z
    .object({ environment: z.string(), source: z.enum(["generator", "own"]), country: z.string().nullable(), tppName: z.string().nullable() })
    .nullable(),
  softwareClientId: z.string().nullable(),
  /** Written before the registration is sent; as long as it stands and client.json does not, the outcome is unknown. */
  sending: z.object({ at: z.string(), jti: z.string() }).nullable(),
  validated: z.array(z.object({ scope: z.string(), at: z.string() })),
  finishedAt: z.string().nullable(),
});
export type RunState = Readonly<z.output<typeof stateSchema>>;

export const freshState: RunState = {
  version: 1,
  startedAt: null,
  certifiedFor: null,
  softwareClientId: null,
  sending: null,
  validated: [],
  finishedAt: null,
};
