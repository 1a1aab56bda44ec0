import { ofContainers } from "./pods.ts";

const secretName = /(?:PASSWORD|SECRET|KEY|TOKEN)$/;

/** The environment is inherited, dumped and shown by many a tool; a mounted file is not. */
export const secretsAsFiles = ofContainers(({ env = [], envFrom = [] }) => [
  ...env
    .filter(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined)
    .map(({ name }) => `${name} must come from a mounted file, not from a Secret by the environment`),
  ...env.filter(({ name, value }) => secretName.test(name) && value !== undefined).map(({ name }) => `${name} must come from a mounted file, not as a value`),
  ...envFrom
    .filter(({ secretRef }) => secretRef !== undefined)
    .map(({ secretRef }) => `Secret ${secretRef?.name ?? ""} must be mounted, not read into the environment`),
]);
