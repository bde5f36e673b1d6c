// What is asked of the server, and its answers in the form in which the pages use them.
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Attribute, Catalog, Reached, ValueType } from '../builder/catalog';
import type { ValueCount } from '../builder/context';
import type { Condition } from '../builder/model';
import { inWords } from '../builder/problems';
import { get, post, send, url } from './client';
import type {
  Edition,
  Explanation,
  Named,
  Observed,
  Preview,
  Problem,
  RecordRow,
  SegmentDetail,
  SegmentRow,
  Written,
} from './types';
import type * as wire from './wire';

const LIVE = { live: true };
const PAGE = 500;

/** Every item of a paged answer. */
async function everything<T>(
  path: string,
  query: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const page: wire.Page<T> = await get(path, { ...query, limit: PAGE, cursor }, signal);
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}

// Catalog

const attribute = (one: wire.Attr): Attribute => ({
  name: one.name,
  type: one.type as ValueType,
  options: one.options ?? undefined,
  to: one.to ?? undefined,
  inverse: one.inverse ?? undefined,
});

export type CountedCatalog = Catalog & { counts: Map<string, number> };

export function useCatalog() {
  return useQuery({
    queryKey: ['catalog'],
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<CountedCatalog> => {
      const data = await get<wire.Catalog>('/catalog', {}, signal);
      const counts = new Map<string, number>();
      for (const one of data.entities) counts.set(`entity ${one.name}`, one.count ?? 0);
      for (const one of data.interactions) counts.set(`interaction ${one.name}`, one.count ?? 0);
      return {
        version: data.version,
        timezone: data.timezone,
        mode: data.mode,
        entities: data.entities.map((one) => ({
          name: one.name,
          audience: one.audience,
          attributes: one.attributes.map(attribute),
        })),
        interactions: data.interactions.map((one) => ({
          name: one.name,
          audience: one.audience,
          attributes: one.attributes.map(attribute),
        })),
        counts,
      };
    },
  });
}

export async function valuesOf(
  owner: string,
  kind: 'entity' | 'interaction',
  name: string,
  prefix: string,
  signal?: AbortSignal,
): Promise<ValueCount[]> {
  const path = `/catalog/${encodeURIComponent(owner)}/attributes/${encodeURIComponent(name)}/values`;
  const { items } = await get<{ items: { value: unknown; count: number }[] }>(
    path,
    { kind, prefix, limit: 20 },
    signal,
  );
  return items.map((one) => ({ value: String(one.value), count: one.count }));
}

export function realValues(of: Reached, prefix: string, signal: AbortSignal): Promise<ValueCount[]> {
  if (of.ownerKind === 'built-in') return Promise.resolve([]);
  return valuesOf(of.owner, of.ownerKind, of.name, prefix, signal);
}

export async function complete(text: string, offset: number, audience: string, signal?: AbortSignal) {
  type Candidate = { kind: string; text: string; label: string; detail: string; start: number; end: number };
  const answer = await post<{ items: Candidate[] }>(
    '/language:complete',
    { text, offset, audience },
    { signal },
  );
  return answer.items;
}

// Segments

function row(one: wire.SegmentSummary): SegmentRow {
  return {
    id: String(one.id),
    name: one.name,
    kind: one.kind,
    audience: one.audience,
    status: one.status,
    basis: one.basis,
    size: one.size,
    change: one.change,
    trend: one.trend ?? [],
    changedAt: one.changed_at,
    owner: one.owner,
    tags: one.tags,
    usedBy: one.used_by,
    reason: one.reason,
  };
}

export function useSegments() {
  return useQuery({
    queryKey: ['segments'],
    meta: LIVE,
    queryFn: async ({ signal }) => (await everything<wire.SegmentSummary>('/segments', {}, signal)).map(row),
  });
}

const written = (given: wire.Def | null): Written | null =>
  given ? { condition: given.where as Condition, text: given.text } : null;

export async function segment(id: string, signal?: AbortSignal): Promise<SegmentDetail> {
  const path = `/segments/${id}`;
  const [{ data, etag }, overrides] = await Promise.all([
    send<wire.Segment>('GET', path, { signal }),
    get<{ items: wire.Override[] }>(`${path}/overrides`, {}, signal),
  ]);
  const ruled = (rule: string) => overrides.items.filter((one) => one.rule === rule).map((one) => one.key);
  return {
    ...row(data),
    etag,
    description: data.description ?? null,
    folder: data.folder ?? null,
    timezone: data.timezone,
    createdAt: data.created_at,
    startsAt: data.starts_at ?? null,
    endsAt: data.ends_at ?? null,
    definition: written(data.definition),
    draft: written(data.draft),
    always: ruled('always'),
    never: ruled('never'),
    testsIn: data.tests.members,
    testsOut: data.tests.others,
  };
}

export function useSegment(id: string) {
  return useQuery({
    queryKey: ['segment', id],
    queryFn: ({ signal }) => segment(id, signal),
    meta: LIVE,
    refetchInterval: (query) => (query.state.data?.status === 'going_live' ? 800 : false),
  });
}

export type PreviewBody = {
  where?: Condition;
  text?: string;
  audience?: string | null;
  timezone?: string | null;
  kind?: string;
  segment?: string;
};

export async function preview(body: PreviewBody, signal?: AbortSignal): Promise<Preview> {
  const answer = await post<wire.Preview>(
    '/segments:preview',
    {
      where: body.text ?? body.where,
      audience: body.audience,
      timezone: body.timezone,
      kind: body.kind,
      segment_id: body.segment ? Number(body.segment) : undefined,
    },
    { signal },
  );
  return {
    count: answer.count,
    audience: answer.audience_size,
    sample: answer.sample,
    narrowings: answer.narrowings.map(({ condition, alone, together }) => ({
      text: condition,
      alone,
      together,
    })),
    missing: answer.without_value,
    problems: (answer.problems as Problem[]).map(inWords),
    condition: answer.where as Condition | null,
    text: answer.text,
    english: answer.english,
    version: answer.version,
  };
}

export async function compareWith(id: string, where: Condition, signal?: AbortSignal) {
  const answer = await post<Record<'enter' | 'leave' | 'stay', { count: number }>>(
    `/segments/${id}/compare`,
    { where },
    { signal },
  );
  return { enter: answer.enter.count, leave: answer.leave.count, stay: answer.stay.count };
}

export function explain(id: string, key: string, signal?: AbortSignal): Promise<Explanation> {
  return get<Explanation>(`/segments/${id}/explain`, { key }, signal);
}

export type MembersAsked = { search: string; columns: string[]; at: string };
export type RowPage = { rows: RecordRow[]; cursor: string | null; total: number | null };

const rows = (page: wire.Page<{ key: string; values: Record<string, unknown> }>): RowPage => ({
  rows: page.items.map(({ key, values }) => ({ key, attributes: values })),
  cursor: page.next_cursor,
  total: page.total ?? null,
});

export function useMembers(id: string, asked: MembersAsked, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: ['members', id, asked],
    enabled,
    meta: LIVE,
    placeholderData: keepPreviousData,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) => {
      const { search, columns, at } = asked;
      const query = { search, columns, at, limit: 200, cursor: pageParam };
      return rows(await get(`/segments/${id}/members`, query, signal));
    },
    getNextPageParam: (page) => page.cursor,
  });
}

export function exportUrl(id: string, format: string, columns: string[], at: string): string {
  return url(`/segments/${id}/members/export`, { format, columns, at });
}

export function useNames() {
  return useQuery({
    queryKey: ['names'],
    staleTime: 30_000,
    meta: LIVE,
    queryFn: async ({ signal }) => {
      const [segments, lists, topics] = await Promise.all([
        everything<wire.SegmentSummary>('/segments', { status: 'live' }, signal),
        lists_(signal),
        get<{ topics: string[]; do_not_email: string }>('/consent/topics', {}, signal),
      ]);
      return {
        segments: segments.map((one) => one.name).sort((a, b) => a.localeCompare(b)),
        lists: lists.map((one) => one.name),
        topics: topics.topics.filter((one) => one !== topics.do_not_email),
      };
    },
  });
}

export function useRelated(id: string) {
  return useQuery({
    queryKey: ['related', id],
    meta: LIVE,
    queryFn: async ({ signal }) => {
      const data = await get<wire.Related>(`/segments/${id}/related`, {}, signal);
      const named = (one: wire.Related['uses'][number]): Named => ({
        kind: one.kind,
        name: one.name,
        id: one.id === null ? undefined : String(one.id),
      });
      return { usedBy: data.used_by.map(named), uses: data.uses.map(named) };
    },
  });
}

export function useEditions(id: string) {
  return useQuery({
    queryKey: ['editions', id],
    meta: LIVE,
    queryFn: async ({ signal }) =>
      (await get<{ items: Edition[] }>(`/segments/${id}/versions`, {}, signal)).items,
  });
}

export type Template = {
  name: string;
  about: string;
  text: string;
  built_in: boolean;
  blanks: { name: string; kind: string; help: string; default: string | number | null }[];
};

export function useTemplates(enabled: boolean) {
  return useQuery({
    queryKey: ['templates'],
    enabled,
    queryFn: async ({ signal }) => (await get<{ items: Template[] }>('/templates', {}, signal)).items,
  });
}

// Contacts

export type Person = RecordRow & { label: string };

const PEOPLE = 'contact';

export function useContacts(
  asked: { search: string; columns: string[]; list?: string; audience?: string },
  enabled = true,
) {
  return useInfiniteQuery({
    queryKey: ['contacts', asked],
    enabled,
    meta: LIVE,
    placeholderData: keepPreviousData,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        search: asked.search,
        columns: asked.columns,
        list: asked.list,
        limit: 200,
        cursor: pageParam,
      };
      return rows(await get(`/records/${asked.audience ?? PEOPLE}`, query, signal));
    },
    getNextPageParam: (page) => page.cursor,
  });
}

const person = (key: string) => `/records/${PEOPLE}/${encodeURIComponent(key)}`;

/** Everything that is known of one, as a file. */
export const exportContactUrl = (key: string) => url(`${person(key)}/export`);

export function useContact(key: string) {
  return useQuery({
    queryKey: ['contact', key],
    meta: LIVE,
    queryFn: ({ signal }) => get<wire.Record>(person(key), {}, signal),
  });
}

export function useContactHistory(key: string) {
  return useQuery({
    queryKey: ['contact-history', key],
    meta: LIVE,
    queryFn: async ({ signal }) => {
      const found = await everything<wire.Observation>(`${person(key)}/history`, {}, signal);
      return found.flatMap(({ at, version, values }) =>
        Object.entries(values).map(([attribute, value]): Observed => ({ at, version, attribute, value })),
      );
    },
  });
}

export function useContactSegments(key: string) {
  return useQuery({
    queryKey: ['contact-segments', key],
    meta: LIVE,
    queryFn: async ({ signal }) =>
      (
        await get<{ items: { id: number; name: string; kind: string; since: string | null }[] }>(
          `${person(key)}/segments`,
          {},
          signal,
        )
      ).items,
  });
}

export function useContactLists(key: string) {
  return useQuery({
    queryKey: ['contact-lists', key],
    meta: LIVE,
    queryFn: async ({ signal }) =>
      (await get<{ items: { id: number; name: string }[] }>(`${person(key)}/lists`, {}, signal)).items,
  });
}

export function useTimeline(key: string, type: string | null) {
  return useInfiniteQuery({
    queryKey: ['timeline', key, type],
    meta: LIVE,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      get<wire.Page<wire.Happening>>(
        `${person(key)}/timeline`,
        { types: type, limit: 100, cursor: pageParam },
        signal,
      ),
    getNextPageParam: (page) => page.next_cursor,
  });
}

// Lists

async function lists_(signal?: AbortSignal): Promise<wire.List[]> {
  const answer = await get<{ items: wire.List[] }>('/lists', { limit: PAGE }, signal);
  return answer.items;
}

export function useLists() {
  return useQuery({ queryKey: ['lists'], meta: LIVE, queryFn: ({ signal }) => lists_(signal) });
}

// Data

export function useQuarantine(enabled: boolean) {
  return useQuery({
    queryKey: ['quarantine'],
    enabled,
    meta: LIVE,
    queryFn: ({ signal }) => get<wire.Page<wire.Quarantined>>('/quarantine', { limit: 200 }, signal),
  });
}

export function useImports() {
  return useQuery({
    queryKey: ['imports'],
    meta: LIVE,
    queryFn: async ({ signal }) => (await get<{ items: wire.Import[] }>('/imports', {}, signal)).items,
  });
}

// Insights

export function useGrowth(segment: string | null) {
  return useQuery({
    queryKey: ['growth', segment],
    enabled: segment !== null,
    meta: LIVE,
    queryFn: async ({ signal }) =>
      (await get<{ items: wire.Growth[] }>('/insights/growth', { segment }, signal)).items,
  });
}

export function useOverlap(segments: string[]) {
  return useQuery({
    queryKey: ['overlap', segments],
    enabled: segments.length >= 2,
    meta: LIVE,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      post<wire.Overlap>('/insights/overlap', { segments: segments.map(Number) }, { signal }),
  });
}

export function useBreakdown(segment: string, attributePath: string | null) {
  return useQuery({
    queryKey: ['breakdown', segment, attributePath],
    enabled: attributePath !== null,
    meta: LIVE,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      get<wire.Breakdown>('/insights/breakdown', { segment, attribute: attributePath }, signal),
  });
}

// People

export function useUsers(enabled: boolean) {
  return useQuery({
    queryKey: ['users'],
    enabled,
    queryFn: async ({ signal }) => (await get<{ items: wire.User[] }>('/users', {}, signal)).items,
  });
}

export function useUnitSettings() {
  return useQuery({
    queryKey: ['unit-settings'],
    queryFn: ({ signal }) => get<wire.UnitSettings>('/unit-settings', {}, signal),
  });
}

export function useKeys(enabled: boolean) {
  return useQuery({
    queryKey: ['api-keys'],
    enabled,
    queryFn: async ({ signal }) => (await get<{ items: wire.ApiKey[] }>('/api-keys', {}, signal)).items,
  });
}

export function useAudit(enabled: boolean) {
  return useInfiniteQuery({
    queryKey: ['audit'],
    enabled,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      get<wire.Page<wire.Audit>>('/audit', { limit: 100, cursor: pageParam }, signal),
    getNextPageParam: (page) => page.next_cursor,
  });
}
