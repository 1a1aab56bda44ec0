import { defineErrors } from "@opl/errors";

export const errors = defineErrors({
  ERR_CONFIG: ["invalid", "The configuration is not usable."],
  ERR_REQUEST_INVALID: ["invalid", "The request does not have the agreed form."],
  ERR_SERVICE_TOKEN_REFUSED: ["unauthenticated", "The caller did not prove which service it is."],
  ERR_CALLER_FORBIDDEN: ["forbidden", "This service may not ask this question."],
  ERR_OPERATOR_UNNAMED: ["unauthenticated", "This needs a token of one operator by name, signed with that person's own key."],
  ERR_PSU_CONTEXT_REFUSED: ["unauthenticated", "The proof that a person is present was refused."],
  ERR_PSU_CONTEXT_REQUIRED: ["unauthenticated", "This needs the proof that a person is present."],
  ERR_ROUTE_NOT_FOUND: ["not-found", "There is no such address."],
  ERR_HANDLER_TIMEOUT: ["unavailable", "The answer took too long."],
});
