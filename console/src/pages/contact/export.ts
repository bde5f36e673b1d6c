// All that is known of one contact, as a file of JSON.
import { get } from '../../api/client';
import type { Happening, Observed, Page } from '../../api/wire';

async function all<T>(path: string): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await get(path, { limit: 500, cursor });
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}

export async function exportContact(key: string): Promise<void> {
  const path = `/records/contact/${encodeURIComponent(key)}`;
  const [record, history, interactions, segments, lists] = await Promise.all([
    get<object>(path),
    all<Observed>(`${path}/history`),
    all<Happening>(`${path}/timeline`),
    get<{ items: object[] }>(`${path}/segments`),
    get<{ items: object[] }>(`${path}/lists`),
  ]);
  const known = { record, history, interactions, segments: segments.items, lists: lists.items };
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(known, null, 2)], { type: 'application/json' }));
  link.download = `${key}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}
