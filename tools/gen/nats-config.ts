import { natsServerConfig } from "@opl/messaging";
import { services } from "../setup/secrets.ts";

const password = (user: string): { env: string } => ({ env: `NATS_PASSWORD_${user.toUpperCase().replaceAll("-", "_")}` });

/** nats.conf for the cluster: permissions from the event catalogue, passwords from the pod's environment. */
function natsConfig(syncAlways: boolean): string {
  return natsServerConfig({
    host: "0.0.0.0",
    port: 4222,
    monitorPort: 8222,
    storeDir: "/data",
    syncAlways,
    users: services.map((service) => ({ service, password: password(service) })),
    operatorPassword: password("operator"),
  });
}

/** The same text as everywhere else, Debian's server included. */
export const devNatsConfig = (): string => natsConfig(false);
/** Acknowledged means on disk; needs server 2.10 or newer. */
export const prodNatsConfig = (): string => natsConfig(true);
