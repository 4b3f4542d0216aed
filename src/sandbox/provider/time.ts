/** The clock of this process, moved by `advance()`: everything in here that asks for the time gets the shifted one. */
const RealDate = Date;
let offset = 0;

/** Milliseconds ahead of real time. */
export const setOffset = (milliseconds: number): void => {
  offset = milliseconds;
};

const now = (): number => RealDate.now() + offset;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, parameters, newTarget) => Reflect.construct(target, parameters.length === 0 ? [now()] : parameters, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, property) => (property === 'now' ? now : Reflect.get(target, property)),
});
