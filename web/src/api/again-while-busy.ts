import { isApiError } from "./api-error.ts";

/** How a change is asked for again that came while the person's figures are being worked out, which takes a moment and leaves nothing half done. */
export const againWhileBusy = {
  retry: (failures: number, error: Error): boolean => failures < 10 && isApiError(error) && error.code === "ERR_ANALYTICS_PERSON_BUSY",
  retryDelay: 1_000,
};
