// Exact sizes of conditions on segments, each asked once.
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { preview } from '../api/queries';
import type { Condition } from '../builder/model';
import { segmentsIn } from './chain';

/** Sizes in the order of the conditions; null where there is none (yet). */
export function useSizes(conditions: (Condition | null)[], audience: string): (number | null)[] {
  const asked = useQueries({
    queries: conditions.map((where) => ({
      queryKey: ['size', audience, JSON.stringify(where)],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        preview({ kind: 'compound', audience, where: where ?? undefined }, signal),
      enabled: where !== null && segmentsIn(where).every((name) => name !== ''),
      placeholderData: keepPreviousData,
      meta: { live: true },
    })),
  });
  return asked.map((one) => one.data?.count ?? null);
}
