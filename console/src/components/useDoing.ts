// One thing at a time that is done on the server: whether it is under way; what goes wrong is told in the corner.
import { useState } from 'react';
import { failed } from './notify';

/** Gives what is under way, and a function that does something and resolves with whether it was done. */
export function useDoing() {
  const [busy, setBusy] = useState(false);
  const doing = async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    try {
      await work();
      return true;
    } catch (problem) {
      failed(problem);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, doing };
}
