/** What `padlock help` knows besides commands; what each topic says is loaded when it is asked for. */
export const TOPICS = ['flows', 'environment', 'exit-codes', 'formats', 'ci', 'plugins'] as const;
export type Topic = (typeof TOPICS)[number];
