import { defineErrors } from "@opl/errors";

export const errors = defineErrors({
  ERR_PLATFORM_UNSUPPORTED: ["bug", "There is no embedded Postgres for this platform."],
  ERR_ALREADY_RUNNING: ["conflict", "Another process uses this data folder."],
  ERR_PORT_IN_USE: ["conflict", "The port is taken."],
  ERR_POSTGRES_USER: ["unavailable", "Postgres refuses to run as root, and there is no other user to run it as."],
  ERR_POSTGRES_CLOSED: ["unavailable", "The user that runs Postgres cannot enter the folder of its data."],
  ERR_POSTGRES_START: ["unavailable", "Postgres did not start."],
  ERR_NATS_NOT_FOUND: ["unavailable", "There is no nats-server on this machine."],
  ERR_NATS_START: ["unavailable", "The NATS server did not start."],
});
