/**
 * The only names of our own in spans and metrics. Never an IBAN, a name, a token or free text of a bank; ids of people
 * go into log lines only.
 */
export const attribute = {
  aspspId: "aspsp.id",
  batchSize: "messaging.batch.message_count",
  consentId: "consent.id",
  consumer: "messaging.consumer",
  eventId: "event.id",
  eventType: "event.type",
  jobName: "job.name",
  owner: "owner",
  syncId: "sync.id",
} as const;
