import { defineErrors } from "@opl/errors";

export const errors = defineErrors({
  ERR_DATABASE_UNAVAILABLE: ["unavailable", "The database does not answer."],
  ERR_DATABASE_TIMEOUT: ["unavailable", "The database took too long."],
  ERR_DATABASE_CONFLICT: ["conflict", "Others changed the same data at the same time."],
  ERR_TEXT_NOT_STORABLE: ["invalid", "A text holds a character that no database keeps (NUL)."],
  ERR_MIGRATION_CHANGED: ["bug", "A migration that was already applied has changed."],
  ERR_MIGRATION_MISSING: ["bug", "A migration that was applied is not in the folder."],
  ERR_MIGRATION_NAME: ["bug", "A migration file has a name we cannot order."],
  ERR_MIGRATION_FAILED: ["bug", "A migration failed; nothing of it was kept."],
});
