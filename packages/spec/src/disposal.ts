/**
 * `Symbol.dispose`, for the names of methods. Safari has no such symbol: it is defined there, as the one that compilers
 * fall back to, so that `using` works in programs compiled for it.
 */
export const dispose: typeof Symbol.dispose = /* @__PURE__ */ symbolOf('dispose');

/** `Symbol.asyncDispose`, as {@link dispose}. */
export const asyncDispose: typeof Symbol.asyncDispose = /* @__PURE__ */ symbolOf('asyncDispose');

function symbolOf<Name extends 'dispose' | 'asyncDispose'>(name: Name): SymbolConstructor[Name] {
  return Symbol[name] ?? Object.defineProperty(Symbol, name, { value: Symbol.for(`Symbol.${name}`) })[name];
}
