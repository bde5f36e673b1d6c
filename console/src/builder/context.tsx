// What every part of the builder needs: the catalog, names, how to change the tree, and what is wrong where.
import { createContext, use } from 'react';
import type { Catalog, Reached } from './catalog';
import type { Path } from './edit';
import type { Condition } from './model';

export type ValueCount = { value: string; count: number };

/** Real values of an attribute that begin with a text, most frequent first. */
export type ValueSource = (attribute: Reached, prefix: string, signal: AbortSignal) => Promise<ValueCount[]>;

export type Names = { segments: string[]; lists: string[]; topics: string[] };

export type Problem = {
  path: string;
  message: string;
  severity: 'error' | 'warning';
  hint?: string | null;
  isBlank?: boolean;
};

export type Narrowing = { alone: number; together: number };

export type BuilderContext = {
  catalog: Catalog;
  names: Names;
  values: ValueSource;
  root: Condition;
  disabled: boolean;
  /** Problems by the exact place in the JSON form. */
  problemsAt: (path: Path) => Problem[];
  narrowingAt: (path: Path) => Narrowing | undefined;
  set: (path: Path, value: unknown, typing?: boolean) => void;
  change: (edit: (root: Condition) => Condition | null, say?: string) => void;
  focus: { current: string | null };
};

const Context = createContext<BuilderContext | null>(null);

export const BuilderProvider = Context.Provider;

export function useBuilder(): BuilderContext {
  const found = use(Context);
  if (!found) throw new Error('no builder around');
  return found;
}
