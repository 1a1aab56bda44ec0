/** Answers that were asked for before the app was there (`public/before-paint.js`), by address. */
declare global {
  interface Window {
    oplFirstAnswers?: Map<string, Promise<Response>>;
  }
}

/** The stream of changes begins 30 seconds before it is opened; an answer this young cannot have missed one. In milliseconds. */
const FRESH_FOR = 15_000;

/** The answer that was asked for with the page, once. Undefined when there is none, or it is too old to show. */
export function takeFirstAnswer(url: string): Promise<Response> | undefined {
  const answer = performance.now() < FRESH_FOR ? window.oplFirstAnswers?.get(url) : undefined;
  window.oplFirstAnswers?.delete(url);
  return answer;
}

/** Something is about to change, who is signed in perhaps: nothing asked before holds. */
export function dropFirstAnswers(): void {
  window.oplFirstAnswers?.clear();
}
