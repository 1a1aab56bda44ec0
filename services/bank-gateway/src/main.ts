import { run } from "@opl/service";
import { createApp } from "./app.ts";
import { readConfig } from "./config.ts";

await run(() => createApp(readConfig()));
