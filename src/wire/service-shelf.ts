// The services a door has at hand: each one's code is loaded when it is first spoken to, so that start-up pays for none of them.
import type { BoundService } from "./service.ts";

/** A service that may not be loaded yet. */
export interface LazyService {
  readonly id: string;
  /** Loads and binds it; all calls give the same. Rejects when its code can not be loaded, which is a bug. */
  readonly load: () => Promise<BoundService>;
}

export function lazyService(id: string, load: () => Promise<BoundService>): LazyService {
  let loading: Promise<BoundService> | undefined;
  return { id, load: () => (loading ??= load()) };
}

/** The service of this id, without a wait once it is loaded; undefined when there is none. */
export type ServiceShelf = (id: string) => BoundService | undefined | Promise<BoundService>;

export function openShelf(services: readonly (BoundService | LazyService)[]): ServiceShelf {
  const shelf = new Map(services.map((service) => [service.id, service]));
  return (id) => {
    const found = shelf.get(id);
    if (found === undefined || "run" in found) return found;
    return found.load().then((service) => {
      shelf.set(id, service);
      return service;
    });
  };
}
