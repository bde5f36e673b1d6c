// What changes something on the server.
import type { Condition } from '../builder/model';
import { ApiError, get, post, send } from './client';
import { queryClient } from './queryClient';
import type {
  ApiKeyMade,
  Erasure,
  ImportAsked,
  Job,
  PasswordLink,
  Picked,
  Plan,
  Replayed,
  Segment,
  UnitSettings,
  Upload,
  User,
} from './wire';

const POLL_MS = 250;

/** Ask again for what shows segments; with an id, for that one too. Resolves once it is here. */
export async function refreshSegments(id?: string): Promise<void> {
  const keys = [['segments'], ['names'], ['related'], ['editions'], ...(id ? [['segment', id]] : [])];
  await Promise.all(keys.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
}

const once = () => ({ 'Idempotency-Key': crypto.randomUUID() });

export type NewSegment = {
  name: string;
  audience?: string;
  kind: 'dynamic' | 'static' | 'compound';
  where?: Condition;
  text?: string;
};

export async function createSegment({ text, where, ...about }: NewSegment): Promise<string> {
  const made = await post<Segment>('/segments', { ...about, where: text ?? where }, { headers: once() });
  return String(made.id);
}

export async function duplicateSegment(id: string, name: string): Promise<string> {
  return String((await post<Segment>(`/segments/${id}/duplicate`, { name }, { headers: once() })).id);
}

export async function snapshotSegment(id: string, name: string): Promise<string> {
  return String((await post<Segment>(`/segments/${id}/snapshot`, { name }, { headers: once() })).id);
}

export async function fromTemplate(
  template: string,
  name: string,
  values: Record<string, string | number>,
): Promise<string> {
  const path = `/templates/${encodeURIComponent(template)}/fill`;
  const filled = await post<{ text: string }>(path, { values });
  return createSegment({ name, kind: 'dynamic', text: filled.text });
}

export function saveTemplate(name: string, text: string): Promise<unknown> {
  return post('/templates', { name, text }, { headers: once() });
}

export type SegmentChange = {
  name?: string;
  where?: Condition | string | null;
  description?: string | null;
  tags?: string[];
  folder?: string | null;
  owner?: string | null;
  starts_at?: string | null;
  ends_at?: string | null;
};

/** Change a segment. Without the tag of the state that was seen, the present one is taken. */
export async function patchSegment(id: string, change: SegmentChange, etag?: string | null): Promise<void> {
  const seen = etag ?? (await send<Segment>('GET', `/segments/${id}`)).etag;
  await send('PATCH', `/segments/${id}`, { body: change, headers: seen ? { 'If-Match': seen } : {} });
}

export function saveDraft(id: string, draft: { where?: Condition; text?: string }): Promise<void> {
  return patchSegment(id, { where: draft.text ?? draft.where });
}

/** Give up the draft beside a live definition: it becomes what is live again, which is no difference. */
export function discardDraft(id: string, live: Condition): Promise<void> {
  return patchSegment(id, { where: live });
}

export type Progressing = { job: string; progress: number };

/** Wait for a job; the error of one that failed is thrown as if it were an answer's. */
export async function finished(job: Job, tell: (progressing: Progressing) => void): Promise<Job> {
  let now = job;
  while (now.state === 'running') {
    tell({ job: now.id, progress: now.progress });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    now = await get<Job>(`/jobs/${now.id}`);
  }
  if (now.state === 'done') return now;
  const problem = now.problem;
  throw new ApiError(
    409,
    problem?.code ?? now.state,
    problem?.message ?? now.state,
    problem?.hint ?? null,
    (problem ?? {}) as Record<string, unknown>,
  );
}

/** Go live and wait; gives the size. */
export async function goLive(id: string, tell: (progressing: Progressing) => void): Promise<number> {
  await finished(await post<Job>(`/segments/${id}/go-live`, {}), tell);
  return (await get<Segment>(`/segments/${id}`)).size ?? 0;
}

export async function goLiveTogether(ids: string[]): Promise<void> {
  await finished(await post<Job>('/segments:go-live', { ids: ids.map(Number) }), () => {});
}

export function cancelJob(id: string): Promise<unknown> {
  return send('DELETE', `/jobs/${id}`);
}

export function stopSegment(id: string): Promise<unknown> {
  return post(`/segments/${id}/stop`);
}

export function deleteSegment(id: string): Promise<unknown> {
  return send('DELETE', `/segments/${id}`);
}

export function restoreEdition(id: string, edition: number): Promise<unknown> {
  return post(`/segments/${id}/restore`, { edition });
}

export async function changeStatic(id: string, what: 'add' | 'remove', keys: string[]) {
  return receipt(await post<Picked>(`/segments/${id}/members:${what}`, { keys }));
}

/** Puts in whoever meets a condition now, given as text or as a tree. */
export async function addWhere(id: string, where: string | Condition) {
  return receipt(await post<Picked>(`/segments/${id}/members:add-where`, { where }));
}

const receipt = (given: Picked) => ({ changed: given.changed, unknown: given.unknown.length });

export function setOverride(id: string, keys: string[], rule: 'always' | 'never' | 'none'): Promise<unknown> {
  return post(`/segments/${id}/overrides`, { keys, rule });
}

// Contacts

export function eraseContact(key: string): Promise<Erasure> {
  return post<Erasure>(`/records/contact/${encodeURIComponent(key)}:erase`, {});
}

// Data

export async function upload(file: File): Promise<string> {
  const answer = await send<Upload>('POST', '/uploads', { query: { name: file.name }, raw: file });
  return answer.data.id;
}

export type ImportBody = Pick<ImportAsked, 'upload_ids' | 'entity' | 'interaction_type'> & {
  options: Partial<ImportAsked['options']>;
};

export function planImport(body: ImportBody, signal?: AbortSignal): Promise<Plan> {
  return post<Plan>('/imports:plan', body, { signal });
}

export async function runImport(body: ImportBody, tell: (p: Progressing) => void): Promise<Job> {
  return finished(await post<Job>('/imports', body, { headers: once() }), tell);
}

export function undoImport(id: number): Promise<unknown> {
  return post(`/imports/${id}/undo`);
}

export function replayQuarantine(): Promise<Replayed> {
  return post('/quarantine:replay', {});
}

// People

export function createUser(body: {
  email: string;
  name: string;
  role: string;
  password: string | null;
  units: string[] | null;
}) {
  return post<User>('/users', body, { headers: once() });
}

export async function patchUser(
  id: number,
  change: { role: string } | { units: string[] | null },
): Promise<void> {
  const { etag } = await send('GET', `/users/${id}`);
  await send('PATCH', `/users/${id}`, { body: change, headers: etag ? { 'If-Match': etag } : {} });
}

export function sendInvitation(id: number): Promise<unknown> {
  return post(`/users/${id}/invitation`);
}

/** The address by which somebody sets their password, to be passed on by hand. */
export async function passwordLink(id: number): Promise<string> {
  const { token } = await post<PasswordLink>(`/users/${id}/password-link`);
  return `${window.location.origin}/password#token=${token}`;
}

export function deleteUser(id: number): Promise<unknown> {
  return send('DELETE', `/users/${id}`);
}

export function deleteKey(id: number): Promise<unknown> {
  return send('DELETE', `/api-keys/${id}`);
}

export function createKey(body: { name: string; role: string; scopes: string[]; units: string[] | null }) {
  return post<ApiKeyMade>('/api-keys', { ...body, kind: 'api' }, { headers: once() });
}

export function patchUnitSettings(settings: UnitSettings): Promise<unknown> {
  return send('PATCH', '/unit-settings', { body: settings });
}

export function changePassword(password: string, next: string): Promise<unknown> {
  return send('PATCH', '/session/password', { body: { password, new_password: next } });
}

export async function refreshData(): Promise<void> {
  await Promise.all(
    [['catalog'], ['imports'], ['quarantine'], ['contacts']].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  );
}
