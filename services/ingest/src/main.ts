import { run } from "@opl/service";
import { createApp } from "./app.ts";
import { loadConfig } from "./config.ts";

await run(() => createApp(loadConfig()));
