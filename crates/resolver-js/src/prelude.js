// Runs once in a fresh realm, with what Rust gives: readies the globals and freezes them, so that no run
// can leave anything for the next one. Returns what makes a `ctx`.
(({ read, globals, modules }) => {
  const global = globalThis;
  const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf } = Object;
  const { ownKeys } = Reflect;

  // What turns text into code.
  delete global.eval;
  delete global.Function;
  for (const sample of [() => {}, function* () {}]) {
    defineProperty(getPrototypeOf(sample), "constructor", { value: undefined });
  }
  // What AppSync hasn't.
  delete Array.fromAsync;
  for (const name of ["Reflect", "globalThis", "queueMicrotask", "btoa", "atob", "escape", "unescape", "WeakMap", "WeakSet", "DisposableStack", "SuppressedError", "AggregateError", "InternalError"]) {
    delete global[name];
  }

  Object.assign(global, globals);

  // A frozen prototype would refuse `object.toString = …` on the objects that inherit from it.
  for (const name of ownKeys(Object.prototype)) {
    const { value, writable } = getOwnPropertyDescriptor(Object.prototype, name);
    if (!writable) continue;
    defineProperty(Object.prototype, name, {
      get: () => value,
      set(own) {
        defineProperty(this, name, { value: own, writable: true, enumerable: true, configurable: true });
      },
    });
  }

  const seen = new Set();
  const waiting = [global, modules];
  for (const sample of [() => {}, function* () {}, [][Symbol.iterator](), ""[Symbol.iterator](), /a/[Symbol.matchAll]("")]) {
    waiting.push(sample);
  }
  while (0 < waiting.length) {
    const object = waiting.pop();
    if (object === null || (typeof object !== "object" && typeof object !== "function") || seen.has(object)) continue;
    seen.add(object);
    freeze(object);
    waiting.push(getPrototypeOf(object));
    for (const name of ownKeys(object)) {
      const { value, get, set } = getOwnPropertyDescriptor(object, name);
      waiting.push(value, get, set);
    }
  }

  // The members of `ctx` in the order of `resolver::Context::members`, read when they are first asked for.
  return () => {
    const known = [];
    const member = (place) => {
      if (known[place] === undefined) known[place] = read(place);
      return known[place];
    };
    const ctx = {
      get arguments() { return member(0); },
      get args() { return member(0); },
      get identity() { return member(1); },
      get source() { return member(2); },
      get request() { return member(3); },
      get info() { return member(4); },
      get stash() { return member(5); },
      get prev() { return member(6); },
      get result() { return member(7); },
      get error() { return member(8); },
      get env() { return member(9); },
      get outErrors() { return member(10); },
      get events() { return member(11); },
    };
    return [ctx, known];
  };
});
