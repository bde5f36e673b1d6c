// Lists, consent, subscription centers, forms, messages and webhooks: what is asked, and what changes them.
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Condition } from '../builder/model';
import { get, post, send } from './client';
import { queryClient } from './queryClient';
import type { RecordRow } from './types';
import type * as wire from './wire';

const LIVE = { live: true };
const once = () => ({ 'Idempotency-Key': crypto.randomUUID() });

/** Ask again for what begins with one of these keys. */
async function refresh(...names: string[]): Promise<void> {
  await Promise.all(names.map((name) => queryClient.invalidateQueries({ queryKey: [name] })));
}

// Lists

export function useList(id: string) {
  return useQuery({
    queryKey: ['list', id],
    meta: LIVE,
    queryFn: ({ signal }) => get<wire.ListDetails>(`/lists/${id}`, {}, signal),
  });
}

type Rows = wire.Page<{ key: string; values: Record<string, unknown> }>;

export function useListMembers(list: { id: number; audience: string }, search: string, columns: string[]) {
  return useInfiniteQuery({
    queryKey: ['list-members', list.id, search, columns],
    meta: LIVE,
    placeholderData: keepPreviousData,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) => {
      const query = { list: list.id, search, columns, limit: 200, cursor: pageParam };
      const page = await get<Rows>(`/records/${encodeURIComponent(list.audience)}`, query, signal);
      const rows = page.items.map(({ key, values }): RecordRow => ({ key, attributes: values }));
      return { rows, cursor: page.next_cursor, total: page.total ?? null };
    },
    getNextPageParam: (page) => page.cursor,
  });
}

export function usePending(id: string) {
  return useQuery({
    queryKey: ['list-pending', id],
    meta: LIVE,
    queryFn: async ({ signal }) =>
      (await get<{ items: wire.PendingOptIn[] }>(`/lists/${id}/pending`, {}, signal)).items,
  });
}

export function useListHistory(id: string) {
  return useQuery({
    queryKey: ['list-history', id],
    meta: LIVE,
    queryFn: async ({ signal }) =>
      (await get<{ items: wire.ListEvent[] }>(`/lists/${id}/history`, { limit: 500 }, signal)).items,
  });
}

export type NewList = {
  name: string;
  description?: string;
  audience?: string;
  subscription: boolean;
  double_opt_in: boolean;
};

const listsChanged = () => refresh('lists', 'list', 'list-members', 'list-pending', 'list-history', 'names');

export async function createList(body: NewList): Promise<wire.List> {
  const made = await post<wire.ListDetails>('/lists', body, { headers: once() });
  await listsChanged();
  return made;
}

export async function changeList(
  id: number,
  change: { name?: string; description?: string | null; double_opt_in?: boolean },
): Promise<void> {
  await send('PATCH', `/lists/${id}`, { body: change });
  await listsChanged();
}

export async function deleteList(id: number): Promise<void> {
  await send('DELETE', `/lists/${id}`);
  await listsChanged();
}

export type Adding =
  | { way: 'keys'; keys: string[]; confirmed: boolean }
  | { way: 'where'; where: string; confirmed: boolean }
  | { way: 'segment'; segment: number; confirmed: boolean };

const PATHS = { keys: 'add', where: 'add-where', segment: 'add-segment' } as const;

export async function addToList(id: number, { way, ...body }: Adding): Promise<wire.ListReceipt> {
  const receipt = await post<wire.ListReceipt>(`/lists/${id}/members:${PATHS[way]}`, body);
  await listsChanged();
  return receipt;
}

export async function takeOffList(id: number, keys: string[]): Promise<number> {
  const receipt = await post<wire.ListReceipt>(`/lists/${id}/members:remove`, { keys });
  await listsChanged();
  return receipt.accepted;
}

export async function askToConfirm(id: number, keys: string[]): Promise<wire.AskedToConfirm> {
  const asked = await post<wire.AskedToConfirm>(`/lists/${id}/members:ask`, { keys });
  await Promise.all([listsChanged(), refresh('outbox', 'outbox-counts')]);
  return asked;
}

// Reach

/** Of whom reach is asked: a stored segment, a list, or a definition that needs not be stored. */
export type ReachOf =
  | { segment: string }
  | { list: number }
  | { where: Condition; audience?: string; timezone?: string | null };

export function useReach(of: ReachOf, topic: string, enabled = true) {
  return useQuery({
    queryKey: ['reach', of, topic],
    enabled,
    meta: LIVE,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      'where' in of
        ? post<wire.Reach>('/reach:preview', { ...of, topic }, { signal })
        : get<wire.Reach>('/reach', { ...of, topic }, signal),
  });
}

export function useTopics() {
  return useQuery({
    queryKey: ['topics'],
    staleTime: 60_000,
    queryFn: ({ signal }) => get<wire.Topics>('/consent/topics', {}, signal),
  });
}

// Consent of a contact

const person = (key: string) => `/records/contact/${encodeURIComponent(key)}`;

export function useConsent(key: string) {
  return useQuery({
    queryKey: ['contact-consent', key],
    meta: LIVE,
    queryFn: ({ signal }) => get<wire.Consent>(`${person(key)}/consent`, {}, signal),
  });
}

export type NewConsent = {
  states?: Record<string, 'granted' | 'denied'>;
  level?: string;
  do_not_email?: boolean;
  at?: string;
  source?: string;
  evidence?: string;
};

export async function noteConsent(key: string, body: NewConsent): Promise<void> {
  await post(`${person(key)}/consent`, body);
  await refresh('contact-consent', 'topics', 'reach', 'timeline');
}

export function useMessagesTo(key: string) {
  return useQuery({
    queryKey: ['contact-messages', key],
    meta: LIVE,
    queryFn: async ({ signal }) =>
      (await get<{ items: wire.Message[] }>(`${person(key)}/messages`, {}, signal)).items,
  });
}

// Subscription centers

export type ShownList = { list: number; names: Record<string, string>; abouts: Record<string, string> };
export type CenterTexts = { title: string; introduction: string; footer: string };
export type CenterContent = {
  lists: ShownList[];
  texts: Record<string, CenterTexts>;
  colour: string;
  logo: string | null;
  logo_text: string;
};
export type Center = Omit<wire.Center, 'draft' | 'live'> & {
  draft: CenterContent;
  live: CenterContent | null;
};

export function useCenters(enabled = true) {
  return useQuery({
    queryKey: ['centers'],
    enabled,
    meta: LIVE,
    queryFn: async ({ signal }) =>
      (await get<{ items: Center[] }>('/subscription-centers', {}, signal)).items,
  });
}

export function useCenter(id: string) {
  return useQuery({
    queryKey: ['center', id],
    meta: LIVE,
    queryFn: ({ signal }) => get<Center>(`/subscription-centers/${id}`, {}, signal),
  });
}

/** The page of a draft, as it would be with parts that are not saved. */
export function tryCenter(
  id: number,
  content: CenterContent,
  language: string,
  signal?: AbortSignal,
): Promise<string> {
  return post<string>(`/subscription-centers/${id}/preview`, { ...content, language }, { signal });
}

const centersChanged = () => refresh('centers', 'center', 'list');

export async function createCenter(name: string, lists: number[]): Promise<Center> {
  const made = await post<Center>('/subscription-centers', { name, lists }, { headers: once() });
  await centersChanged();
  return made;
}

export async function changeCenter(id: number, change: { name: string } | CenterContent): Promise<Center> {
  const { data } = await send<Center>('PATCH', `/subscription-centers/${id}`, { body: change });
  queryClient.setQueryData(['center', String(id)], data);
  await refresh('centers', 'list');
  return data;
}

export async function setPublished(id: number, published: boolean): Promise<void> {
  const what = published ? 'publish' : 'unpublish';
  const changed = await post<Center>(`/subscription-centers/${id}/${what}`);
  queryClient.setQueryData(['center', String(id)], changed);
  await refresh('centers', 'list');
}

export async function deleteCenter(id: number): Promise<void> {
  await send('DELETE', `/subscription-centers/${id}`);
  await refresh('centers', 'list');
}

export async function personalLink(id: number, key: string): Promise<string> {
  return (await post<{ url: string }>(`/subscription-centers/${id}/link`, { key })).url;
}

/** Of one contact, or with null of everybody. */
export function endLinks(key: string | null): Promise<unknown> {
  return post('/subscription-centers:end-links', key === null ? {} : { key });
}

// Forms

export function useForms(enabled = true) {
  return useQuery({
    queryKey: ['forms'],
    enabled,
    meta: LIVE,
    queryFn: async ({ signal }) => (await get<{ items: wire.Form[] }>('/forms', {}, signal)).items,
  });
}

export type NewForm = { name: string; joins: number; fields: string[]; language: string };

export async function createForm(body: NewForm): Promise<wire.Form> {
  const made = await post<wire.Form>('/forms', body, { headers: once() });
  await refresh('forms', 'list');
  return made;
}

export async function deleteForm(id: number): Promise<void> {
  await send('DELETE', `/forms/${id}`);
  await refresh('forms', 'list');
}

// Messages

export function useOutbox(state: string) {
  return useInfiniteQuery({
    queryKey: ['outbox', state],
    meta: LIVE,
    placeholderData: keepPreviousData,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      get<wire.Page<wire.Message>>(
        '/outbox',
        { state: state === 'all' ? null : state, limit: 100, cursor: pageParam },
        signal,
      ),
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useOutboxCounts() {
  return useQuery({
    queryKey: ['outbox-counts'],
    meta: LIVE,
    queryFn: ({ signal }) => get<wire.OutboxCounts>('/outbox/counts', {}, signal),
  });
}

export async function retryMessages(ids: number[]): Promise<number> {
  const { queued } = await post<{ queued: number }>('/outbox:retry', { ids });
  await refresh('outbox', 'outbox-counts');
  return queued;
}

export async function deliverNow(): Promise<wire.Delivered> {
  const found = await post<wire.Delivered>('/outbox:deliver');
  await refresh('outbox', 'outbox-counts');
  return found;
}

export function useMail() {
  return useQuery({
    queryKey: ['mail-settings'],
    queryFn: ({ signal }) => get<wire.Mail>('/mail-settings', {}, signal),
  });
}

export async function changeMail(
  change: Partial<Pick<wire.Mail, 'public_url' | 'sender' | 'address_attribute'>>,
): Promise<void> {
  await send('PATCH', '/mail-settings', { body: change });
  await refresh('mail-settings', 'forms');
}

// Webhooks

export function useWebhooks() {
  return useQuery({
    queryKey: ['webhooks'],
    meta: LIVE,
    queryFn: async ({ signal }) => (await get<{ items: wire.Webhook[] }>('/webhooks', {}, signal)).items,
  });
}

export type WebhookBody = {
  url: string;
  name: string | null;
  segment_ids: number[] | null;
  changes: ('entered' | 'left')[];
};

export async function createWebhook(body: WebhookBody): Promise<wire.WebhookMade> {
  const made = await post<wire.WebhookMade>('/webhooks', body, { headers: once() });
  await refresh('webhooks');
  return made;
}

export async function changeWebhook(
  id: number,
  change: Partial<WebhookBody> | { state: 'active' | 'paused'; skip?: boolean },
): Promise<void> {
  await send('PATCH', `/webhooks/${id}`, { body: change });
  await refresh('webhooks');
}

export async function deleteWebhook(id: number): Promise<void> {
  await send('DELETE', `/webhooks/${id}`);
  await refresh('webhooks');
}

export function testWebhook(id: number): Promise<wire.WebhookTested> {
  return post<wire.WebhookTested>(`/webhooks/${id}/test`);
}

export function useDeliveries(id: number) {
  return useInfiniteQuery({
    queryKey: ['webhook-deliveries', id],
    meta: LIVE,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      get<wire.Page<wire.WebhookDelivery>>(
        `/webhooks/${id}/deliveries`,
        { limit: 100, cursor: pageParam },
        signal,
      ),
    getNextPageParam: (page) => page.next_cursor,
  });
}
