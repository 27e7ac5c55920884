import { useSyncExternalStore } from 'react';

/** A value that tells when it changes. */
export interface Observable<T> {
  get(): T;
  subscribe(onChange: () => void): () => void;
}

/** An observable value that can be set. */
export interface MutableObservable<T> extends Observable<T> {
  set(value: T): void;
}

/** Makes one. */
export function observable<T>(initial: T): MutableObservable<T> {
  const listeners = new Set<() => void>();
  let current = initial;
  return {
    get: () => current,
    set(value) {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of [...listeners]) listener();
    },
    subscribe(onChange) {
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },
  };
}

/** The value, in a component that is drawn again when it changes. */
export function useObservable<T>({ subscribe, get }: Observable<T>): T {
  return useSyncExternalStore(subscribe, get);
}
