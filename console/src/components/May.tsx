// What the signed-in person may not do is not offered.
import type { ReactNode } from 'react';
import { useMay } from '../api/session';

/** Shows what is inside if the operation, by its name in the API's description, is theirs. */
export function May({ do: operation, children }: { do: string; children: ReactNode }) {
  return useMay(operation) ? children : null;
}
