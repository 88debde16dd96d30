/** Where the user wanted to go before logging in; only addresses of this site are followed. */
export const nextAddress = (wanted: unknown): string =>
  typeof wanted === "string" && /^\/(?![/\\])/.test(wanted) ? wanted : "/";
