import { defineErrors } from "@opl/errors";

export const errors = defineErrors({
  ERR_MESSAGING_UNAVAILABLE: ["unavailable", "The event server does not answer."],
  ERR_MESSAGING_REFUSED: ["forbidden", "The event server refused our credentials."],
  ERR_MESSAGING_SERVER_OLD: ["bug", "The event server is older than 2.9."],
  ERR_STREAM_DIFFERS: ["bug", "The stream is not configured as it must be."],
  ERR_CONSUMER_DIFFERS: ["bug", "The durable consumer is not configured as it must be."],
  ERR_STREAM_MISSING: ["unavailable", "The stream does not exist yet."],
  ERR_EVENT_INVALID: ["invalid", "The event does not have the agreed form."],
  ERR_EVENT_TOO_LARGE: ["invalid", "The event is larger than the event server takes."],
  ERR_PRODUCER_SILENT: ["unavailable", "The producer of a fact does not answer."],
  ERR_PRODUCER_ANSWER: ["upstream", "The producer of a fact answered with something else than was asked."],
  ERR_FACTS_UNEXPECTED: ["bug", "Facts were handled that their producer does not know."],
  ERR_EVENT_GAP: ["conflict", "An earlier fact about the same thing has not arrived yet."],
  ERR_PUBLISH_OUTSIDE_TRANSACTION: ["bug", "A fact must be published in the transaction of its change."],
});
