// The cache of answers. A new version of the data makes what depends on it be asked for again.
import { QueryClient } from '@tanstack/react-query';
import { ApiError, onVersion } from './client';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => !(error instanceof ApiError && error.status < 500) && count < 2,
      // A server that is gone is told within two seconds.
      retryDelay: (count) => 400 * 2 ** count,
    },
  },
});

let scheduled = false;

// Queries whose answer depends on the data say so in their meta; several versions at once are asked for once.
onVersion(() => {
  if (scheduled) return;
  scheduled = true;
  setTimeout(() => {
    scheduled = false;
    void queryClient.invalidateQueries({ predicate: (query) => query.meta?.live === true });
  }, 150);
});
