// Requests to the server: JSON in and out, problems as errors that can be shown, the version of each answer.

/** One thing that is wrong with what was sent, such as a problem of a definition. */
export type Fault = { code?: string; path?: string; message: string; hint?: string | null };

/** What the server refused: what was found, what was expected, what to do. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null,
    readonly body: Record<string, unknown>,
  ) {
    super(message);
  }
}

type Query = Record<string, string | number | boolean | string[] | null | undefined>;

export type Options = {
  query?: Query;
  body?: unknown;
  /** Sent as it is, such as a file. */
  raw?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

export type Answer<T> = { data: T; version: number; etag: string | null };

let token = '';

/** What every change must carry, so that no other site can make one. */
export function setToken(next: string): void {
  token = next;
}

type Listener = (version: number) => void;
const listeners = new Set<Listener>();
let latest = 0;

/** The last version that an answer carried; 0 before the first. */
export const versionSeen = () => latest;

/** Hear of versions that answers carry; returns how to stop. */
export function onVersion(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function sawVersion(version: number): void {
  if (version <= latest) return;
  latest = version;
  for (const listener of listeners) listener(version);
}

export function url(path: string, query?: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === null || value === undefined || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return `/api/v1${path}${text ? `?${text}` : ''}`;
}

export async function send<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  if (method !== 'GET' && token) headers['X-CSRF-Token'] = token;
  const init: RequestInit = { method, headers, credentials: 'same-origin', signal: options.signal };
  if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(options.body);
  } else if (options.raw !== undefined) {
    init.body = options.raw;
  }
  const response = await fetch(url(path, options.query), init);
  const version = Number(response.headers.get('Satsuma-Version') ?? 0);
  if (version) sawVersion(version);
  const text = await response.text();
  const data = text && response.headers.get('Content-Type')?.includes('json') ? JSON.parse(text) : text;
  if (response.status === 401 && path !== '/session') signedOut();
  if (!response.ok) throw problem(response.status, data);
  return { data: data as T, version, etag: response.headers.get('ETag') };
}

/** A session that ended leads to signing in, and back to the page after it. */
function signedOut(): void {
  if (window.location.pathname === '/sign-in') return;
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/sign-in?to=${encodeURIComponent(here)}`);
}

function problem(status: number, data: unknown): ApiError {
  const body = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  const message = String(body.detail ?? body.message ?? body.title ?? `HTTP ${status}`);
  const hint = typeof body.hint === 'string' ? body.hint : null;
  return new ApiError(status, String(body.code ?? ''), message, hint, body);
}

export async function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return (await send<T>('GET', path, { query, signal })).data;
}

export async function post<T>(path: string, body?: unknown, options: Options = {}): Promise<T> {
  return (await send<T>('POST', path, { ...options, body })).data;
}
