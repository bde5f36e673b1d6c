// Hearing of new versions: by server-sent events, and by asking where these do not come through.
import { useSyncExternalStore } from 'react';
import { get, onVersion, sawVersion, url, versionSeen } from './client';

const ASK_MS = 3000;

export type Live = { connected: boolean; version: number };

let state: Live = { connected: true, version: 0 };
const listeners = new Set<() => void>();
let started = false;

function become(next: Partial<Live>): void {
  const changed = { ...state, ...next };
  if (changed.connected === state.connected && changed.version === state.version) return;
  state = changed;
  for (const listener of listeners) listener();
}

function start(): void {
  if (started) return;
  started = true;
  state = { connected: true, version: versionSeen() };
  onVersion((version) => become({ version, connected: true }));
  listen();
}

function listen(): void {
  const source = new EventSource(url('/changes/stream', { changes: false }));
  let asking: ReturnType<typeof setInterval> | null = null;
  const hear = (event: MessageEvent) => {
    let told: { version?: number } = {};
    try {
      told = JSON.parse(event.data) as { version?: number };
    } catch {
      // An event without JSON, such as one that keeps the line open.
    }
    sawVersion(told.version ?? 0);
    become({ connected: true });
  };
  source.addEventListener('version', hear as EventListener);
  source.onopen = () => {
    if (asking) clearInterval(asking);
    asking = null;
    become({ connected: true });
  };
  source.onerror = () => {
    // The browser tries the stream again by itself, unless it was refused. Meanwhile the version is asked for.
    asking ??= setInterval(() => {
      if (document.hidden) return;
      get<{ version: number }>('/health').then(
        (health) => {
          sawVersion(health.version);
          become({ connected: true });
        },
        () => become({ connected: false }),
      );
    }, ASK_MS);
  };
}

export function useLive(): Live {
  return useSyncExternalStore(
    (listener) => {
      start();
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}
