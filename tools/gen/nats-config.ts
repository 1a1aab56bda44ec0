import { natsServerConfig } from "@opl/messaging";
import { natsPasswordsFile, natsPasswordVariable } from "../setup/nats-passwords.ts";
import { services } from "../setup/secrets.ts";

/** nats.conf for the cluster: permissions from the event catalogue, passwords from a file that is mounted beside it. */
function natsConfig(syncAlways: boolean): string {
  return natsServerConfig({
    host: "0.0.0.0",
    port: 4222,
    monitorPort: 8222,
    storeDir: "/data",
    syncAlways,
    variablesFile: natsPasswordsFile,
    users: services.map((service) => ({ service, password: { variable: natsPasswordVariable(service) } })),
    operatorPassword: { variable: natsPasswordVariable("operator") },
  });
}

/** The same text as everywhere else, Debian's server included. */
export const devNatsConfig = (): string => natsConfig(false);
/** Acknowledged means on disk; needs server 2.10 or newer. */
export const prodNatsConfig = (): string => natsConfig(true);
